import type { Call } from "../../../call.ts";
import { judgeSentCode } from "../proofs/judge-sent-code.ts";
import { sendSignInCode } from "../proofs/one-time-code.ts";
import { sealProgress } from "../session/progress.ts";
import { withProvenAddress } from "../proofs/proven-address.ts";
import type { Candidate, Challenge, Step } from "../sign-in.ts";

const DIGITS = 8;

/**
 * The challenge SMS_OTP: a code to the user's phone in the place of a password. The candidate's writes run with what
 * sends the code.
 * @throws Refusal LimitExceededException, CodeDeliveryFailureException
 */
export async function offerSmsOtp(call: Call, candidate: Candidate): Promise<Challenge> {
  const destination = { attribute: "phone_number", value: candidate.user?.attributes.phone_number } as const;
  const { state, parameters } = await sendSignInCode(call, candidate, destination, DIGITS);
  return {
    name: "SMS_OTP",
    session: await sealProgress(call, candidate, "SMS_OTP", state),
    parameters: { ...parameters, USER_ID_FOR_SRP: candidate.username },
  };
}

/** SMS_OTP: a code that was sent to a phone, as the first factor. */
export const smsOtp: Step = {
  name: "SMS_OTP",

  async answer(call: Call, turn, session) {
    const { signIn } = await judgeSentCode(call, turn, "SMS_OTP", session, () => "phone_number");
    return withProvenAddress(call, signIn, "phone_number", { isFirst: true });
  },
};
