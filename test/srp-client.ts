import { startSrp } from "./mechanisms/factors/plain-srp-client.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/** The time as clients sign it: `Tue Mar 3 04:05:06 UTC 2026`. */
export const srpTimestamp = (at: Date): string =>
  `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${at.getUTCDate()} ${at.toISOString().slice(11, 19)} UTC ${at.getUTCFullYear()}`;

/** Opens an exchange: `SRP_A`, and the answer to the PASSWORD_VERIFIER that follows. */
export function openSrp(poolId: string) {
  const { A, sign } = startSrp();
  const answer = (parameters: Record<string, string>, password: string, at = new Date()): Record<string, string> => {
    const { SALT = "", SRP_B = "", SECRET_BLOCK = "", USER_ID_FOR_SRP = "" } = parameters;
    const timestamp = srpTimestamp(at);
    const secretBlock = Uint8Array.from(atob(SECRET_BLOCK), (char) => char.charCodeAt(0));
    const identity = `${poolId.split("_")[1]}${USER_ID_FOR_SRP}`;
    return {
      USERNAME: USER_ID_FOR_SRP,
      PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: sign({ identity, password, salt: SALT, B: SRP_B, secretBlock, timestamp }),
      TIMESTAMP: timestamp,
    };
  };
  return { SRP_A: A, answer };
}
