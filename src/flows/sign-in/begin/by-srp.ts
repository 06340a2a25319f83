import type { Call } from "../../../call.ts";
import { subOf } from "../../../directory/users.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { candidateOf } from "../session/candidate.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { readUser } from "../session/read-user.ts";
import { submittedName } from "../refusals.ts";
import type { Outcome, Turn } from "../sign-in.ts";
import { offerVerifier, srpValue } from "../proofs/srp-exchange.ts";

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
