import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { arnOf, type Responses, runTrigger } from "../../../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../../../mechanisms/triggers/user-attributes.ts";
import type { Candidate } from "../sign-in.ts";

type CustomTrigger = "DefineAuthChallenge" | "CreateAuthChallenge" | "VerifyAuthChallengeResponse";

/**
 * Asks one of the triggers that make up a custom flow (Amazon Cognito: custom authentication challenge Lambda
 * triggers). None can be done without.
 * @param request what it is told beside the user and ClientMetadata
 * @param response the response members preset
 * @throws Refusal InvalidUserPoolConfigurationException where the pool has no such trigger, and as `runTrigger`
 */
export async function askCustom<Name extends CustomTrigger>(
  call: Call,
  { turn, user, name }: Candidate,
  trigger: Name,
  request: object,
  response: NoInfer<Responses[Name]>,
): Promise<Responses[Name]> {
  const { pool, client, clientMetadata } = turn;
  if (arnOf(pool.settings.LambdaConfig, trigger) === undefined) {
    throw new Refusal(
      "InvalidUserPoolConfigurationException",
      "Custom auth lambda trigger is not configured for the user pool.",
      { reason: trigger },
    );
  }
  return runTrigger(call, pool, trigger, {
    source: `${trigger}_Authentication`,
    clientId: client.id,
    userName: user?.username ?? name,
    request: {
      userAttributes: user ? userAttributes(user) : {},
      ...request,
      ...(clientMetadata && { clientMetadata }),
      userNotFound: !user,
    },
    response,
  });
}

/**
 * What CreateAuthChallenge has said that only VerifyAuthChallengeResponse is told, and the `session` of later
 * challenges.
 */
export interface CustomChallenge {
  privateChallengeParameters?: Record<string, string>;
  challengeMetadata?: string;
}
