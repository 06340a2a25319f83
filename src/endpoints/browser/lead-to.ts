import type { Context } from "hono";

/**
 * Leads a browser on, by an answer that nobody keeps and that does not tell where it came from. It never repeats a form with
 * a password in it (RFC 9700 §4.12).
 * @param address of ours, or registered to the letter
 */
export function leadTo(c: Context, address: string): Response {
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  return c.redirect(inAscii(address), c.req.method === "POST" ? 303 : 302);
}

/**
 * The same address in the characters that a header can hold (RFC 3987 §3.1). What is escaped already stays as it is: whoever
 * escapes the whole once more changes what it says.
 */
const inAscii = (address: string): string => address.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
