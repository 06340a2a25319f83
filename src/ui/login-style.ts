/**
 * The style of the pages for people who sign in. One text, since the content security policy names it by its hash.
 *
 * An owner's style sheet follows it and has rules of one class, or one class and a state. So nothing here that an owner may
 * set is more specific than that, and a state of ours less (`:where`): a colour set for a button stays when it is pointed at.
 */
export const LOGIN_STYLE = `
:root { color-scheme: light dark; --ink: #17202b; --soft: #566171; --paper: #f1f3f6; --card: #fff; --edge: #858f9d; --accent: #0b57b0; --on-accent: #fff; --hover: #09468e; --bad: #a8201a; --bad-paper: #fdf0ef; --good: #17663a; --good-paper: #ebf6f0; --field: #fff; --shadow: 0 1px 2px rgb(23 32 43 / .06), 0 12px 32px rgb(23 32 43 / .08); }
@media (prefers-color-scheme: dark) { :root:not(.light) { --ink: #e8ebf0; --soft: #a8b2c0; --paper: #101419; --card: #191f27; --edge: #727f90; --accent: #8ab8ff; --on-accent: #0c1a2c; --hover: #abccff; --bad: #ffb4ab; --bad-paper: #351d1b; --good: #8fd6a9; --good-paper: #16301f; --field: #12171d; --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 12px 32px rgb(0 0 0 / .35); } }
.light { color-scheme: light; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { height: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100%; display: flex; flex-direction: column; justify-content: center; align-items: center; gap: 1.25rem; padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
main { width: 100%; max-width: 27rem; background: var(--card); border-radius: 1rem; box-shadow: var(--shadow); overflow: hidden; }
.banner { padding: 2.25rem 2rem 0; text-align: center; color: var(--accent); }
.mark { display: block; margin: 0 auto; }
.logo-customizable { display: inline-block; vertical-align: middle; max-width: min(100%, 21.875rem); max-height: 11.125rem; }
.content { padding: 1rem 2rem 2rem; }
.banner:has(img) + .content { padding-top: 1.5rem; }
.content > :last-child { margin-bottom: 0; }
h1 { margin: 0 0 1.25rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; text-align: center; text-wrap: balance; hyphens: auto; }
p { margin: 0 0 1rem; text-wrap: pretty; }
:where(p:not(.notice, .beside)) { text-align: center; text-wrap: balance; }
.soft, .hint { color: var(--soft); }
.hint { margin-top: .375rem; font-size: .875rem; line-height: 1.45; }
.hint ul { margin: 0; padding: 0; list-style: none; }
.hint li { display: inline; }
.hint li:not(:last-child)::after { content: " · "; }
a { color: var(--accent); text-underline-offset: .15em; }
.field { margin-bottom: 1.125rem; }
label { display: block; margin-bottom: .375rem; font-size: .9375rem; }
.label-customizable { font-weight: 600; }
.inputField-customizable { display: block; width: 100%; height: 2.875rem; padding: 0 .8rem; font: inherit; color: inherit; background: var(--field); border: 1px solid var(--edge); border-radius: .5rem; }
.inputField-customizable:focus { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: -1px; }
.inputField-customizable[type="checkbox"] { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent); }
.choice { display: grid; grid-template-columns: auto 1fr; gap: 0 .625rem; }
.choice .hint { grid-column: 2; }
button { width: 100%; padding: .6875rem 1rem; font: inherit; font-weight: 600; text-wrap: balance; cursor: pointer; border: 0; border-radius: .5rem; }
.submitButton-customizable { margin: .375rem 0 0; color: var(--on-accent); }
:where(.submitButton-customizable) { background-color: var(--accent); }
:where(.submitButton-customizable:hover) { background-color: var(--hover); }
.aside { margin: .5rem 0 0; color: var(--accent); background: transparent; }
.aside:hover { text-decoration: underline; text-underline-offset: .15em; }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .5rem; }
.beside { margin: -.375rem 0 1.125rem; font-size: .9375rem; }
.below { margin: 1.25rem 0 0; }
.notice { margin: 0 0 1.25rem; padding: .75rem .9rem; border: 1px solid; border-radius: .5rem; color: var(--good); background: var(--good-paper); }
.error { color: var(--bad); background: var(--bad-paper); }
.shown { display: block; margin: 0 0 1.25rem; padding: .75rem; text-align: center; font: 600 1.5rem/1.4 ui-monospace, monospace; letter-spacing: .12em; border: 1px dashed var(--edge); border-radius: .5rem; }
.pick { display: block; margin: 0 0 .75rem; }
.qr { margin: 0 auto 1rem; max-width: 12.5rem; }
.qr svg { display: block; width: 100%; height: auto; border-radius: .5rem; }
.key { font-size: 1rem; letter-spacing: .06em; }
code { font: .875rem/1.5 ui-monospace, monospace; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { width: 100%; max-width: 27rem; text-align: center; font-size: .875rem; color: var(--soft); }
summary { display: inline-block; padding: .4rem .8rem; cursor: pointer; list-style: none; border-radius: .5rem; }
summary::-webkit-details-marker { display: none; }
summary::after { content: " \\25be"; content: " \\25be" / ""; }
details[open] summary::after { content: " \\25b4"; content: " \\25b4" / ""; }
nav { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 1rem; margin-top: .25rem; }
nav a { padding: .375rem 0; color: inherit; }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
@media (max-width: 30rem) { body { justify-content: flex-start; gap: 0; padding: 0; background: var(--card); } main { flex: 1 0 auto; max-width: none; border-radius: 0; box-shadow: none; } .banner { padding: 2rem 1.25rem 0; } .content { padding-inline: 1.25rem; padding-bottom: 1.5rem; } footer { max-width: none; padding: .75rem 1.25rem 1.5rem; background: var(--card); } }
@media (forced-colors: active) { main, button { border: 1px solid; } }
`;
