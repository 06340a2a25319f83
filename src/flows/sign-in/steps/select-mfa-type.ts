import type { Call } from "../../../call.ts";
import type { MfaFactor } from "../../../directory/users.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { badSession, required } from "../refusals.ts";
import { secondFactor, secondFactorsOf } from "../factors/second-factor.ts";
import type { Step } from "../sign-in.ts";

/** How clients name what they pick; Cognito's documentation has two names for mail. */
const FACTORS: ReadonlyMap<string, MfaFactor> = new Map([
  ["SMS_MFA", "SMS_MFA"],
  ["SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"],
  ["EMAIL_OTP", "EMAIL_OTP"],
  ["EMAIL_MFA", "EMAIL_OTP"],
] as const);

/**
 * SELECT_MFA_TYPE: the user picks one of several second factors, none of which they prefer. The pick is asked for next.
 */
export const selectMfaType: Step = {
  name: "SELECT_MFA_TYPE",

  due: (signIn) => secondFactor(signIn) === "SELECT_MFA_TYPE",

  async offer(call: Call, signIn) {
    const { user } = signIn;
    return {
      name: "SELECT_MFA_TYPE",
      session: await sealProgress(call, signIn, "SELECT_MFA_TYPE"),
      parameters: {
        MFAS_CAN_CHOOSE: JSON.stringify(secondFactorsOf(signIn)),
        USER_ID_FOR_SRP: user.username,
      },
    };
  },

  async answer(call: Call, turn, session) {
    const answer = required(turn.given, "ANSWER");
    const { candidate, spend } = await resume(call, turn, "SELECT_MFA_TYPE", session);
    const { user } = candidate;
    if (!user) throw badSession("the user is gone");
    const chosen = FACTORS.get(answer);
    if (!chosen || !secondFactorsOf({ ...candidate, user }).includes(chosen)) {
      throw new Refusal("InvalidParameterException", "ANSWER is none of the factors that can be chosen.");
    }
    return { ...candidate, chosen, writes: [spend] };
  },
};
