import { and, asc, eq, gt, sql } from "drizzle-orm";
import { Memo } from "../lib/memo.ts";
import type { Database } from "./database.ts";
import type { ClientSettings } from "./pool.ts";
import { findPool, forgetPool, type Pool, rememberPool, SETTINGS_LIFETIME } from "./pools.ts";
import { rememberScopes, scopesOf } from "./resource-servers.ts";
import { clients, pools } from "./schema/pools.ts";
import { noteLongestBrowserMinutes } from "./session-settings.ts";
import { dropUiCustomization } from "./ui-customizations.ts";

export type Client = typeof clients.$inferSelect;

/** Whether a client has registered keys that it proves itself with: `private_key_jwt` (OpenID Connect Core 1.0 §9). */
export const hasKeys = ({ OAuthConfiguration: own }: ClientSettings): boolean =>
  own?.Jwks !== undefined || own?.JwksURI !== undefined;

/** Whether a client can prove itself, by a secret or by keys (RFC 6749 §2.1). One that cannot is public. */
export const isConfidential = ({ secrets, settings }: Pick<Client, "secrets" | "settings">): boolean =>
  secrets.length > 0 || hasKeys(settings);

const known = new Memo<Client>(SETTINGS_LIFETIME, 5_000);

/** A client and its pool as they stood at most five seconds ago; one hop at most. */
export async function findClient(
  db: Database,
  id: string,
  now: number,
): Promise<{ client: Client; pool: Pool } | undefined> {
  const client = known.get(id, now);
  if (client) {
    const pool = await findPool(db, client.poolId, now);
    return pool && { client, pool };
  }
  const poolId = db.select({ id: clients.poolId }).from(clients).where(eq(clients.id, id));
  const [[fresh], [pool], servers] = await db.batch([
    db.select().from(clients).where(eq(clients.id, id)),
    db.select().from(pools).where(eq(pools.id, poolId)),
    // What a machine asks for next (`findScopes`): asked here, its grant takes one hop on a cold isolate instead of two.
    scopesOf(db, poolId),
  ]);
  if (!fresh || !pool) return undefined;
  known.set(id, fresh, now);
  rememberPool(pool, now);
  rememberScopes(pool.id, servers, now);
  return { client: fresh, pool };
}

/** A client as it stands now. */
export async function readClient(db: Database, poolId: string, id: string): Promise<Client | undefined> {
  const [client] = await db
    .select()
    .from(clients)
    .where(and(eq(clients.id, id), eq(clients.poolId, poolId)));
  return client;
}

/** @returns false when the id is taken. */
export async function insertClient(db: Database, client: Client): Promise<boolean> {
  const rows = await db.insert(clients).values(client).onConflictDoNothing().returning({ id: clients.id });
  return rows.length === 1;
}

/** @returns the client as it is now, or null when it was changed or deleted since `before` was read. */
export async function updateClient(
  db: Database,
  before: Client,
  change: Partial<Pick<Client, "name" | "settings" | "secrets">>,
  now: number,
): Promise<Client | null> {
  const [after] = await db
    .update(clients)
    .set({ ...change, updatedAt: now, revision: crypto.randomUUID() })
    .where(and(eq(clients.id, before.id), eq(clients.revision, before.revision)))
    .returning();
  known.delete(before.id);
  return after ?? null;
}

/**
 * Sets for how many minutes a client takes a browser session without asking, and has its pool note the largest value.
 * @returns false when the client was changed or deleted since `before` was read
 */
export async function setBrowserMinutes(db: Database, before: Client, minutes: number, now: number): Promise<boolean> {
  const settings: ClientSettings = { ...before.settings, sessions: { browserMinutes: minutes } };
  const revision = crypto.randomUUID();
  const [changed] = await db.batch([
    db
      .update(clients)
      .set({ settings, updatedAt: now, revision })
      .where(and(eq(clients.id, before.id), eq(clients.revision, before.revision)))
      .returning({ id: clients.id }),
    noteLongestBrowserMinutes(
      db,
      before.poolId,
      sql`exists (select 1 from clients where id = ${before.id} and revision = ${revision})`,
    ),
  ]);
  known.delete(before.id);
  forgetPool(before.poolId);
  return changed.length === 1;
}

/** Deletes a client with its look. @returns false when there was none. */
export async function deleteClient(db: Database, poolId: string, id: string): Promise<boolean> {
  const [gone] = await db.batch([
    db
      .delete(clients)
      .where(and(eq(clients.id, id), eq(clients.poolId, poolId)))
      .returning({ id: clients.id }),
    dropUiCustomization(db, poolId, id),
    noteLongestBrowserMinutes(db, poolId),
  ]);
  forgetPool(poolId);
  known.delete(id);
  return gone.length === 1;
}

/** One page of a pool's clients in order of their ids. @param after id that the page before ended with. */
export function listClients(db: Database, poolId: string, limit: number, after = ""): Promise<Client[]> {
  return db
    .select()
    .from(clients)
    .where(and(eq(clients.poolId, poolId), gt(clients.id, after)))
    .orderBy(asc(clients.id))
    .limit(limit);
}
