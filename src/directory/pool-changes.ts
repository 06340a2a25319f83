// Changes of a pool that its users must agree with. Whether they do is asked in the transaction that makes the change.
import { and, eq, type SQL, sql } from "drizzle-orm";
import { causeOf, type Database, isTaken, plain, type Statement } from "./database.ts";
import { aliasAttributes, isCaseSensitive, usernameAttributes } from "./names.ts";
import { forgetPool, type Pool } from "./pools.ts";
import { pools } from "./schema/pools.ts";
import type { NameKind } from "./schema/users.ts";

type Alias = Exclude<NameKind, "username">;

/** What became of a change: `unmet` is the place in the list of the first condition that did not hold. */
export type PoolChanged = "changed" | "stale" | "names collide" | { unmet: number };

/**
 * Changes a pool, as read before, together with the names of its users, in one transaction; the primary key of names
 * decides whether two users would share one.
 * @param conditions what must hold at that moment
 * @returns "stale" when the pool was changed or deleted since `before` was read
 */
export async function changePool(
  db: Database,
  before: Pool,
  change: Pick<Pool, "name" | "settings" | "attributes" | "tags">,
  now: number,
  conditions: readonly SQL[] = [],
): Promise<PoolChanged> {
  const after: Pool = { ...before, ...change, updatedAt: now, revision: crypto.randomUUID() };
  const only = sql`exists (select 1 from pools where id = ${after.id} and revision = ${after.revision})`;
  const unmet = conditions.map((holds, index) => sql`when not (${holds}) then ${index}`);
  try {
    const [[asked], written] = await db.batch([
      db.all<{ unmet: number }>(sql`select case ${sql.join(unmet, sql` `)} when true then -1 end as unmet`),
      db
        .update(pools)
        .set({ ...change, tags: plain(change.tags), updatedAt: now, revision: after.revision })
        .where(and(eq(pools.id, before.id), eq(pools.revision, before.revision), ...conditions))
        .returning({ id: pools.id }),
      ...renameUsers(db, before, after, only),
    ]);
    if ((written as unknown[]).length === 1) return "changed";
    return asked && asked.unmet >= 0 ? { unmet: asked.unmet } : "stale";
  } catch (error) {
    if (!isTaken(error, "user_names")) throw error;
    return "names collide";
  } finally {
    forgetPool(before.id);
  }
}

/** The statements that make users' names follow the rules of the pool as it will be. */
function renameUsers(db: Database, before: Pool, after: Pool, only: SQL): Statement[] {
  const [held, wanted] = [aliasesOf(before), aliasesOf(after)];
  const dropped = held.filter((kind) => !wanted.includes(kind));
  const added = wanted.filter((kind) => !held.includes(kind));
  const key = isCaseSensitive(after) ? sql`value` : sql`folded`;
  return [
    ...dropped.map((kind) =>
      db.run(sql`delete from user_names where pool_id = ${after.id} and kind = ${kind} and ${only}`),
    ),
    ...(isCaseSensitive(before) === isCaseSensitive(after)
      ? []
      : [db.run(sql`update user_names set key = ${key} where pool_id = ${after.id} and ${only}`)]),
    ...added.map((kind) => nameUsersBy(db, after, kind, only)),
  ];
}

const aliasesOf = (pool: Pool): readonly Alias[] => [...usernameAttributes(pool), ...aliasAttributes(pool)];

/** Gives every user the name that an attribute holds. Folding is not SQLite's, so the folded value is the search index's. */
function nameUsersBy(db: Database, pool: Pool, kind: Alias, only: SQL): Statement {
  const value = sql`users.attributes ->> ${kind}`;
  const proven =
    kind === "preferred_username" || usernameAttributes(pool).length > 0
      ? sql`true`
      : sql`users.attributes ->> ${`${kind}_verified`} = 'true'`;
  return db.run(
    sql`insert into user_names (pool_id, key, kind, value, folded, sub) select users.pool_id, ${isCaseSensitive(pool) ? value : sql`found.folded`}, ${kind}, ${value}, found.folded, users.sub from user_attributes as found join users on users.pool_id = found.pool_id and users.sub = found.sub where found.pool_id = ${pool.id} and found.name = ${kind} and ${value} <> '' and ${proven} and ${only}`,
  );
}

/**
 * The condition "users of the pool are still named by the rules of this copy", for writes of users: a copy may be some
 * seconds old, and names written by rules that have changed would be nobody's, or two people's.
 */
export function namedAlike({ id, settings }: Pool): SQL {
  const { AliasAttributes, UsernameAttributes, UsernameConfiguration } = settings;
  const json = (list: readonly string[] | undefined) => (list ? JSON.stringify(list) : null);
  const caseSensitive = UsernameConfiguration?.CaseSensitive;
  return sql`exists (select 1 from pools where id = ${id} and json_extract(settings, '$.AliasAttributes') is ${json(AliasAttributes)} and json_extract(settings, '$.UsernameAttributes') is ${json(UsernameAttributes)} and json_extract(settings, '$.UsernameConfiguration.CaseSensitive') is ${caseSensitive === undefined ? null : Number(caseSensitive)})`;
}

/** Makes the batch that it begins fail, as `isNamedOtherwise` tells, unless `namedAlike` holds. A statement. */
export const checkNamedAlike = (db: Database, pool: Pool): Statement =>
  db.run(
    sql`insert into user_names (pool_id, key, kind, value, folded, sub) select null, '', '', '', '', '' where not ${namedAlike(pool)}`,
  );

/** Whether a batch was refused by `checkNamedAlike`. */
export const isNamedOtherwise = (error: unknown): boolean =>
  causeOf(error).includes("NOT NULL constraint failed: user_names.pool_id");

/** Conditions for `changePool`. */
export const hasNoUsers = (poolId: string): SQL => sql`not exists (select 1 from users where pool_id = ${poolId})`;

export const everyUserHas = (poolId: string, attribute: string): SQL =>
  sql`(select count(*) from user_attributes where pool_id = ${poolId} and name = ${attribute} and folded <> '') = (select count(*) from users where pool_id = ${poolId})`;

/** Whether each user has one of these attributes at least. */
export const everyUserHasOneOf = (poolId: string, attributes: readonly Alias[]): SQL =>
  sql`not exists (select 1 from users where pool_id = ${poolId} and ${sql.join(
    attributes.map((name) => sql`coalesce(attributes ->> ${name}, '') = ''`),
    sql` and `,
  )})`;

/** No username could be taken for an address or number that others sign in with. Errs on the safe side. */
export const noUsernameResembles = (poolId: string, kind: "email" | "phone_number"): SQL =>
  sql`not exists (select 1 from user_names where pool_id = ${poolId} and kind = 'username' and ${
    kind === "email" ? sql`value like '%@%'` : sql`value glob '+[0-9]*' and value not glob '+*[^0-9]*'`
  })`;

/** Whether each client of the pool that lists what it may write lists this attribute. */
export const everyClientMayWrite = (poolId: string, attribute: string): SQL =>
  sql`not exists (select 1 from clients where pool_id = ${poolId} and json_type(settings, '$.WriteAttributes') = 'array' and not exists (select 1 from json_each(clients.settings, '$.WriteAttributes') where value = ${attribute}))`;

export const noDomainShows = (poolId: string, managedLoginVersion: number): SQL =>
  sql`not exists (select 1 from domains where pool_id = ${poolId} and settings ->> '$.ManagedLoginVersion' = ${managedLoginVersion})`;

export const noClientAllows = (poolId: string, authFlow: string): SQL =>
  sql`not exists (select 1 from clients, json_each(clients.settings, '$.ExplicitAuthFlows') as flow where clients.pool_id = ${poolId} and flow.value = ${authFlow})`;
