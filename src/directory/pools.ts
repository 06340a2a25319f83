import { and, asc, eq, gt, sql } from "drizzle-orm";
import { Memo } from "../lib/memo.ts";
import { type Database, plain } from "./database.ts";
import { attempts } from "./schema/attempts.ts";
import { codes } from "./schema/codes.ts";
import { devices } from "./schema/devices.ts";
import { groupMembers, groups } from "./schema/groups.ts";
import { resourceServers, uiCustomizations } from "./schema/oauth.ts";
import { passkeys } from "./schema/passkeys.ts";
import { clients, pools } from "./schema/pools.ts";
import { browserSessions, sessions } from "./schema/sessions.ts";
import { userAttributes, userNames, users } from "./schema/users.ts";

export type Pool = typeof pools.$inferSelect;

/** Milliseconds for which an isolate trusts its copy of a pool's or client's settings. */
export const SETTINGS_LIFETIME = 5_000;

const known = new Memo<Pool>(SETTINGS_LIFETIME, 1_000);

/** A pool as it stood at most five seconds ago, or undefined. For decisions that change the pool use `readPool`. */
export async function findPool(db: Database, id: string, now: number): Promise<Pool | undefined> {
  return known.get(id, now) ?? rememberPool(await readPool(db, id), now);
}

/** A pool as it stands now. */
export async function readPool(db: Database, id: string): Promise<Pool | undefined> {
  const [pool] = await db.select().from(pools).where(eq(pools.id, id));
  return pool;
}

export function rememberPool(pool: Pool | undefined, now: number): Pool | undefined {
  if (pool) known.set(pool.id, pool, now);
  return pool;
}

/** Drops the isolate's copy, after a change. */
export const forgetPool = (id: string): void => known.delete(id);

/** @returns false when the id is taken. */
export async function insertPool(db: Database, pool: Pool): Promise<boolean> {
  const rows = await db
    .insert(pools)
    .values({ ...pool, tags: plain(pool.tags) })
    .onConflictDoNothing()
    .returning({ id: pools.id });
  return rows.length === 1;
}

/**
 * Replaces what changed of a pool. For what its users must agree with, see pool-changes.ts.
 * @param before the pool as read; a change since then makes this one fail
 * @returns the pool as it is now, or null when someone else was faster
 */
export async function updatePool(
  db: Database,
  before: Pool,
  change: Partial<Pick<Pool, "name" | "settings" | "attributes" | "tags">>,
  now: number,
): Promise<Pool | null> {
  const [after] = await db
    .update(pools)
    .set({ ...change, ...(change.tags && { tags: plain(change.tags) }), updatedAt: now, revision: crypto.randomUUID() })
    .where(and(eq(pools.id, before.id), eq(pools.revision, before.revision)))
    .returning();
  known.delete(before.id);
  return after ?? null;
}

/** One page of pools in order of their ids. @param after id that the page before ended with. */
export function listPools(db: Database, limit: number, after = ""): Promise<Pool[]> {
  return db.select().from(pools).where(gt(pools.id, after)).orderBy(asc(pools.id)).limit(limit);
}

/**
 * Deletes a pool, as read before, with all that it holds, in one transaction, unless it has a domain.
 * @returns false when the pool was changed or deleted since then, or has a domain
 */
export async function deletePool(db: Database, { id, revision }: Pick<Pool, "id" | "revision">): Promise<boolean> {
  const gone = sql`not exists (select 1 from pools where id = ${id})`;
  const [deleted] = await db.batch([
    db
      .delete(pools)
      .where(
        and(
          eq(pools.id, id),
          eq(pools.revision, revision),
          sql`not exists (select 1 from domains where pool_id = ${id})`,
        ),
      )
      .returning({ id: pools.id }),
    db.delete(clients).where(and(eq(clients.poolId, id), gone)),
    db.delete(users).where(and(eq(users.poolId, id), gone)),
    db.delete(userNames).where(and(eq(userNames.poolId, id), gone)),
    db.delete(userAttributes).where(and(eq(userAttributes.poolId, id), gone)),
    db.delete(groups).where(and(eq(groups.poolId, id), gone)),
    db.delete(groupMembers).where(and(eq(groupMembers.poolId, id), gone)),
    db.delete(resourceServers).where(and(eq(resourceServers.poolId, id), gone)),
    db.delete(uiCustomizations).where(and(eq(uiCustomizations.poolId, id), gone)),
    db.delete(sessions).where(and(eq(sessions.poolId, id), gone)),
    db.delete(browserSessions).where(and(eq(browserSessions.poolId, id), gone)),
    db.delete(codes).where(and(eq(codes.poolId, id), gone)),
    db.delete(passkeys).where(and(eq(passkeys.poolId, id), gone)),
    db.delete(devices).where(and(eq(devices.poolId, id), gone)),
    db.delete(attempts).where(and(eq(attempts.poolId, id), gone)),
  ]);
  known.delete(id);
  return deleted.length === 1;
}

/** Keeps the number of users of a pool; part of the batch that adds or removes them. */
export const countUsers = (db: Database, id: string, by: number) =>
  db
    .update(pools)
    .set({ users: sql`${pools.users} + ${by}` })
    .where(eq(pools.id, id));
