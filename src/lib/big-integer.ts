import { type Bytes, fromHex, toHex } from "./encoding.ts";

/** Big-endian bytes, most significant first, as a number that is never negative; no bytes are 0. */
export const fromUnsignedBytes = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`));

/**
 * The shortest big-endian two's complement of a number that is not negative, as Java's `BigInteger.toByteArray` gives it:
 * a zero byte leads when the top bit would otherwise be set. 0 is one zero byte.
 */
export function toSignedBytes(number: bigint): Bytes {
  const digits = number.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return fromHex(/^[89a-f]/.test(even) ? `00${even}` : even) as Bytes;
}

/** A number from hex digits of either case, of any count but none; null for anything else, signs and `0x` included. */
export const fromHexDigits = (text: string): bigint | null =>
  /^[0-9a-fA-F]+$/.test(text) ? BigInt(`0x${text}`) : null;
