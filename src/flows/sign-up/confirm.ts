import type { Call } from "../../call.ts";
import { clearAttempts } from "../../directory/attempts.ts";
import type { Client } from "../../directory/clients.ts";
import type { Pool } from "../../directory/pools.ts";
import type { User } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkStillTrue, countAnswer, judgeAnswer, spendCode, wrongCode } from "../answer-code.ts";
import { decideOn } from "../decide-on.ts";
import type { Destination } from "../deliver-code.ts";
import { hidesUsers, isPublicName, unknownName } from "../hidden-users.ts";
import { postConfirmation } from "../post-confirmation.ts";
import { ConfirmedAlready } from "./confirmed-already.ts";

/** An answer to the code of a sign-up. */
export interface Confirmation {
  name: string;
  answer: string;
  /** ForceAliasCreation: takes the address from the user who has it as an alias. */
  force: boolean;
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Confirms a user by the code that went to them, and with it the address it went to (Amazon Cognito API: ConfirmSignUp).
 * @returns the user as they are now, and where the code had gone
 * @throws Refusal TooManyFailedAttemptsException, UserNotFoundException, NotAuthorizedException, ExpiredCodeException,
 *   CodeMismatchException, AliasExistsException, TooManyRequestsException, UnexpectedLambdaException
 */
export async function confirmSignUp(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  { name, answer, force, clientMetadata }: Confirmation,
): Promise<{ user: User; attribute: Destination["attribute"] }> {
  const { asked, readAgain } = await countAnswer(call, pool, name, "sign-up", "confirm-sign-up");
  const confirmed = await decideOn(asked, readAgain, async ({ user, held }) => {
    if (!user || (hidesUsers(client) && !isTold(pool, user, name))) {
      if (!hidesUsers(client)) throw unknownName();
      await judgeAnswer(call, held, answer);
      throw wrongCode("hidden");
    }
    if (!user.enabled) throw new Refusal("NotAuthorizedException", "User is disabled.");
    if (user.status !== "UNCONFIRMED") {
      throw new ConfirmedAlready(
        "NotAuthorizedException",
        `User cannot be confirmed. Current status is ${user.status}`,
      );
    }
    const code = await judgeAnswer(call, held, answer);
    checkStillTrue(code, user);
    const attributes = { ...user.attributes, [`${code.attribute}_verified`]: "true" };
    const tries = { poolId: pool.id, subject: user.sub, kind: "confirm-sign-up" } as const;
    const along = () => [clearAttempts(call.db, tries)];
    const after = await spendCode(call, pool, user, code, { status: "CONFIRMED", attributes }, { force, along });
    return after === "stale" ? after : { user: after, attribute: code.attribute };
  });
  const source = "PostConfirmation_ConfirmSignUp";
  await postConfirmation(call, pool, confirmed.user, source, { clientId: client.id, clientMetadata });
  return confirmed;
}

/** Whether a client that hides users may be told of this one's state. */
const isTold = (pool: Pool, user: User, name: string): boolean =>
  user.enabled && (user.status === "UNCONFIRMED" || isPublicName(pool, user, name));
