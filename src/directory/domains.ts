import { and, eq, sql } from "drizzle-orm";
import { Memo } from "../lib/memo.ts";
import type { Database } from "./database.ts";
import type { DomainSettings } from "./pool.ts";
import { type Pool, rememberPool, SETTINGS_LIFETIME } from "./pools.ts";
import { domains } from "./schema/oauth.ts";
import { pools } from "./schema/pools.ts";

export type Domain = typeof domains.$inferSelect;

/** Null says that nobody has the name. */
const known = new Memo<Domain | null>(SETTINGS_LIFETIME, 1_000);

/** By the id of the pool. */
const knownOfPools = new Memo<readonly Domain[]>(SETTINGS_LIFETIME, 1_000);

/** Drops the isolate's copies, after a change. */
function forget(poolId: string, domain: string): void {
  known.delete(domain);
  knownOfPools.delete(poolId);
}

/** True while the pool is as it was read: what was decided on its settings still holds, and it is there. */
const unchanged = ({ id, revision }: Pick<Pool, "id" | "revision">) =>
  sql`exists (select 1 from pools where id = ${id} and revision = ${revision})`;

/** The domain with this name. A statement; the row is the first of its result. */
export const domainNamed = (db: Database, domain: string) =>
  db.select().from(domains).where(eq(domains.domain, domain));

/** The domains of a pool: one of each kind at most. A statement. */
export const domainsOf = (db: Database, poolId: string) => db.select().from(domains).where(eq(domains.poolId, poolId));

/** As `domainsOf`, no older than five seconds: at most one hop. */
export async function findDomainsOf(db: Database, poolId: string, now: number): Promise<readonly Domain[]> {
  const held = knownOfPools.get(poolId, now);
  if (held) return held;
  const found = await domainsOf(db, poolId);
  knownOfPools.set(poolId, found, now);
  return found;
}

/**
 * A domain as it stood at most five seconds ago, or undefined. One hop at most, which also reads its pool for `findPool`.
 * @param domain a prefix, or the whole host of a custom domain, in lower case
 */
export async function findDomain(db: Database, domain: string, now: number): Promise<Domain | undefined> {
  const held = known.get(domain, now);
  if (held !== undefined) return held ?? undefined;
  const [[found], [pool]] = await db.batch([
    domainNamed(db, domain),
    db
      .select()
      .from(pools)
      .where(eq(pools.id, db.select({ id: domains.poolId }).from(domains).where(eq(domains.domain, domain)))),
  ]);
  known.set(domain, found ?? null, now);
  rememberPool(pool, now);
  return found;
}

/**
 * Adds a domain to a pool as read before; the primary key decides who has a name.
 * @returns why not: the name is another's, the pool has a domain of this kind, or the pool was changed or deleted meanwhile
 */
export async function insertDomain(
  db: Database,
  pool: Pick<Pool, "id" | "revision">,
  domain: Domain,
): Promise<"inserted" | "pool has one" | "taken" | "stale"> {
  const { domain: name, kind, settings, createdAt, updatedAt } = domain;
  const [inserted, own, [holder]] = await db.batch([
    db.all(
      sql`insert into domains (domain, pool_id, kind, settings, created_at, updated_at) select ${name}, ${pool.id}, ${kind}, ${JSON.stringify(settings)}, ${createdAt}, ${updatedAt} where ${unchanged(pool)} on conflict do nothing returning domain`,
    ),
    domainsOf(db, pool.id),
    domainNamed(db, name),
  ]);
  forget(pool.id, name);
  if (inserted.length === 1) return "inserted";
  if (own.some((other) => other.kind === kind)) return "pool has one";
  return holder ? "taken" : "stale";
}

/**
 * Changes settings of a domain; what is left out stays.
 * @param pool as read before
 * @returns the domain as it is now, or undefined when the domain is gone, or the pool was changed or deleted meanwhile
 */
export async function updateDomain(
  db: Database,
  pool: Pick<Pool, "id" | "revision">,
  domain: string,
  change: DomainSettings,
  now: number,
): Promise<Domain | undefined> {
  // Merged by the database, so that two changes at once do not undo each other.
  const settings = Object.entries(change).reduce(
    (before, [member, value]) => sql`json_set(${before}, ${`$.${member}`}, json(${JSON.stringify(value)}))`,
    sql`${domains.settings}`,
  );
  const [after] = await db
    .update(domains)
    .set({ settings, updatedAt: now })
    .where(and(eq(domains.domain, domain), eq(domains.poolId, pool.id), unchanged(pool)))
    .returning();
  forget(pool.id, domain);
  return after;
}

/** @returns false when the pool had no such domain. */
export async function deleteDomain(db: Database, poolId: string, domain: string): Promise<boolean> {
  const gone = await db
    .delete(domains)
    .where(and(eq(domains.domain, domain), eq(domains.poolId, poolId)))
    .returning({ domain: domains.domain });
  forget(poolId, domain);
  return gone.length === 1;
}
