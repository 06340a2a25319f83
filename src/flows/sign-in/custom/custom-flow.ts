import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../../call.ts";
import { unrecognizable } from "../../../mechanisms/triggers/run-trigger.ts";
import { secondFactorsOf } from "../factors/second-factor.ts";
import { checkAccountState } from "../proofs/account-state.ts";
import { askCustom, type CustomChallenge } from "./custom-triggers.ts";
import { sealProgress } from "../session/progress.ts";
import { wrongPassword } from "../refusals.ts";
import type { Candidate, Challenge, CustomFlow, SignIn } from "../sign-in.ts";
import { offerExchange } from "../steps/password-srp.ts";
import { steps } from "../steps/steps.ts";

/** Answers after which a flow can only end: DefineAuthChallenge that never says so would keep it going for ever. */
const MOST_ANSWERS = 100;

/**
 * Characters (JSON) that the triggers of one flow can have remembered: private parameters, and metadata of all
 * challenges.
 */
const MOST_REMEMBERED = 65_536;

/** A sign-in whose triggers are yet to choose. */
export type Undecided = Candidate & { custom: CustomFlow };

/**
 * The challenges of ours that the triggers are told of in `session`, each with those that came before it unseen, and
 * that DefineAuthChallenge can name (Amazon Cognito: define auth challenge Lambda trigger, `challengeName`). Of others,
 * such as a new password, the owner's code knows nothing.
 */
const TOLD: ReadonlyMap<string, readonly ChallengeNameType[]> = new Map([
  ["PASSWORD_VERIFIER", ["PASSWORD_VERIFIER"]],
  ["SMS_MFA", ["SMS_MFA"]],
  ["EMAIL_OTP", ["EMAIL_OTP"]],
  ["SOFTWARE_TOKEN_MFA", ["SOFTWARE_TOKEN_MFA"]],
  ["DEVICE_SRP_AUTH", []],
  ["DEVICE_PASSWORD_VERIFIER", ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"]],
] as const);

/** A flow one of whose challenges was passed, ours: wrong answers to these never come so far. */
export const withPassed = (custom: CustomFlow, name: ChallengeNameType): CustomFlow => ({
  ...custom,
  answered: [
    ...custom.answered,
    ...(TOLD.get(name) ?? []).map((challengeName) => ({ challengeName, challengeResult: true })),
  ],
});

/**
 * Asks DefineAuthChallenge what comes next, and CreateAuthChallenge for the challenge where that is the owner's own.
 * @returns the challenge, or the candidate once tokens are to be issued
 * @throws Refusal NotAuthorizedException where the trigger fails the sign-in or it has become endless,
 *   InvalidLambdaResponseException where the trigger says nothing, or names what cannot be asked now, and as
 *   `askCustom`
 */
export async function defineNext(call: Call, candidate: Undecided): Promise<{ challenge: Challenge } | Candidate> {
  const { passed, custom } = candidate;
  const { answered } = custom;
  const { challengeName, issueTokens, failAuthentication } = await askCustom(
    call,
    candidate,
    "DefineAuthChallenge",
    { session: answered },
    { challengeName: null, issueTokens: null, failAuthentication: null },
  );
  if (failAuthentication) throw wrongPassword("failed by DefineAuthChallenge");
  if (issueTokens) {
    return {
      ...candidate,
      passed: passed.length > 0 ? passed : ["CUSTOM_CHALLENGE"],
      custom: { answered, done: true },
    };
  }
  if (!challengeName) throw unrecognizable("DefineAuthChallenge says nothing");
  if (answered.length >= MOST_ANSWERS) throw wrongPassword("a custom flow without end");
  if (challengeName === "CUSTOM_CHALLENGE") return { challenge: await offerCustom(call, candidate) };
  if (challengeName === "PASSWORD_VERIFIER") return { challenge: await offerPassword(call, candidate) };
  return { challenge: await offerFactor(call, candidate, challengeName) };
}

async function offerCustom(call: Call, candidate: Undecided): Promise<Challenge> {
  const { custom, username } = candidate;
  const { publicChallengeParameters, privateChallengeParameters, challengeMetadata } = await askCustom(
    call,
    candidate,
    "CreateAuthChallenge",
    { challengeName: "CUSTOM_CHALLENGE", session: custom.answered },
    { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
  );
  const extra: CustomChallenge = {
    ...(privateChallengeParameters && { privateChallengeParameters }),
    ...(typeof challengeMetadata === "string" && { challengeMetadata }),
  };
  if (JSON.stringify([custom, extra]).length > MOST_REMEMBERED) {
    throw unrecognizable("more to remember than a flow has room for");
  }
  return {
    name: "CUSTOM_CHALLENGE",
    // Clients answer as whom USERNAME says; the owner's code has no word in that.
    parameters: { ...publicChallengeParameters, USERNAME: username },
    session: await sealProgress(call, candidate, "CUSTOM_CHALLENGE", extra),
  };
}

/** The password by SRP, at any time once SRP_A came with the flow's begin. */
async function offerPassword(call: Call, candidate: Undecided): Promise<Challenge> {
  const { srpA, ...custom } = candidate.custom;
  if (srpA === undefined) throw unrecognizable("PASSWORD_VERIFIER without SRP_A, or for a second time");
  return offerExchange(call, { ...candidate, custom }, srpA);
}

/**
 * A second factor, or a device. Either comes after a first factor: a password, or an answer to a challenge of the
 * owner's that was right. Before, they would tell strangers how a user signs in, and count as more than the one factor
 * they are.
 */
async function offerFactor(call: Call, candidate: Undecided, name: string): Promise<Challenge> {
  const { user, custom } = candidate;
  const isRight = custom.answered.some((each) => each.challengeName === "CUSTOM_CHALLENGE" && each.challengeResult);
  const passed = candidate.passed.length === 0 && isRight ? ["CUSTOM_CHALLENGE" as const] : candidate.passed;
  if (passed.length === 0 || !TOLD.has(name))
    throw unrecognizable("a challenge that DefineAuthChallenge cannot name, or not yet");
  if (!user) throw wrongPassword("unknown user");
  checkAccountState(user, call.now);
  const signIn: SignIn = { ...candidate, user, passed };
  const step = steps.find((each) => each.name === name && !passed.includes(each.name));
  const isUsable = secondFactorsOf(signIn).some((factor) => factor === name);
  if (!step?.offer || !(isUsable || step.due?.(signIn)))
    throw unrecognizable("a factor that cannot be asked of the user");
  return step.offer(call, signIn);
}
