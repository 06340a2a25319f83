import type { SQL } from "drizzle-orm";
import type { Call } from "../../call.ts";
import { clearAttempts } from "../../directory/attempts.ts";
import type { Client } from "../../directory/clients.ts";
import type { Pool } from "../../directory/pools.ts";
import { endSessions } from "../../directory/sessions.ts";
import type { User } from "../../directory/users.ts";
import { checkStillTrue, countAnswer, judgeAnswer, spendCode, wrongCode } from "../answer-code.ts";
import { decideOn, overtaken } from "../decide-on.ts";
import { hidesUsers, unknownName } from "../hidden-users.ts";
import { checkNewPassword, makeCredentials } from "../passwords.ts";
import { postConfirmation } from "../post-confirmation.ts";
import { checkResettable } from "./destination.ts";

/** An answer to a reset code, and the password that it is to allow. */
export interface Recovery {
  name: string;
  answer: string;
  password: string;
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Gives a user a new password by the code that went to them (Amazon Cognito API: ConfirmForgotPassword). All
 * that the user was signed in by ends. Nothing is hashed before the code was found right, so that a wrong one costs the
 * same for everybody, users or not, and guessing makes no work for us.
 * @throws Refusal InvalidPasswordException, TooManyFailedAttemptsException, UserNotFoundException, ExpiredCodeException,
 *   CodeMismatchException, NotAuthorizedException, PasswordHistoryPolicyViolationException, TooManyRequestsException,
 *   UnexpectedLambdaException
 */
export async function confirmRecovery(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  { name, answer, password, clientMetadata }: Recovery,
): Promise<void> {
  await checkNewPassword(call, pool, password);
  const { asked, readAgain } = await countAnswer(call, pool, name, "reset", "confirm-reset");
  const judge = async ({ user, held }: typeof asked) => {
    if (!user?.enabled) {
      if (!hidesUsers(client)) throw unknownName();
      await judgeAnswer(call, held, answer);
      throw wrongCode("hidden");
    }
    const code = await judgeAnswer(call, held, answer);
    checkStillTrue(code, user);
    checkResettable(user);
    return { user, code };
  };
  const { user: before } = await judge(asked);
  await checkNewPassword(call, pool, password, before.credentials);
  const credentials = await makeCredentials(call, pool, before, password, { before: before.credentials });

  const after = await decideOn(asked, readAgain, async (reading): Promise<User | "stale"> => {
    const { user, code } = await judge(reading);
    // The history was made from the former password. Hashing is too dear to be done again for whoever came between.
    if (user.credentials?.hash !== before.credentials?.hash) throw overtaken();
    const tries = (kind: "confirm-reset" | "password") => ({ poolId: pool.id, subject: user.sub, kind });
    const along = (only: SQL) => [
      clearAttempts(call.db, tries("confirm-reset")),
      clearAttempts(call.db, tries("password")),
      ...endSessions(call.db, pool.id, user.sub, { only }),
    ];
    return spendCode(call, pool, user, code, { status: "CONFIRMED", credentials }, { along });
  });
  const source = "PostConfirmation_ConfirmForgotPassword";
  await postConfirmation(call, pool, after, source, { clientId: client.id, clientMetadata });
}
