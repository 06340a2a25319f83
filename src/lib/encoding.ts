import { Buffer } from "node:buffer";

/** Bytes that own their memory, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 of a text. Half a surrogate pair becomes U+FFFD. */
export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** Text of UTF-8 bytes, a leading byte order mark included; null when they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Lower-case hex, two digits for each byte. */
export const toHex = (bytes: Uint8Array): string => view(bytes).toString("hex");

/** Bytes of hex in either case; null for an odd number of digits or anything that is no digit. */
export const fromHex = (text: string): Bytes | null =>
  text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? own(Buffer.from(text, "hex")) : null;

/** RFC 4648 §4, with padding. */
export const toBase64 = (bytes: Uint8Array): string => view(bytes).toString("base64");

/** Bytes of base64 exactly as {@link toBase64} writes it; null for white space, missing padding or stray trailing bits. */
export function fromBase64(text: string): Bytes | null {
  const bytes = Buffer.from(text, "base64");
  // The decoder skips what it does not know. Only one spelling may stand for the same bytes.
  return bytes.toString("base64") === text ? own(bytes) : null;
}

/** RFC 4648 §5, without padding. */
export const toBase64Url = (bytes: Uint8Array): string => view(bytes).toString("base64url");

/** Bytes of base64url exactly as {@link toBase64Url} writes it; null for anything else, padding included. */
export function fromBase64Url(text: string): Bytes | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? own(bytes) : null;
}

/** Several byte strings as one. */
export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A copy: Node lends small buffers out of a shared pool. */
const own = (buffer: Buffer): Bytes => new Uint8Array(buffer);
