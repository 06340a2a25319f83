import { toBase64, utf8 } from "../lib/encoding.ts";
import { sha256 } from "../lib/hash.ts";
import { STYLE } from "./style.ts";

/** What a page has that its policy must name. */
export interface PageParts {
  /** Texts of its style elements. */
  styles?: readonly string[];
  /** Texts of its script elements. */
  scripts?: readonly string[];
  /** Where others of its scripts are loaded from, such as https://challenges.cloudflare.com. */
  scriptOrigins?: readonly string[];
  /** What it shows in frames. */
  frameOrigins?: readonly string[];
  /** Where its forms lead, and the redirects that follow; nowhere unless said (Content Security Policy Level 3 §6.5.1). */
  forms?: readonly string[];
}

const known = new Map<string, Promise<string>>();

/** A source expression for a text (Content Security Policy Level 3 §2.3.1). The texts are ours and few. */
function hashSource(text: string): Promise<string> {
  let source = known.get(text);
  if (!source) {
    source = sha256(utf8(text)).then((hash) => `'sha256-${toBase64(hash)}'`);
    known.set(text, source);
    if (known.size > 200) known.delete(known.keys().next().value as string);
  }
  return source;
}

const sources = async (texts: readonly string[]): Promise<string> =>
  texts.length === 0 ? "'none'" : (await Promise.all(texts.map(hashSource))).join(" ");

/** Headers of a page: no frames, nothing from elsewhere (Content Security Policy Level 3), no copies. */
export async function pageHeaders({
  styles = [STYLE],
  scripts = [],
  scriptOrigins = [],
  frameOrigins = [],
  forms = [],
}: PageParts = {}): Promise<Record<string, string>> {
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      `style-src ${await sources(styles)}`,
      ...(scripts.length + scriptOrigins.length > 0
        ? [`script-src ${[...(await Promise.all(scripts.map(hashSource))), ...scriptOrigins].join(" ")}`]
        : []),
      ...(frameOrigins.length > 0 ? [`frame-src ${frameOrigins.join(" ")}`] : []),
      "img-src 'self' data:",
      "base-uri 'none'",
      `form-action ${forms.length === 0 ? "'none'" : forms.join(" ")}`,
      "frame-ancestors 'none'",
    ].join("; "),
    // RFC 6797 §7.1: browsers that were here once never ask again without TLS, which no one in between can strip then.
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
  };
}
