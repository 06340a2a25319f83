import type { Call } from "../call.ts";
import { type Pool, readPool, updatePool } from "../directory/pools.ts";
import { decideOn } from "../flows/decide-on.ts";
import { Refusal } from "../lib/refusal.ts";

/** What is said where a change was decided on settings that another request has changed meanwhile. */
export const poolChanged = (): Refusal =>
  new Refusal("ConcurrentModificationException", "The user pool was changed by another request meanwhile.");

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
  const read = () => poolNow(call, id);
  await decideOn(
    await read(),
    read,
    async (pool) => (await updatePool(call.db, pool, decide(pool), call.now)) ?? "stale",
  );
}
