import type { Child } from "hono/jsx";
import { raw } from "hono/html";
import { STYLE } from "./style.ts";

/** The icon of every page, as an address. */
export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 15V7a5 5 0 0 1 10 0v8h-3V7a2 2 0 0 0-4 0v8z' fill='%230b57b0'/%3E%3C/svg%3E";

/** A whole page. */
export const Page = ({ title, children }: { title: string; children?: Child }) => (
  <>
    {raw("<!doctype html>")}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href={ICON} />
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  </>
);

/** Names and what they stand for. */
export const Facts = ({ of }: { of: [name: string, value: Child][] }) => (
  <dl>
    {of.map(([name, value]) => (
      <>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </>
    ))}
  </dl>
);

/** Text to copy. It takes the focus, so that the keyboard can scroll it. */
export const Listing = ({ label, children }: { label: string; children?: Child }) => (
  <pre tabindex={0} role="region" aria-label={label}>
    <code>{children}</code>
  </pre>
);
