import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";
import { type Factors, userAttributes, users } from "./schema/users.ts";

/** What lists show of a user: everything but what signs them in. */
export const profile = {
  poolId: users.poolId,
  sub: users.sub,
  username: users.username,
  status: users.status,
  enabled: users.enabled,
  attributes: users.attributes,
  factors: sql<Pick<Factors, "mfa">>`json_object('mfa', json(coalesce(${users.factors} -> '$.mfa', '[]')))`.mapWith(
    users.factors,
  ),
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
};

/**
 * What users are searched by. The values lie in an interval of the index's own order, from `from` (included) to `below`
 * (excluded; absent for no bound), or are exactly `equal`. Attribute values are compared folded.
 */
export interface UserSearch {
  by: "sub" | "username" | "status" | "enabled" | { attribute: string };
  within: { equal: string | number } | { from: string | number; below?: string | number | undefined };
}

/** Where a page ended: the value that orders it, and the sub that decides among equal values. */
export type UserPosition = readonly [key: string | number, sub: string];

export const EVERYONE: UserSearch = { by: "sub", within: { from: "" } };

/**
 * The interval of all texts that begin with a prefix. SQLite compares the bytes of UTF-8, whose order is the order of
 * code points, so the first text beyond is the prefix with its last code point raised by one.
 */
export function beginningWith(prefix: string): { from: string; below?: string } {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return { from: prefix };
  // Surrogates are no characters: what follows U+D7FF is U+E000.
  return { from: prefix, below: String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1) };
}

/**
 * One page of the users whom a search finds, ascending by what is searched, each with the `key` that orders it. A
 * statement that reads the rows of the page and no others, however many users there are.
 * @param after where the page before ended
 */
export function searchUsers(db: Database, poolId: string, search: UserSearch, limit: number, after?: UserPosition) {
  if (typeof search.by === "object") {
    const { name, folded, sub } = userAttributes;
    return (
      db
        .select({ ...profile, key: sql<string | number>`${folded}`.as("key") })
        .from(userAttributes)
        // A cross join keeps the order of the tables, and with it the order of the index.
        .crossJoin(users)
        .where(
          and(
            eq(userAttributes.poolId, poolId),
            eq(name, search.by.attribute),
            ...bounds(folded, sub, search.within, after),
            eq(users.poolId, userAttributes.poolId),
            eq(users.sub, sub),
          ),
        )
        .orderBy(asc(folded), asc(sub))
        .limit(limit)
    );
  }
  const column = users[search.by];
  const alone = search.by === "sub" || search.by === "username";
  return db
    .select({ ...profile, key: sql<string | number>`${column}`.as("key") })
    .from(users)
    .where(and(eq(users.poolId, poolId), ...bounds(column, alone ? undefined : users.sub, search.within, after)))
    .orderBy(asc(column), ...(alone ? [] : [asc(users.sub)]))
    .limit(limit);
}

/** @param sub the second column of the order; absent where the first is unique */
function bounds(
  key: SQLiteColumn,
  sub: SQLiteColumn | undefined,
  within: UserSearch["within"],
  after: UserPosition | undefined,
): SQL[] {
  if ("equal" in within) {
    const same = sql`${key} = ${within.equal}`;
    return after ? [same, sql`${sub ?? key} > ${after[1]}`] : [same];
  }
  // One lower bound only: given two, SQLite might enter the index at the weaker one and walk up to the page.
  const lower = !after
    ? sql`${key} >= ${within.from}`
    : sub
      ? sql`(${key}, ${sub}) > (${after[0]}, ${after[1]})`
      : sql`${key} > ${after[0]}`;
  return within.below === undefined ? [lower] : [lower, sql`${key} < ${within.below}`];
}
