import type { Bytes } from "./encoding.ts";

/** SHA-256 (FIPS 180-4): 32 bytes. */
export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export async function hmacSha256(key: Bytes, message: Bytes): Promise<Bytes> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

/** HKDF-SHA-256 (RFC 5869). @param length bytes wanted, at most 8160. */
export async function hkdfSha256(input: Bytes, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const source = await crypto.subtle.importKey("raw", input, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, source, length * 8));
}
