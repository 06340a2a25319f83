import type { SQL } from "drizzle-orm";
import type { Call } from "../../call.ts";
import { countAttempt, lockAttempts } from "../../directory/attempts.ts";
import { Refusal } from "../../lib/refusal.ts";

const QUIET = 15 * 60_000;
/** Failures that are free of a lock. */
const FREE = 5;
/** Tries that may be under way or failed at once: the bound on guesses in parallel, wide enough for a shared test account. */
const MOST = 30;

/**
 * Counts a password try before it is judged (Amazon Cognito: lockout behaviour). Counting first, in the statement that
 * also reads the user, bounds guesses that are made at the same moment; success clears the count.
 */
export const countPasswordTry = (call: Call, poolId: string, subject: SQL | string) =>
  countAttempt(
    call.db,
    { poolId, subject, kind: "password" },
    { most: MOST, period: QUIET, sliding: true, now: call.now },
  );

/** @throws Refusal NotAuthorizedException while tries are turned away, whether or not the password was right. */
export function checkLock(tries: { refused: number }[]): void {
  if (tries[0]?.refused) throw new Refusal("NotAuthorizedException", "Password attempts exceeded");
}

/** After a wrong password: from the fifth on, no further try for 2^(n-5) seconds, a quarter of an hour at most. */
export async function punish(call: Call, poolId: string, subject: string, tries: { count: number }[]): Promise<void> {
  const count = tries[0]?.count ?? 0;
  const lock = count < FREE ? 0 : Math.min(2 ** (count - FREE) * 1000, QUIET);
  // Written even when there is no lock: a wrong password costs one hop, whoever it was for.
  await lockAttempts(call.db, { poolId, subject, kind: "password" }, call.now + lock);
}
