import type { SQL } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Statement } from "../directory/database.ts";
import type { Pool } from "../directory/pools.ts";
import { type UserChange, userChanges } from "../directory/user-writes.ts";
import type { User } from "../directory/users.ts";
import { decideOn } from "./decide-on.ts";
import { resolveUser } from "./resolve.ts";

/** A change that cannot collide with other users' names. */
export interface Revision {
  change: Omit<UserChange, "attributes">;
  /** Statements of the same transaction. `onlyWith` is the condition that the change took effect. */
  along?: (onlyWith: SQL) => Statement[];
}

/**
 * Changes a user by a decision on what is stored. When another write comes between, it reads and decides again.
 * @param name username, alias or sub
 * @param decide throws the refusal where the user's state does not allow the change; may be asked more than once
 * @returns the user as changed, and the decision that took effect with whatever else it carries
 * @throws Refusal UserNotFoundException, TooManyRequestsException
 */
export async function reviseUser<Decision extends Revision>(
  call: Call,
  pool: Pool,
  name: string,
  decide: (user: User) => Decision | Promise<Decision>,
): Promise<{ user: User; decision: Decision }> {
  const read = () => resolveUser(call, pool, name);
  return decideOn(await read(), read, async (user) => {
    const decision = await decide(user);
    const { after, statements, onlyWith } = userChanges(call.db, pool, user, decision.change, call.now);
    const [written] = await call.db.batch([...statements, ...(decision.along?.(onlyWith) ?? [])]);
    return (written as unknown[]).length === 1 ? { user: after, decision } : "stale";
  });
}
