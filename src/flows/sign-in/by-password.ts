import type { Call } from "../../call.ts";
import { groupsOf } from "../../directory/groups.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { attemptSubject } from "../attempt-subject.ts";
import { checkSecretHash } from "../client-secrets.ts";
import { migrateUser } from "../migrate-user.ts";
import { isPassword } from "../passwords.ts";
import { SELF_SERVICE_SCOPE } from "../signed-in.ts";
import { advance } from "./advance.ts";
import { checkLock, countPasswordTry, punish } from "./lockout.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { required, submittedName, unknownUser, wrongPassword } from "./refusals.ts";
import type { Outcome, Turn } from "./sign-in.ts";

/**
 * USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH. Two hops to tokens: the try is counted with the read of user and
 * groups, and the session opened. An unknown user costs the same statements and the same hash.
 */
export async function byPassword(call: Call, turn: Turn): Promise<Outcome> {
  const { pool, client, given } = turn;
  const name = submittedName(given);
  const password = required(given, "PASSWORD");
  await checkSecretHash(call, client, given.SECRET_HASH, name);
  const subject = await attemptSubject(call, pool, name);
  const [tries, [user], groups] = await call.db.batch([
    countPasswordTry(call, pool.id, subject.query),
    userByName(call.db, pool, name),
    groupsOf(call.db, pool.id, subOf(pool, name)),
  ]);
  if (!user) {
    const { validationData } = turn;
    await migrateUser(call, turn, "UserMigration_Authentication", { name, password, validationData });
  }
  await preAuthenticate(call, turn, user, name);
  checkLock(tries);
  if (!(await isPassword(call, user, password)) || !user) {
    await punish(call, pool.id, user?.sub ?? subject.unknown, tries);
    throw user ? wrongPassword("wrong password") : unknownUser(client);
  }
  return advance(call, { turn, user, groups, passed: [], scope: SELF_SERVICE_SCOPE, writes: [] });
}
