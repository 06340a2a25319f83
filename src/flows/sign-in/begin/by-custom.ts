import type { Call } from "../../../call.ts";
import { subOf } from "../../../directory/users.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { advance } from "../advance.ts";
import { candidateOf } from "../session/candidate.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { readUser } from "../session/read-user.ts";
import { submittedName } from "../refusals.ts";
import type { CustomFlow, Outcome, Turn } from "../sign-in.ts";
import { srpValue } from "../proofs/srp-exchange.ts";

/**
 * CUSTOM_AUTH: the owner's triggers choose the challenges. With CHALLENGE_NAME `SRP_A` the password can be among them
 * (Amazon Cognito: SRP password verification in custom authentication flow). One hop beside the triggers. An unknown
 * user is led through the same challenges where the client hides users.
 */
export async function byCustom(call: Call, turn: Turn): Promise<Outcome> {
  const { pool, client, given } = turn;
  const name = submittedName(given);
  const custom = begun(given);
  await checkSecretHash(call, client, given.SECRET_HASH, name);
  const [[user], groups, [found]] = await call.db.batch([...readUser(call, turn, subOf(pool, name))]);
  await preAuthenticate(call, turn, user, name);
  return advance(call, { ...(await candidateOf(call, turn, name, { user, groups, found })), custom });
}

/** The flow at its begin. @throws Refusal InvalidParameterException */
function begun(given: Record<string, string>): CustomFlow {
  // InitiateAuthRequest (AuthParameters) spells the key in one way, the developer guide and clients in the other.
  const first = given.CHALLENGE_NAME ?? given.ChallengeName;
  if (first === undefined) return { answered: [], done: false };
  if (first !== "SRP_A") {
    throw new Refusal("InvalidParameterException", "CHALLENGE_NAME can be nothing but SRP_A.");
  }
  return { answered: [{ challengeName: first, challengeResult: true }], done: false, srpA: srpValue(given) };
}
