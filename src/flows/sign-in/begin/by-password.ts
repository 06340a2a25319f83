import type { Call } from "../../../call.ts";
import { subOf } from "../../../directory/users.ts";
import { attemptSubject } from "../../attempt-subject.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { advance } from "../advance.ts";
import { candidateOf } from "../session/candidate.ts";
import { judgePassword, migrateCounted } from "../proofs/judge-password.ts";
import { countProofTry } from "../proofs/lockout.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { readUser } from "../session/read-user.ts";
import { required, submittedName } from "../refusals.ts";
import type { Outcome, Turn } from "../sign-in.ts";

/**
 * USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH. Two hops to tokens: the try is counted with the read of user and
 * groups, and the session opened. An unknown user costs the same statements and the same hash.
 */
export async function byPassword(call: Call, turn: Turn): Promise<Outcome> {
  const { pool, client, given, validationData } = turn;
  const name = submittedName(given);
  const password = required(given, "PASSWORD");
  await checkSecretHash(call, client, given.SECRET_HASH, name);
  const subject = await attemptSubject(call, pool, name);
  const [tries, [known], groups, [found]] = await call.db.batch([
    countProofTry(call, { poolId: pool.id, subject: subject.query, kind: "password" }),
    ...readUser(call, turn, subOf(pool, name)),
  ]);
  const counted = { tries, unknown: subject.unknown };
  const user = known ?? (await migrateCounted(call, turn, { name, password, validationData }, counted));
  await preAuthenticate(call, turn, user, name);
  const judged = await judgePassword(call, turn, user, { password, ...counted });
  const candidate = await candidateOf(call, turn, name, { user: judged, groups, found });
  return advance(call, { ...candidate, passed: ["PASSWORD"] });
}
