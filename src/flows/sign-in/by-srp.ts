import type { Call } from "../../call.ts";
import { subOf } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { begin, parsePublicValue } from "../../mechanisms/factors/srp.ts";
import { checkSecretHash } from "../client-secrets.ts";
import { verifierOf } from "../passwords.ts";
import { candidateOf } from "./candidate.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { sealBlock } from "./progress.ts";
import { readUser } from "./read-user.ts";
import { required, submittedName } from "./refusals.ts";
import type { Candidate, Challenge, Outcome, Turn } from "./sign-in.ts";

/** What PASSWORD_VERIFIER needs to judge the proof; travels in SECRET_BLOCK. */
export interface SrpState {
  A: string;
  b: string;
  B: string;
}

/**
 * USER_SRP_AUTH. One hop and no write: the whole exchange is sealed into SECRET_BLOCK, so the answer needs no Session.
 * An unknown user is challenged like a known one where the client hides users.
 */
export async function bySrp(call: Call, turn: Turn): Promise<Outcome> {
  const { pool, client, given } = turn;
  const name = submittedName(given);
  const A = srpValue(given);
  await checkSecretHash(call, client, given.SECRET_HASH, name);
  const [[user], groups, [found]] = await call.db.batch([...readUser(call, turn, subOf(pool, name))]);
  await preAuthenticate(call, turn, user, name);
  return { challenge: await offerVerifier(call, await candidateOf(call, turn, name, { user, groups, found }), A) };
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
  const { b, B } = begin(verifier);
  const state: SrpState = { A, b, B };
  return {
    name: "PASSWORD_VERIFIER",
    parameters: {
      SALT: salt,
      SECRET_BLOCK: await sealBlock(call, candidate, "PASSWORD_VERIFIER", state),
      SRP_B: B,
      USERNAME: username,
      USER_ID_FOR_SRP: username,
    },
  };
}
