import { Refusal } from "../lib/refusal.ts";

const MOST_ROUNDS = 3;

/** What a call that others overtake again and again is answered with. SDKs repeat such calls by themselves. */
export const overtaken = (): Refusal => new Refusal("TooManyRequestsException", "Too many requests");

/**
 * Decides on what was read, and again on a fresh reading when another write came between reading and writing.
 * @param decide writes, guarded by what was read; "stale" when the guard did not hold
 * @throws Refusal TooManyRequestsException when it is overtaken again and again
 */
export async function decideOn<Reading, Result>(
  reading: Reading,
  readAgain: () => Promise<Reading>,
  decide: (reading: Reading) => Promise<Result | "stale">,
): Promise<Result> {
  for (let round = 1; ; round++) {
    const result = await decide(reading);
    if (result !== "stale") return result as Result;
    if (round === MOST_ROUNDS) throw overtaken();
    reading = await readAgain();
  }
}
