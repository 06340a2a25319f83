import type { Call } from "../../../call.ts";
import { type AttemptOf, countAttempt, lockAttempts, type ProofKind } from "../../../directory/attempts.ts";
import { Refusal } from "../../../lib/refusal.ts";

/** Milliseconds without a failure after which the count starts anew; also the longest lock. */
const QUIET = 15 * 60_000;
/** Failures that are free of a lock. */
const FREE = 5;
/** Tries that may be under way or failed at once: the bound on guesses in parallel, wide enough for a shared test account. */
const MOST = 30;
/**
 * Likewise of answers to challenges that the owner's triggers judge. They decide when it is enough; this bounds many
 * flows at once.
 */
const MOST_CUSTOM = 100;

/** Whose tries at what. */
type ProofOf = AttemptOf & { kind: ProofKind };

/**
 * Counts a try before it is judged (Amazon Cognito: lockout behaviour). Counting first, in the statement that also
 * reads the user, bounds guesses that are made at the same moment; success clears the count.
 */
export const countProofTry = (call: Call, of: ProofOf) =>
  countAttempt(call.db, of, {
    most: of.kind === "custom-challenge" ? MOST_CUSTOM : MOST,
    period: QUIET,
    sliding: true,
    now: call.now,
  });

/** @throws Refusal NotAuthorizedException while tries are turned away, whether or not the proof was right. */
export function checkLock(tries: { refused: number }[], kind: ProofKind): void {
  if (!tries[0]?.refused) return;
  throw new Refusal("NotAuthorizedException", `${kind === "password" ? "Password" : "Code"} attempts exceeded`);
}

/** After a wrong proof: from the fifth on, no further try for 2^(n-5) seconds, a quarter of an hour at most. */
export async function punish(call: Call, of: ProofOf, tries: { count: number }[]): Promise<void> {
  const count = tries[0]?.count ?? 0;
  const lock = count < FREE ? 0 : Math.min(2 ** (count - FREE) * 1000, QUIET);
  // Written even when there is no lock: a wrong proof costs one hop, whoever it was for.
  await lockAttempts(call.db, of, call.now + lock);
}
