import type { Call } from "../call.ts";
import { type Pool, readPool, updatePool } from "../directory/pools.ts";
import { Refusal } from "../lib/refusal.ts";

const MOST_TRIES = 3;

/** What is said of something that others change, try after try. SDKs repeat such calls by themselves. */
export const overtaken = (): Refusal => new Refusal("TooManyRequestsException", "Too many requests");

/** The pool as it stands now, for decisions that change it and for whoever wants to see a change. @throws Refusal ResourceNotFoundException */
export async function poolNow(call: Call, id: string): Promise<Pool> {
  const pool = await readPool(call.db, id);
  if (!pool) throw new Refusal("ResourceNotFoundException", `User pool ${id} does not exist.`);
  return pool;
}

/**
 * Changes a pool by a decision on what is stored. When another change comes between, it reads and decides again.
 * @param decide may be asked more than once
 * @throws Refusal ResourceNotFoundException, TooManyRequestsException
 */
export async function revisePool(
  call: Call,
  id: string,
  decide: (pool: Pool) => Partial<Pick<Pool, "attributes" | "tags">>,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const pool = await poolNow(call, id);
    if (await updatePool(call.db, pool, decide(pool), call.now)) return;
  }
  throw overtaken();
}
