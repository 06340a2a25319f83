import type { SQL } from "drizzle-orm";
import type { Call } from "../call.ts";
import { clearAttempts } from "../directory/attempts.ts";
import { endSessions } from "../directory/sessions.ts";
import { changeUser } from "../directory/user-writes.ts";
import { type User, userBySub } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { decideOn } from "./decide-on.ts";
import { checkLimit, countTry } from "./hourly-limits.ts";
import { checkNewPassword, isPassword, makeCredentials } from "./passwords.ts";
import type { SignedIn } from "./signed-in.ts";

/**
 * Changes a password by the right of the one before, which only a user who has none may leave out (Amazon Cognito API:
 * ChangePassword). All that the user was signed in by elsewhere ends.
 * @param session id of the token session that asks for it, which goes on
 * @throws Refusal InvalidPasswordException, LimitExceededException, NotAuthorizedException, InvalidParameterException,
 *   PasswordHistoryPolicyViolationException, TooManyRequestsException
 */
export async function changePassword(
  call: Call,
  { pool, user: before, session }: Pick<SignedIn, "pool" | "user" | "session">,
  { previous, proposed }: { previous: string | undefined; proposed: string },
): Promise<void> {
  await checkNewPassword(call, pool, proposed);
  if (previous === undefined && before.credentials) {
    throw new Refusal("InvalidParameterException", "Missing required parameter PreviousPassword");
  }
  const tries = { poolId: pool.id, subject: before.sub, kind: "change-password" } as const;
  checkLimit(await countTry(call, tries));
  if (before.credentials ? !(await isPassword(call, before, previous ?? "")) : !maySetFirst(before, previous)) {
    throw wrong("wrong previous password");
  }
  await checkNewPassword(call, pool, proposed, before.credentials);
  const credentials = await makeCredentials(call, pool, before, proposed, { before: before.credentials });
  const readAgain = async () => (await userBySub(call.db, pool.id, before.sub))[0];
  await decideOn<User | undefined, "written">(before, readAgain, async (user) => {
    // The previous password was judged before: it must still be the one.
    if (!user?.enabled || user.credentials?.hash !== before.credentials?.hash) throw wrong("changed meanwhile");
    const along = (only: SQL) => [
      clearAttempts(call.db, tries),
      ...endSessions(call.db, pool.id, user.sub, { except: session, only }),
    ];
    const written = await changeUser(call.db, pool, user, { credentials }, call.now, { along });
    return written === "written" ? "written" : "stale";
  });
}

/** A user of an identity provider has no password here, and gets none this way. */
const maySetFirst = (user: User, previous: string | undefined): boolean =>
  previous === undefined && user.status === "CONFIRMED";

const wrong = (reason: string) => new Refusal("NotAuthorizedException", "Incorrect username or password.", { reason });
