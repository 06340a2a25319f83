import type { Call } from "../../../call.ts";
import { clearAttempts } from "../../../directory/attempts.ts";
import type { Destination } from "../../deliver-code.ts";
import { punish } from "./lockout.ts";
import { isSentCode, isTheirs, type SentCode, wrongCode } from "./one-time-code.ts";
import { resume } from "../session/progress.ts";
import { required } from "../refusals.ts";
import type { SignIn, Turn } from "../sign-in.ts";

/**
 * Judges the answer to a code that was sent, as the first factor or the second. A wrong one may be mended in the same
 * session, and is counted; an answer for someone who does not exist costs the same.
 * @param step its answer is in the response `<step>_CODE`
 * @param attribute what the code went to; undefined where that is not the user's yet
 * @returns the sign-in, with the step passed; its writes use the challenge up
 * @throws Refusal CodeMismatchException, NotAuthorizedException, InvalidParameterException
 */
export async function judgeSentCode<Extra extends SentCode>(
  call: Call,
  turn: Turn,
  step: "SMS_MFA" | "SMS_OTP" | "EMAIL_OTP",
  session: string | undefined,
  attribute: (extra: Extra) => Destination["attribute"] | undefined,
): Promise<{ signIn: SignIn; extra: Extra; isFirst: boolean }> {
  const code = required(turn.given, `${step}_CODE`);
  const kindOf = (passed: readonly unknown[]) => (passed.length === 0 ? "one-time-password" : "mfa");
  const { candidate, extra, tries, spend } = await resume<Extra>(call, turn, step, session, { counted: kindOf });
  const { user, sub, passed } = candidate;
  const of = { poolId: turn.pool.id, subject: sub, kind: kindOf(passed) } as const;
  const isRight = await isSentCode(call, turn.pool.id, extra, code);
  const to = attribute(extra);
  if (!isRight || !user || (to !== undefined && !(await isTheirs(user, to, extra)))) {
    await punish(call, of, tries);
    throw wrongCode();
  }
  const writes = [spend, clearAttempts(call.db, of)];
  return { signIn: { ...candidate, user, passed: [...passed, step], writes }, extra, isFirst: passed.length === 0 };
}
