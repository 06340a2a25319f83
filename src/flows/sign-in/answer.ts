import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import { advance } from "./advance.ts";
import { withPassed } from "./custom/custom-flow.ts";
import { badSession } from "./refusals.ts";
import type { Outcome, Turn } from "./sign-in.ts";
import { steps } from "./steps/steps.ts";

/**
 * Answers a challenge (Amazon Cognito API: RespondToAuthChallenge, AdminRespondToAuthChallenge). A session names its
 * challenge, so one of another kind does not open.
 * @throws Refusal NotAuthorizedException for a challenge that is never asked, and whatever the step refuses with
 */
export async function answerChallenge(
  call: Call,
  name: ChallengeNameType,
  session: string | undefined,
  turn: Turn,
): Promise<Outcome> {
  const step = steps.find((each) => each.name === name);
  // ADMIN_NO_SRP_AUTH, which is a challenge by name alone.
  if (!step) throw badSession(`${name} is never asked`);
  const answered = await step.answer(call, turn, session);
  if ("challenge" in answered) return answered;
  const { custom } = answered;
  if (!custom || name === "CUSTOM_CHALLENGE") return advance(call, answered);
  return advance(call, { ...answered, custom: withPassed(custom, name) });
}
