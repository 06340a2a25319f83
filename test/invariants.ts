import { env } from "cloudflare:workers";

/** What must hold in the directory at any time, as queries that find whatever breaks it. */
const BROKEN: Record<string, string> = {
  "a pool's count of users differs from its rows":
    "select id from pools where users <> (select count(*) from users where pool_id = pools.id)",
  "a user without a pool": "select sub from users where pool_id not in (select id from pools)",
  "a client without a pool": "select id from clients where pool_id not in (select id from pools)",
  "a group without a pool": "select name from groups where pool_id not in (select id from pools)",
  "a resource server without a pool":
    "select identifier from resource_servers where pool_id not in (select id from pools)",
  "a domain without a pool": "select domain from domains where pool_id not in (select id from pools)",
  "a name without its user":
    "select key from user_names n where not exists (select 1 from users u where u.pool_id = n.pool_id and u.sub = n.sub)",
  "a user without their username":
    "select sub from users u where not exists (select 1 from user_names n where n.pool_id = u.pool_id and n.sub = u.sub and n.kind = 'username' and n.value = u.username)",
  "a searchable attribute without its user, or that the user does not have":
    "select a.sub, a.name from user_attributes a left join users u on u.pool_id = a.pool_id and u.sub = a.sub where u.sub is null or not exists (select 1 from json_each(u.attributes) j where j.key = a.name)",
  "an attribute that cannot be found":
    "select u.sub, j.key from users u, json_each(u.attributes) j where not exists (select 1 from user_attributes a where a.pool_id = u.pool_id and a.sub = u.sub and a.name = j.key)",
  "a member of a group without user or group":
    "select m.sub, m.group_name from group_members m where not exists (select 1 from users u where u.pool_id = m.pool_id and u.sub = m.sub) or not exists (select 1 from groups g where g.pool_id = m.pool_id and g.name = m.group_name)",
  "a session without its user":
    "select s.id from sessions s where not exists (select 1 from users u where u.pool_id = s.pool_id and u.sub = s.sub)",
  "a passkey without its user":
    "select p.id from passkeys p where not exists (select 1 from users u where u.pool_id = p.pool_id and u.sub = p.sub)",
  "a browser session without its user":
    "select b.id from browser_sessions b where not exists (select 1 from users u where u.pool_id = b.pool_id and u.sub = b.sub)",
  // Codes of names that nobody has are kept like real ones where a client hides users.
  "a code without its user":
    "select c.sub from codes c where c.sub not like '?%' and not exists (select 1 from users u where u.pool_id = c.pool_id and u.sub = c.sub)",
};

/** What is broken in the directory: the rule and the rows, nothing when all is well. */
export async function brokenInvariants(): Promise<{ rule: string; rows: unknown[] }[]> {
  const results = await env.DB.batch(Object.values(BROKEN).map((sql) => env.DB.prepare(sql)));
  return Object.keys(BROKEN)
    .map((rule, at) => ({ rule, rows: results[at]?.results ?? [] }))
    .filter(({ rows }) => rows.length > 0);
}

/** Everything that the directory holds, by table: equal before and after whatever must change nothing. */
export async function everything(): Promise<Record<string, unknown[]>> {
  const { results: tables } = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\\_cf\\_%' escape '\\' and name not like 'd1_%' order by name",
  ).all<{ name: string }>();
  const contents = await env.DB.batch(
    tables.map(({ name }) => env.DB.prepare(`select * from "${name}" order by rowid`)),
  );
  return Object.fromEntries(tables.map(({ name }, at) => [name, contents[at]?.results ?? []]));
}
