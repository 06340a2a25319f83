import { toBase64, utf8 } from "../lib/encoding.ts";
import { sha256 } from "../lib/hash.ts";
import { STYLE } from "./style.ts";

let policy: Promise<string> | undefined;

const makePolicy = async (): Promise<string> =>
  [
    "default-src 'none'",
    `style-src 'sha256-${toBase64(await sha256(utf8(STYLE)))}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** Headers of a page: no scripts, no frames, nothing from elsewhere (Content Security Policy Level 3), no copies. */
export async function pageHeaders(): Promise<Record<string, string>> {
  return {
    "Content-Security-Policy": await (policy ??= makePolicy()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
  };
}
