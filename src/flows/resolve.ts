import type { Call } from "../call.ts";
import { type Client, findClient } from "../directory/clients.ts";
import { findPool, type Pool } from "../directory/pools.ts";
import { type User, userByName } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";

/** The pool with this id, no older than five seconds. @throws Refusal ResourceNotFoundException */
export async function resolvePool(call: Call, id: string): Promise<Pool> {
  const pool = await findPool(call.db, id, call.now);
  if (!pool) throw new Refusal("ResourceNotFoundException", `User pool ${id} does not exist.`);
  return pool;
}

/**
 * The client with this id and its pool, no older than five seconds.
 * @param poolId refuses a client of another pool
 * @throws Refusal ResourceNotFoundException
 */
export async function resolveClient(call: Call, id: string, poolId?: string): Promise<{ client: Client; pool: Pool }> {
  const found = await findClient(call.db, id, call.now);
  if (!found || (poolId !== undefined && found.pool.id !== poolId)) {
    if (poolId !== undefined) await resolvePool(call, poolId);
    throw new Refusal("ResourceNotFoundException", `User pool client ${id} does not exist.`);
  }
  return found;
}

export const userNotFound = (): Refusal => new Refusal("UserNotFoundException", "User does not exist.");

/** The user whom an administrator names by username, alias or sub. @throws Refusal UserNotFoundException */
export async function resolveUser(call: Call, pool: Pool, name: string): Promise<User> {
  const [[user]] = await call.db.batch([userByName(call.db, pool, name)]);
  if (!user) throw userNotFound();
  return user;
}
