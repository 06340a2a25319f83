import { and, eq, inArray, ne, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { uiCustomizations } from "./schema/oauth.ts";
import { clients, pools } from "./schema/pools.ts";

/** In the place of a client's id: every client of the pool that has no look of its own. */
export const ALL = "ALL";

/** How the pages of a client look. The logo itself is read apart; its media type is null where there is none. */
export type UiCustomization = Omit<typeof uiCustomizations.$inferSelect, "image">;

const { poolId, clientId, css, imageType, version, createdAt, updatedAt } = uiCustomizations;
const allButImage = { poolId, clientId, css, imageType, version, createdAt, updatedAt };

const of = (pool: string | SQLWrapper, client: string) => and(eq(poolId, pool), inArray(clientId, [client, ALL]));

/** What a client looks like: as set for itself, which replaces all that is set for the whole pool. */
const ownOrShared = (rows: UiCustomization[]): UiCustomization | undefined =>
  rows.find((row) => row.clientId !== ALL) ?? rows[0];

/** The look of a client of this pool, or of the pool where the client is `ALL`. One hop. */
export const readUiCustomization = async (
  db: Database,
  pool: string,
  client: string,
): Promise<UiCustomization | undefined> =>
  ownOrShared(await db.select(allButImage).from(uiCustomizations).where(of(pool, client)));

/** The look of a client, of whichever pool it is. One hop, which need not wait until the client is read. */
export async function readUiCustomizationOfClient(db: Database, client: string): Promise<UiCustomization | undefined> {
  const pool = db.select({ id: clients.poolId }).from(clients).where(eq(clients.id, client));
  return ownOrShared(await db.select(allButImage).from(uiCustomizations).where(of(pool, client)));
}

/** A logo, in base64. @param client likewise `ALL` for that of the pool */
export async function readLogo(
  db: Database,
  pool: string,
  client: string,
): Promise<{ image: string; imageType: string; version: string } | undefined> {
  const [row] = await db
    .select({ image: uiCustomizations.image, imageType, version })
    .from(uiCustomizations)
    .where(and(eq(poolId, pool), eq(clientId, client)));
  return row?.image && row.imageType ? { ...row, image: row.image, imageType: row.imageType } : undefined;
}

const isThere = (pool: string, client: string) =>
  client === ALL
    ? sql`exists (select 1 from pools where id = ${pool})`
    : sql`exists (select 1 from clients where id = ${client} and pool_id = ${pool})`;

/**
 * Puts a look in the place of the one before, as long as its pool and client are there.
 * @returns it as it is now, or what is not there
 */
export async function putUiCustomization(
  db: Database,
  look: Omit<typeof uiCustomizations.$inferSelect, "createdAt" | "updatedAt">,
  now: number,
): Promise<UiCustomization | "no pool" | "no client"> {
  const [written, [pool]] = await db.batch([
    db.all<{ created_at: number }>(
      sql`insert into ui_customizations (pool_id, client_id, css, image, image_type, version, created_at, updated_at) select ${look.poolId}, ${look.clientId}, ${look.css}, ${look.image}, ${look.imageType}, ${look.version}, ${now}, ${now} where ${isThere(look.poolId, look.clientId)} on conflict (pool_id, client_id) do update set css = excluded.css, image = excluded.image, image_type = excluded.image_type, version = excluded.version, updated_at = excluded.updated_at returning created_at`,
    ),
    db.select({ id: pools.id }).from(pools).where(eq(pools.id, look.poolId)),
  ]);
  const { image: _, ...shown } = look;
  if (written[0]) return { ...shown, createdAt: written[0].created_at, updatedAt: now };
  return pool ? "no client" : "no pool";
}

/** Takes a look away, if there is one. @returns what of its pool and client is not there */
export async function deleteUiCustomization(
  db: Database,
  pool: string,
  client: string,
): Promise<"deleted" | "no pool" | "no client"> {
  const [, [found], owner] = await db.batch([
    db.delete(uiCustomizations).where(and(eq(poolId, pool), eq(clientId, client))),
    db.select({ id: pools.id }).from(pools).where(eq(pools.id, pool)),
    db.all(sql`select 1 where ${isThere(pool, client)}`),
  ]);
  if (owner.length === 1) return "deleted";
  return found ? "no client" : "no pool";
}

/** Takes the look of a client away, never that of the pool; part of the batch that deletes the client. A statement. */
export const dropUiCustomization = (db: Database, pool: string, client: string) =>
  db.delete(uiCustomizations).where(and(eq(poolId, pool), eq(clientId, client), ne(clientId, ALL)));
