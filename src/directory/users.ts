import { and, eq, ne, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { nameKey, type SignInName } from "./names.ts";
import type { Pool } from "./pools.ts";
import { userNames, users } from "./schema/users.ts";

export type User = typeof users.$inferSelect;
export type { Credentials, Factors, MfaFactor, NameKind, UserStatus } from "./schema/users.ts";

/**
 * The sub that a text given as a username means: a sub itself, else a username, else an alias. A sub comes first because
 * programs name users by it, and nobody may draw what is meant for a user to themselves by taking that user's sub for a
 * name. As a sub-query, so that what hangs on the user can be read in the same hop.
 */
export const subOf = (pool: Pool, name: string) =>
  sql`coalesce((select ${users.sub} from ${users} where ${users.poolId} = ${pool.id} and ${users.sub} = ${name}), (select ${userNames.sub} from ${userNames} where ${userNames.poolId} = ${pool.id} and ${userNames.key} = ${nameKey(pool, name)} order by ${userNames.kind} = 'username' desc, ${userNames.kind} limit 1), ${name})`;

/** The user whom a username, alias or sub names. A statement: await it or batch it; the row is the first of its result. */
export const userByName = (db: Database, pool: Pool, name: string) =>
  db
    .select()
    .from(users)
    .where(and(eq(users.poolId, pool.id), eq(users.sub, subOf(pool, name))));

/** The user with this sub, likewise a statement. */
export const userBySub = (db: Database, poolId: string, sub: string | SQL) =>
  db
    .select()
    .from(users)
    .where(and(eq(users.poolId, poolId), eq(users.sub, sub)));

/**
 * The sub of some user: the first that comes with or after `at`, else the first of all; none that anybody has where the
 * pool has no users. As a sub-query.
 * @param at hex digits. Subs are random, and so is who comes there
 */
export const subNear = (poolId: string, at: string) =>
  sql`coalesce((select sub from users where pool_id = ${poolId} and sub >= ${at} order by sub limit 1), (select sub from users where pool_id = ${poolId} order by sub limit 1), '')`;

/** A statement whose result has a row exactly when the user is still as given. */
export const unchangedUser = (db: Database, { poolId, sub, revision }: Pick<User, "poolId" | "sub" | "revision">) =>
  db
    .select({ sub: users.sub })
    .from(users)
    .where(and(eq(users.poolId, poolId), eq(users.sub, sub), eq(users.revision, revision)));

/** Which of a user's would-be names belong to someone else: the statement that explains a refused insert or update. */
export const namesTaken = (db: Database, pool: Pool, names: SignInName[], except: string) =>
  db
    .select({ kind: userNames.kind })
    .from(userNames)
    .where(
      and(
        eq(userNames.poolId, pool.id),
        ne(userNames.sub, except),
        or(...names.map((name) => and(eq(userNames.key, nameKey(pool, name.value)), eq(userNames.kind, name.kind)))),
      ),
    );
