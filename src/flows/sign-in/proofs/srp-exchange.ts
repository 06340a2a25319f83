// What the flows and challenges by SRP have in common: the client's public value, the challenge to a password, the answer.
import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { begin, type Exchange, parsePublicValue } from "../../../mechanisms/factors/srp.ts";
import { timestampWithin } from "../../../mechanisms/factors/srp-timestamp.ts";
import { verifierOf } from "../../passwords.ts";
import { sealBlock } from "../session/progress.ts";
import { required, wrongPassword } from "../refusals.ts";
import type { Candidate, Challenge } from "../sign-in.ts";

/** What judges the proof, of the password or a device; travels in SECRET_BLOCK. */
export interface SrpState extends Exchange {
  /** SRP_A */
  A: string;
}

/** The client's public value. @throws Refusal InvalidParameterException for none, or one that would prove anything */
export function srpValue(given: Record<string, string>): string {
  const A = required(given, "SRP_A");
  if (parsePublicValue(A) === null) throw new Refusal("InvalidParameterException", "SRP_A is not a valid value.");
  return A;
}

/** The challenge PASSWORD_VERIFIER. @param A of the client, as `srpValue` read it */
export async function offerVerifier(call: Call, candidate: Candidate, A: string): Promise<Challenge> {
  const { turn, user, name, username } = candidate;
  const { salt, verifier } = await verifierOf(call, turn.pool, user, name);
  const state: SrpState = { A, ...begin(verifier) };
  return {
    name: "PASSWORD_VERIFIER",
    parameters: {
      SALT: salt,
      SECRET_BLOCK: await sealBlock(call, candidate, "PASSWORD_VERIFIER", state),
      SRP_B: state.B,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}

/** Milliseconds that a client's clock may be off. */
const TOLERANCE = 5 * 60_000;

/** The answer to an exchange by SRP: the password's, or a device's. */
export interface SrpClaim {
  /** As it came: SECRET_BLOCK of the challenge, in base64. */
  secretBlock: string;
  signature: string;
  /** What was signed with it; near enough to now. */
  timestamp: string;
}

/**
 * @throws Refusal InvalidParameterException for a part that is missing, NotAuthorizedException for a clock that is off
 */
export function readClaim(call: Call, given: Record<string, string>): SrpClaim {
  const secretBlock = required(given, "PASSWORD_CLAIM_SECRET_BLOCK");
  const signature = required(given, "PASSWORD_CLAIM_SIGNATURE");
  const timestamp = required(given, "TIMESTAMP");
  if (!timestampWithin(timestamp, call.now, TOLERANCE)) throw wrongPassword("timestamp out of range");
  return { secretBlock, signature, timestamp };
}
