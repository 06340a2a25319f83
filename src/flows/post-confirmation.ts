import type { Call } from "../call.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { runTrigger } from "../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../mechanisms/triggers/user-attributes.ts";

/**
 * Tells the post-confirmation trigger of a user who has just been confirmed or has a new password. When it fails, so does
 * the operation, while what was confirmed stays so (Amazon Cognito: post confirmation Lambda trigger).
 * @throws Refusal UnexpectedLambdaException
 */
export async function postConfirmation(
  call: Call,
  pool: Pool,
  user: User,
  source: "PostConfirmation_ConfirmSignUp" | "PostConfirmation_ConfirmForgotPassword",
  { clientId, clientMetadata }: { clientId?: string; clientMetadata?: Record<string, string> | undefined },
): Promise<void> {
  await runTrigger(call, pool, "PostConfirmation", {
    source,
    clientId,
    userName: user.username,
    request: {
      userAttributes: userAttributes(user),
      ...(clientMetadata && { clientMetadata }),
    },
    response: {},
  });
}
