import { fold } from "../src/directory/names.ts";

/** A user as tests want many of: written past the operations, which would hash a password for each. */
export interface Seed {
  username: string;
  attributes?: Record<string, string>;
  status?: string;
  enabled?: boolean;
}

/** Writes users without passwords straight into the directory of a case-sensitive pool. @returns their subs, in order */
export async function seedInto(db: D1Database, poolId: string, seeds: Seed[]): Promise<string[]> {
  const rows = seeds.map((seed) => ({
    status: "CONFIRMED",
    enabled: true,
    attributes: {},
    ...seed,
    sub: crypto.randomUUID(),
  }));
  const users = rows.map((row) => ({
    ...row,
    enabled: Number(row.enabled),
    attributes: JSON.stringify(row.attributes),
  }));
  const values = rows.flatMap(({ sub, attributes }) =>
    Object.entries(attributes).map(([name, value]) => ({ sub, name, folded: fold(value) })),
  );
  const names = rows.map(({ sub, username }) => ({ sub, username, folded: fold(username) }));
  const insert = (sql: string, list: object[]) => db.prepare(sql).bind(poolId, JSON.stringify(list));
  await db.batch([
    insert(
      `insert into users (pool_id, sub, username, status, enabled, attributes, created_at, updated_at, revision)
       select ?1, value ->> 'sub', value ->> 'username', value ->> 'status', value ->> 'enabled', value ->> 'attributes',
         1700000000000, 1700000000000, value ->> 'sub' from json_each(?2)`,
      users,
    ),
    insert(
      `insert into user_names (pool_id, key, kind, value, folded, sub)
       select ?1, value ->> 'username', 'username', value ->> 'username', value ->> 'folded', value ->> 'sub' from json_each(?2)`,
      names,
    ),
    insert(
      `insert into user_attributes (pool_id, name, folded, sub)
       select ?1, value ->> 'name', value ->> 'folded', value ->> 'sub' from json_each(?2)`,
      values,
    ),
    db.prepare("update pools set users = users + ? where id = ?").bind(rows.length, poolId),
  ]);
  return rows.map(({ sub }) => sub);
}

/**
 * Rows of a pool that sorts behind all others. A scan also reads the row that it ends at, and with this there always is
 * one: rows read then tell of the query, not of the place that a pool's random id has among the others.
 */
export async function seedLastPool(db: D1Database): Promise<void> {
  await db.batch([
    db.prepare("insert into groups (pool_id, name, created_at, updated_at) values ('~', '~', 0, 0)"),
    db.prepare("insert into group_members (pool_id, group_name, sub) values ('~', '~', '~')"),
    db.prepare(
      "insert into users (pool_id, sub, username, status, enabled, attributes, created_at, updated_at, revision) values ('~', '~', '~', 'CONFIRMED', 1, '{}', 0, 0, '~')",
    ),
    db.prepare(
      "insert into user_names (pool_id, key, kind, value, folded, sub) values ('~', '~', 'username', '~', '~', '~')",
    ),
    db.prepare("insert into user_attributes (pool_id, name, folded, sub) values ('~', '~', '~', '~')"),
    db.prepare(
      "insert into sessions (id, pool_id, sub, client_id, token_hash, scope, auth_time, created_at, expires_at) values ('~', '~', '~', '~', '~', '', 0, 0, 0)",
    ),
  ]);
}
