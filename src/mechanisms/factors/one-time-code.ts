import { equalText } from "../../lib/constant-time.ts";
import { type Bytes, concat, toBase64Url, utf8 } from "../../lib/encoding.ts";
import { hmacSha256 } from "../../lib/hash.ts";
import { randomText } from "../../lib/random.ts";

/** A code to be sent: decimal digits, every code equally likely, leading zeros included. */
export const makeCode = (digits: number): string => randomText(digits, "0123456789");

/**
 * What is kept of a code: a keyed hash, as a bare hash of six digits is undone by trying them all.
 *
 * @param key 32 secret bytes of this purpose.
 * @param context what the code is good for and nothing else: pool, user, kind, attribute, value.
 * @returns base64url of HMAC-SHA-256.
 */
export async function hashCode(key: Bytes, context: readonly string[], code: string): Promise<string> {
  return toBase64Url(await hmacSha256(key, concat(...[...context, code].map(withLength))));
}

/** Whether a code is the one that was hashed, for the same context; in constant time. Expiry and attempts are not judged here. */
export async function matchesCode(
  hash: string,
  key: Bytes,
  context: readonly string[],
  code: string,
): Promise<boolean> {
  return equalText(hash, await hashCode(key, context, code));
}

/** The length leads, so that no part can end in another. */
function withLength(text: string): Bytes {
  const bytes = utf8(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}
