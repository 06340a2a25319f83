import { and, asc, eq, gt, sql, type SQLWrapper } from "drizzle-orm";
import { Memo } from "../lib/memo.ts";
import type { Database } from "./database.ts";
import { SETTINGS_LIFETIME } from "./pools.ts";
import { resourceServers } from "./schema/oauth.ts";
import { pools } from "./schema/pools.ts";

export type ResourceServer = typeof resourceServers.$inferSelect;

/** Amazon Cognito: quotas. How many scopes one has is limited by the service model. */
const MOST_SERVERS_OF_A_POOL = 25;

const known = new Memo<ReadonlySet<string>>(SETTINGS_LIFETIME, 200);

const named = (poolId: string, identifier: string) =>
  and(eq(resourceServers.poolId, poolId), eq(resourceServers.identifier, identifier));

/** The resource server with this identifier. A statement; the row is the first of its result. */
export const resourceServerNamed = (db: Database, poolId: string, identifier: string) =>
  db.select().from(resourceServers).where(named(poolId, identifier));

/** One page of a pool's resource servers in order of their identifiers. A statement. @param after identifier that the page before ended with */
export const listResourceServers = (db: Database, poolId: string, limit: number, after = "") =>
  db
    .select()
    .from(resourceServers)
    .where(and(eq(resourceServers.poolId, poolId), gt(resourceServers.identifier, after)))
    .orderBy(asc(resourceServers.identifier))
    .limit(limit);

/**
 * Every scope of a pool's resource servers, as `<identifier>/<name>`, no older than five seconds: at most one hop. A scope
 * that a client has and that is not among them is inactive.
 */
export async function findScopes(db: Database, poolId: string, now: number): Promise<ReadonlySet<string>> {
  const held = known.get(poolId, now);
  if (held) return held;
  return rememberScopes(poolId, await scopesOf(db, poolId), now);
}

/** Resource servers of a pool with their scopes, for `rememberScopes`. A statement; the id may be a sub-query. */
export const scopesOf = (db: Database, poolId: string | SQLWrapper) =>
  db
    .select({ identifier: resourceServers.identifier, scopes: resourceServers.scopes })
    .from(resourceServers)
    .where(eq(resourceServers.poolId, poolId));

/** Keeps the scopes of a pool for `findScopes`. */
export function rememberScopes(
  poolId: string,
  servers: Pick<ResourceServer, "identifier" | "scopes">[],
  now: number,
): ReadonlySet<string> {
  const scopes = namesOf(servers);
  known.set(poolId, scopes, now);
  return scopes;
}

/** As `findScopes`, as they stand now. */
export const readScopes = async (db: Database, poolId: string): Promise<ReadonlySet<string>> =>
  namesOf(await scopesOf(db, poolId));

/** Without ambiguity, since names of scopes have no slash. */
const namesOf = (servers: Pick<ResourceServer, "identifier" | "scopes">[]): ReadonlySet<string> =>
  new Set(servers.flatMap(({ identifier, scopes }) => scopes.map(({ name }) => `${identifier}/${name}`)));

/**
 * Adds a resource server to a pool that is there, where its identifier decides races.
 * @returns why not, when the identifier is taken or the pool has all it may have
 */
export async function insertResourceServer(
  db: Database,
  server: ResourceServer,
): Promise<"inserted" | "taken" | "full" | "no pool"> {
  const { poolId, identifier, name, scopes, createdAt, updatedAt } = server;
  const [inserted, [taken], [pool]] = await db.batch([
    db.all(
      sql`insert into resource_servers (pool_id, identifier, name, scopes, created_at, updated_at) select id, ${identifier}, ${name}, ${JSON.stringify(scopes)}, ${createdAt}, ${updatedAt} from pools where id = ${poolId} and (select count(*) from resource_servers where pool_id = ${poolId}) < ${MOST_SERVERS_OF_A_POOL} on conflict do nothing returning identifier`,
    ),
    resourceServerNamed(db, poolId, identifier),
    db.select({ id: pools.id }).from(pools).where(eq(pools.id, poolId)),
  ]);
  known.delete(poolId);
  if (inserted.length === 1) return "inserted";
  if (taken) return "taken";
  return pool ? "full" : "no pool";
}

/** Replaces name and scopes of a resource server. @returns it as it is now, or undefined when there is none */
export async function updateResourceServer(
  db: Database,
  poolId: string,
  identifier: string,
  change: Pick<ResourceServer, "name" | "scopes">,
  now: number,
): Promise<ResourceServer | undefined> {
  const [server] = await db
    .update(resourceServers)
    .set({ ...change, updatedAt: now })
    .where(named(poolId, identifier))
    .returning();
  known.delete(poolId);
  return server;
}

/** Deletes a resource server; clients keep its scopes, inactive. @returns false when there was none */
export async function deleteResourceServer(db: Database, poolId: string, identifier: string): Promise<boolean> {
  const gone = await db
    .delete(resourceServers)
    .where(named(poolId, identifier))
    .returning({ identifier: resourceServers.identifier });
  known.delete(poolId);
  return gone.length === 1;
}
