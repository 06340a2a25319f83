import type { SQL } from "drizzle-orm";
import type { Call } from "../call.ts";
import type { Statement } from "../directory/database.ts";
import type { Pool } from "../directory/pools.ts";
import { changeUser } from "../directory/user-writes.ts";
import { type Factors, type User, userBySub } from "../directory/users.ts";
import { decideOn } from "./decide-on.ts";
import { userNotFound } from "./resolve.ts";

/**
 * Changes what a user proves themselves with beside a password, by a decision on what is stored. When another write
 * comes between, it reads and decides again: of several changes at once none is lost, and of several uses of a code one
 * counts.
 * @param decide throws the refusal where the user's state does not allow the change; may be asked more than once
 * @param along statements of the same transaction. `onlyWith` is the condition that the change took effect
 * @throws Refusal UserNotFoundException, TooManyRequestsException
 */
export async function changeFactors(
  call: Call,
  pool: Pool,
  user: User,
  decide: (user: User) => Factors | Promise<Factors>,
  along?: (onlyWith: SQL) => Statement[],
): Promise<void> {
  const readAgain = async () => {
    const [now] = await userBySub(call.db, pool.id, user.sub);
    if (!now) throw userNotFound();
    return now;
  };
  await decideOn(user, readAgain, async (before) => {
    const factors = await decide(before);
    const written = await changeUser(call.db, pool, before, { factors }, call.now, along ? { along } : {});
    return written === "written" ? written : "stale";
  });
}
