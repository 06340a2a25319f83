import type { Call } from "../../../call.ts";
import { clearAttempts } from "../../../directory/attempts.ts";
import { userChanges } from "../../../directory/user-writes.ts";
import { judgeTotp, noSoftwareToken, usedCode } from "../../software-token.ts";
import { punish } from "../proofs/lockout.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { badSession, required } from "../refusals.ts";
import { checkUsable, secondFactor } from "../factors/second-factor.ts";
import type { Step } from "../sign-in.ts";

/**
 * SOFTWARE_TOKEN_MFA: a second factor by the code that an authenticator app shows. Its time step is written with what
 * the answer leads to, and only for a user who is as they were: of all who answer with one code, one gets on (RFC 6238
 * §5.2).
 */
export const softwareTokenMfa: Step = {
  name: "SOFTWARE_TOKEN_MFA",

  due: (signIn) => secondFactor(signIn) === "SOFTWARE_TOKEN_MFA",

  async offer(call: Call, signIn) {
    const { username, factors } = signIn.user;
    return {
      name: "SOFTWARE_TOKEN_MFA",
      session: await sealProgress(call, signIn, "SOFTWARE_TOKEN_MFA"),
      parameters: { FRIENDLY_DEVICE_NAME: factors.softwareToken?.name ?? "", USER_ID_FOR_SRP: username },
    };
  },

  async answer(call: Call, turn, session) {
    const { pool, given } = turn;
    const code = required(given, "SOFTWARE_TOKEN_MFA_CODE");
    const { candidate, tries, spend } = await resume(call, turn, "SOFTWARE_TOKEN_MFA", session, { counted: "mfa" });
    const { user, sub, passed } = candidate;
    if (!user) throw badSession("the user is gone");
    const of = { poolId: pool.id, subject: sub, kind: "mfa" } as const;
    const { softwareToken } = user.factors;
    if (!softwareToken) throw noSoftwareToken("the user has none");
    const { step } = await judgeTotp(call, user, code).catch(async (refusal: unknown) => {
      await punish(call, of, tries);
      throw refusal;
    });
    checkUsable(candidate, "SOFTWARE_TOKEN_MFA");
    const factors = { ...user.factors, softwareToken: { ...softwareToken, step } };
    const { after, statements } = userChanges(call.db, pool, user, { factors }, call.now);
    return {
      ...candidate,
      user: after,
      passed: [...passed, "SOFTWARE_TOKEN_MFA"],
      writes: [spend, clearAttempts(call.db, of), ...statements],
      overtaken: usedCode,
    };
  },
};
