import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { isEmail } from "../../../mechanisms/attributes/formats.ts";
import { settableFactors, usableFactors } from "../../mfa.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { badSession, usedSession } from "../refusals.ts";
import { checkUsable, secondFactor } from "../factors/second-factor.ts";
import type { Step } from "../sign-in.ts";
import { checkMovable, offerEmailOtp } from "./email-otp.ts";

/** What the sessions of this challenge hold: AssociateSoftwareToken and VerifySoftwareToken put it there. */
export interface SetUp {
  /** The seed that was given out, base32. */
  seed?: string;
  /** Whether its app was verified, and so is the user's. */
  verified?: boolean;
}

/**
 * MFA_SETUP: the pool demands a second factor and the user has none. An app is set up by AssociateSoftwareToken and
 * VerifySoftwareToken, whose session answers this challenge; an e-mail address by a code that is sent there.
 */
export const mfaSetup: Step = {
  name: "MFA_SETUP",

  due: (signIn) => secondFactor(signIn) === "MFA_SETUP",

  async offer(call: Call, signIn) {
    const { turn, user } = signIn;
    return {
      name: "MFA_SETUP",
      session: await sealProgress(call, signIn, "MFA_SETUP"),
      parameters: {
        MFAS_CAN_SETUP: JSON.stringify(settableFactors(turn.pool, user)),
        USER_ID_FOR_SRP: user.username,
      },
    };
  },

  async answer(call: Call, turn, session) {
    const { EMAIL } = turn.given;
    const { candidate, extra, spend } = await resume<SetUp>(call, turn, "MFA_SETUP", session);
    const { user, passed } = candidate;
    if (!user) throw badSession("the user is gone");
    if (extra.verified) {
      checkUsable(candidate, "SOFTWARE_TOKEN_MFA");
      return { ...candidate, passed: [...passed, "MFA_SETUP"], writes: [spend] };
    }
    // Whoever has a second factor by now is to pass that one, not to set up another beside it.
    if (usableFactors(turn.pool, user).length > 0) throw usedSession();
    if (EMAIL === undefined) {
      throw new Refusal("InvalidParameterException", "Missing required parameter EMAIL, or no software token verified");
    }
    if (!settableFactors(turn.pool, user).includes("EMAIL_OTP")) {
      throw new Refusal("InvalidParameterException", "Email MFA is not enabled for the user pool.");
    }
    if (!isEmail(EMAIL)) throw new Refusal("InvalidParameterException", "Invalid email address format.");
    checkMovable(user, EMAIL);
    return { challenge: await offerEmailOtp(call, { ...candidate, writes: [spend] }, { setUp: EMAIL }) };
  },
};
