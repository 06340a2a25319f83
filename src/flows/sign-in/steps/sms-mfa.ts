import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { judgeSentCode } from "../proofs/judge-sent-code.ts";
import { sendSignInCode } from "../proofs/one-time-code.ts";
import { sealProgress } from "../session/progress.ts";
import { withProvenAddress } from "../proofs/proven-address.ts";
import { checkUsable, secondFactor } from "../factors/second-factor.ts";
import type { Step } from "../sign-in.ts";

const DIGITS = 6;

/** SMS_MFA: a second factor by a code that is sent to the user's phone. */
export const smsMfa: Step = {
  name: "SMS_MFA",

  due: (signIn) => secondFactor(signIn) === "SMS_MFA",

  settles: true,

  async offer(call: Call, signIn) {
    const { user } = signIn;
    const value = user.attributes.phone_number;
    if (!value) throw new Refusal("MFAMethodNotFoundException", "The user has no phone number.");
    const { state, parameters } = await sendSignInCode(call, signIn, { attribute: "phone_number", value }, DIGITS);
    return {
      name: "SMS_MFA",
      session: await sealProgress(call, signIn, "SMS_MFA", state),
      parameters: { ...parameters, USER_ID_FOR_SRP: user.username },
    };
  },

  async answer(call: Call, turn, session) {
    const { signIn } = await judgeSentCode(call, turn, "SMS_MFA", session, () => "phone_number");
    checkUsable(signIn, "SMS_MFA");
    return withProvenAddress(call, signIn, "phone_number", { isFirst: false });
  },
};
