import { equalText } from "../../lib/constant-time.ts";
import type { Bytes } from "../../lib/encoding.ts";

/** Milliseconds of a time step (RFC 6238 §5.2). */
const STEP = 30_000;
const DIGITS = 6;
/** Steps that a clock may be ahead or behind (RFC 6238 §5.2). */
const TOLERANCE = 1;
/** The length of what HMAC-SHA-1 gives (RFC 4226 §4, R6). */
const SEED_BYTES = 20;

/** A seed of its own for each authenticator. */
export const makeSeed = (): Bytes => crypto.getRandomValues(new Uint8Array(SEED_BYTES));

/** A code by counter (RFC 4226 §5.3): decimal digits, leading zeros included. */
export async function hotp(seed: Bytes, counter: number, digits = DIGITS): Promise<string> {
  const message = new Uint8Array(8);
  new DataView(message.buffer).setBigUint64(0, BigInt(counter));
  const key = await crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, message));
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf;
  const truncated = mac.getUint32(offset) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, "0");
}

/** The time step of a moment in milliseconds since 1970 (RFC 6238 §4.2 with T0 = 0). */
export const timeStep = (now: number): number => Math.floor(now / STEP);

/**
 * Judges a code by time (RFC 6238), in constant time. Whether a step was used before is not judged here.
 * @param now milliseconds since 1970
 * @returns the step whose code it is, the latest of the present one and its neighbours; undefined when it fits none
 */
export async function matchTotp(seed: Bytes, code: string, now: number): Promise<number | undefined> {
  const present = timeStep(now);
  let matched: number | undefined;
  for (let step = present - TOLERANCE; step <= present + TOLERANCE; step++) {
    // Before 1970 there are no steps.
    if (equalText(await hotp(seed, Math.max(step, 0)), code)) matched = step;
  }
  return matched;
}
