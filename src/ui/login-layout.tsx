import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { Notice, type NoticeKind, UnderNotice } from "./form.tsx";
import { ICON } from "./layout.tsx";
import { LOGIN_STYLE } from "./login-style.ts";
import type { Texts } from "./texts/en.ts";
import { languages } from "./texts/languages.ts";

/** What a client's owner has set for its pages. */
export interface Look {
  /** Rules for the documented classes alone (Amazon Cognito: hosted UI (classic) branding), ready to be part of the page. */
  css?: string | undefined;
  /** Address of the logo, on this host. */
  logo?: string | undefined;
}

interface Frame {
  title: string;
  language: string;
  texts: Texts;
  look?: Look | undefined;
  /** Path and query of this page, for links to it in other languages; none where it cannot be asked for again. */
  here?: string | undefined;
  /** What went wrong or well just before. */
  notice?: { kind: NoticeKind; text: string } | undefined;
  children?: Child;
}

/** A page for people who sign in: a card with a logo, and the languages under it. */
export const LoginPage = ({ title, language, texts, look = {}, here, notice, children }: Frame) => (
  <>
    {raw("<!doctype html>")}
    <html lang={language} class={isOwn(look) ? "light" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {/* The first that a screen reader says of a page. */}
        <title>{notice?.kind === "error" ? `${notice.text} – ${title}` : title}</title>
        <link rel="icon" href={ICON} />
        <style>{raw(LOGIN_STYLE)}</style>
        {look.css && <style>{raw(look.css)}</style>}
      </head>
      <body>
        <main class="background-customizable">
          <div class="banner banner-customizable">
            {look.logo ? <img class="logo-customizable" src={look.logo} alt="" /> : !isOwn(look) && <Mark />}
          </div>
          <div class="content">
            <h1>{title}</h1>
            {notice && <Notice kind={notice.kind}>{notice.text}</Notice>}
            <UnderNotice value={notice?.kind}>{children}</UnderNotice>
          </div>
        </main>
        {here !== undefined && <Languages label={texts.language} current={language} here={here} />}
      </body>
    </html>
  </>
);

/**
 * Whether the owner has chosen how the page looks. Such a page is light, as all of Amazon Cognito's classic pages are: logo
 * and colours were chosen for that, and would be lost on a dark ground.
 */
const isOwn = ({ css, logo }: Look): boolean => Boolean(css || logo);

/** The threshold: shown where the owner has chosen nothing. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 16 16" width="40" height="40" aria-hidden="true">
    <path d="M3 15V7a5 5 0 0 1 10 0v8h-3V7a2 2 0 0 0-4 0v8z" fill="currentColor" />
  </svg>
);

const Languages = ({ label, current, here }: { label: string; current: string; here: string }) => (
  <footer>
    <details>
      <summary>
        <span class="unseen">{label}: </span>
        {languages.get(current)?.name}
      </summary>
      <nav aria-label={label}>
        {[...languages].map(([tag, { name }]) => (
          <a
            href={withLanguage(here, tag)}
            lang={tag}
            hreflang={tag}
            aria-current={tag === current ? "true" : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
    </details>
  </footer>
);

/** The same page with `lang` set to this language. */
function withLanguage(here: string, tag: string): string {
  const url = new URL(here, "http://here");
  url.searchParams.set("lang", tag);
  return `${url.pathname}${url.search}`;
}
