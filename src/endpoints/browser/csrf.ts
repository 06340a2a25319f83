import type { Context } from "hono";
import { equalText } from "../../lib/constant-time.ts";
import { toBase64Url } from "../../lib/encoding.ts";
import { readCookie, writeCookie } from "./cookies.ts";

const COOKIE = "xsrf-token";
const TOKEN = /^[\w-]{43}$/;

/** The name of the field that repeats the cookie (double submit; the cookie cannot be planted, see cookies.ts). */
export const CSRF_FIELD = "_csrf";

/** What the forms of this browser must carry; made at its first page and the same in all of its tabs. */
export function csrfToken(c: Context): string {
  const held = readCookie(c, COOKIE);
  if (held !== undefined && TOKEN.test(held)) return held;
  const token = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  writeCookie(c, COOKIE, token);
  return token;
}

/**
 * Whether a form was sent from one of our own pages in this browser: by what the browser says of where it comes from, where
 * it does (Fetch Metadata; an opaque origin is what `no-referrer` makes of our own), and by the token in any case.
 */
export function isFromOurPage(c: Context, token: string | undefined): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const origin = c.req.header("origin");
  if (origin !== undefined && origin !== "null" && origin !== new URL(c.req.url).origin) return false;
  const held = readCookie(c, COOKIE);
  return held !== undefined && TOKEN.test(held) && equalText(token ?? "", held);
}
