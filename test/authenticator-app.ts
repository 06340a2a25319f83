import { fromBase32 } from "../src/lib/base32.ts";
import { hotp } from "../src/mechanisms/factors/totp.ts";

/**
 * An app that has taken a seed: it shows the code of the present 30 seconds, or of some before or after.
 * @param seed base32
 * @param off steps from the present one
 */
export const codeOf = (seed: string, off = 0): Promise<string> =>
  hotp(fromBase32(seed) as Uint8Array<ArrayBuffer>, Math.floor(Date.now() / 30_000) + off);
