import { fromBase32 } from "../src/lib/base32.ts";
import { hotp } from "../src/mechanisms/factors/totp.ts";

const STEP = 30_000;
/** Milliseconds in which a code arrives. */
const ON_THE_WAY = 3_000;

/**
 * An app that has taken a seed: it shows the code of the present 30 seconds, or of some before or after. The one before is
 * taken for as long as the present lasts: where that is about to end, it waits for the next.
 * @param seed base32
 * @param off steps from the present one
 */
export async function codeOf(seed: string, off = 0): Promise<string> {
  const left = STEP - (Date.now() % STEP);
  if (off < 0 && left < ON_THE_WAY) await new Promise((later) => setTimeout(later, left));
  return hotp(fromBase32(seed) as Uint8Array<ArrayBuffer>, Math.floor(Date.now() / STEP) + off);
}
