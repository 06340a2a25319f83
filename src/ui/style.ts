/** The style of every page. One text, since the content security policy names it by its hash. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #566272; --paper: #fbfbf9; --card: #fff; --line: #dcdfe3; --link: #0b57b0; --code: #f1f2f0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --soft: #a3adb9; --paper: #14181d; --card: #1b2027; --line: #333b45; --link: #8ab8ff; --code: #10141a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.15rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 2px; }
.soft { color: var(--soft); margin: .35rem 0 0; }
code, pre { font: .875rem/1.55 ui-monospace, monospace; }
pre { margin: 0; padding: 1rem; background: var(--code); border: 1px solid var(--line); border-radius: .5rem; overflow-x: auto; overflow-wrap: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.5rem; margin: 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
dt { color: var(--soft); }
dd { margin: 0; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
th, td { padding: .6rem .9rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; font-size: .875rem; color: var(--soft); }
td.text { white-space: pre-wrap; }
td.short { white-space: nowrap; font-variant-numeric: tabular-nums; }
@media (max-width: 44rem) {
  main { padding-top: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd + dt { margin-top: .75rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  td { border: 0; padding: .2rem .9rem; }
  td::before { content: attr(data-label); display: block; font-size: .8rem; color: var(--soft); }
}
`;
