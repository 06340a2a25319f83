import type { Child } from "hono/jsx";
import { LoginPage, type Look } from "../../ui/login-layout.tsx";
import { LOGIN_STYLE } from "../../ui/login-style.ts";
import { type PageParts, pageHeaders } from "../../ui/page-headers.ts";
import type { Texts } from "../../ui/texts/en.ts";
import type { LoginContext } from "./login-env.ts";

/** A page to show. */
export interface Shown {
  title: string;
  content: Child;
  /** What went wrong or well just before. */
  notice?: { kind: "error" | "success"; text: string } | undefined;
  status?: 200 | 400 | 403 | 404;
  /** What it runs in the browser beside showing forms, and from where. */
  active?: Pick<PageParts, "scripts" | "scriptOrigins" | "frameOrigins">;
}

/** How it is shown. */
export interface Setting {
  language: string;
  texts: Texts;
  /** As it may still be being read; none unless said. */
  look?: Promise<Look>;
  /** Where the forms of the page may lead; to us alone unless said. */
  forms?: readonly string[];
}

/** Answers with a page of the card layout. */
export async function renderPage(
  c: LoginContext,
  { title, content, notice, active, status = 200 }: Shown,
  { language, texts, look: reading, forms = ["'self'"] }: Setting,
): Promise<Response> {
  const look = await reading;
  const { pathname, search } = new URL(c.req.url);
  // What a form led to cannot be asked for again in another language.
  const here = c.req.method === "GET" ? `${pathname}${search}` : undefined;
  const page = (
    <LoginPage title={title} language={language} texts={texts} look={look} here={here} notice={notice}>
      {content}
    </LoginPage>
  );
  const styles = [LOGIN_STYLE, ...(look?.css ? [look.css] : [])];
  return c.html(page, status, await pageHeaders({ ...active, styles, forms }));
}
