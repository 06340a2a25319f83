import type { Call } from "../../../call.ts";
import type { Statement } from "../../../directory/database.ts";
import { fold } from "../../../directory/names.ts";
import { userChanges } from "../../../directory/user-writes.ts";
import type { User } from "../../../directory/users.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { usableFactors, withFactor } from "../../mfa.ts";
import { judgeSentCode } from "../proofs/judge-sent-code.ts";
import { sendSignInCode, type SentCode } from "../proofs/one-time-code.ts";
import { sealProgress } from "../session/progress.ts";
import { withProvenAddress } from "../proofs/proven-address.ts";
import { usedSession } from "../refusals.ts";
import { checkUsable, secondFactor } from "../factors/second-factor.ts";
import type { Candidate, Challenge, Step, Turn } from "../sign-in.ts";

const DIGITS = 8;

/** What the code is for, beside what a first factor or a second one is. */
interface State extends SentCode {
  /** The address that the right answer makes the user's, and with it this factor (MFA_SETUP). */
  setsUp?: string;
}

/**
 * The challenge EMAIL_OTP, in the place of a password or after one. The candidate's writes run with what sends the
 * code.
 * @param setUp an address that is to become the user's second factor, rather than the one they have
 * @throws Refusal LimitExceededException, CodeDeliveryFailureException, MFAMethodNotFoundException
 */
export async function offerEmailOtp(
  call: Call,
  candidate: Candidate,
  { setUp }: { setUp?: string | undefined } = {},
): Promise<Challenge> {
  const value = setUp ?? candidate.user?.attributes.email;
  if (value === undefined && candidate.passed.length > 0) {
    throw new Refusal("MFAMethodNotFoundException", "The user has no email address.");
  }
  const destination = { attribute: "email", value } as const;
  const { state, parameters } = await sendSignInCode(call, candidate, destination, DIGITS);
  const extra: State = { ...state, ...(setUp !== undefined && { setsUp: setUp }) };
  return {
    name: "EMAIL_OTP",
    session: await sealProgress(call, candidate, "EMAIL_OTP", extra),
    parameters: { ...parameters, USER_ID_FOR_SRP: candidate.username },
  };
}

/** EMAIL_OTP: a code that is sent to an e-mail address, as the first factor, as the second, or to set that up. */
export const emailOtp: Step = {
  name: "EMAIL_OTP",

  due: (signIn) => secondFactor(signIn) === "EMAIL_OTP",

  settles: true,

  offer: (call, signIn) => offerEmailOtp(call, signIn),

  async answer(call: Call, turn, session) {
    const { signIn, extra, isFirst } = await judgeSentCode<State>(call, turn, "EMAIL_OTP", session, ({ setsUp }) =>
      setsUp === undefined ? "email" : undefined,
    );
    const { setsUp } = extra;
    if (setsUp === undefined) {
      if (!isFirst) checkUsable(signIn, "EMAIL_OTP");
      return withProvenAddress(call, signIn, "email", { isFirst });
    }
    if (usableFactors(turn.pool, signIn.user).length > 0) throw usedSession();
    checkMovable(signIn.user, setsUp);
    const { after, statements } = setUp(call, turn, signIn.user, setsUp);
    return { ...signIn, user: after, writes: [...signIn.writes, ...statements] };
  },
};

/**
 * Refuses to set up another address than one that its owner has proven, and may recover the account by: a password
 * alone must not move it.
 * @throws Refusal InvalidParameterException
 */
export function checkMovable({ attributes: { email = "", email_verified } }: User, to: string): void {
  if (email_verified === "true" && fold(email) !== fold(to)) {
    throw new Refusal("InvalidParameterException", "EMAIL is not the verified email address of the user.");
  }
}

/** Makes an address that was to be set up, and is proven, the user's own and their second factor. */
function setUp(call: Call, { pool }: Turn, user: User, email: string): { after: User; statements: Statement[] } {
  const attributes = { ...user.attributes, email, email_verified: "true" };
  return userChanges(call.db, pool, user, { attributes, factors: withFactor(user.factors, "EMAIL_OTP") }, call.now);
}
