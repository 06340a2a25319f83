import { and, eq, gt, ne, type SQL, sql } from "drizzle-orm";
import type { Database, Statement } from "./database.ts";
import { devices } from "./schema/devices.ts";
import { sessions } from "./schema/sessions.ts";
import { users } from "./schema/users.ts";

export type Device = typeof devices.$inferSelect;

/** The device with this key, whoever's it is. A statement; the row is the first of its result. */
export const deviceByKey = (db: Database, poolId: string, key: string) =>
  db
    .select()
    .from(devices)
    .where(and(eq(devices.poolId, poolId), eq(devices.key, key)));

const own = (poolId: string, sub: string | SQL, key: string) =>
  and(eq(devices.poolId, poolId), eq(devices.key, key), eq(devices.sub, sub));

/** The device with this key if it is this user's, likewise a statement; `sub` may be a sub-query. */
export const deviceOf = (db: Database, poolId: string, sub: string | SQL, key: string) =>
  db
    .select()
    .from(devices)
    .where(own(poolId, sub, key));

/** A user's devices in the order of their keys. A statement. @param after key of the last device seen */
export const devicesOf = (db: Database, poolId: string, sub: string | SQL, limit: number, after?: string) =>
  db
    .select()
    .from(devices)
    .where(
      and(eq(devices.poolId, poolId), eq(devices.sub, sub), after === undefined ? undefined : gt(devices.key, after)),
    )
    .orderBy(devices.key)
    .limit(limit);

const columns = (d: Device) =>
  sql`${d.poolId}, ${d.key}, ${d.sub}, ${d.groupKey}, ${d.name}, ${d.verifier}, ${d.secretHash}, ${d.remembered ? 1 : 0}, ${d.lastIp}, ${d.sdk}, ${d.createdAt}, ${d.modifiedAt}, ${d.lastAuthenticatedAt}`;

const into = sql`insert into devices (pool_id, key, sub, group_key, name, verifier, secret_hash, remembered, last_ip, sdk, created_at, modified_at, last_authenticated_at)`;

/**
 * Adds a device whose key was given to a token session of its user. A statement: the primary key fails it where the
 * device is there already, and its result has a row exactly when the session has this key, and its refresh tokens have
 * not ended.
 */
export const confirmDevice = (db: Database, device: Device, session: string) =>
  db.all<{ key: string }>(
    sql`${into} select ${columns(device)} from sessions where id = ${session} and pool_id = ${device.poolId} and sub = ${device.sub} and device_key = ${device.key} and expires_at > ${device.createdAt} returning key`,
  );

/**
 * Adds a device with a key that is new. A statement that does nothing for a user who is not as the sign-in saw them.
 */
export const addDevice = (db: Database, device: Device, user: { revision: string }): Statement =>
  db.run(
    sql`${into} select ${columns(device)} from users where pool_id = ${device.poolId} and sub = ${device.sub} and enabled = 1 and revision = ${user.revision}`,
  );

/** Notes that a user signed in with a device. A statement. @param at milliseconds since 1970 */
export const touchDevice = (
  db: Database,
  { poolId, sub, key }: Pick<Device, "poolId" | "sub" | "key">,
  at: number,
  ip: string | undefined,
) =>
  db
    .update(devices)
    .set({ lastAuthenticatedAt: at, ...(ip !== undefined && { lastIp: ip }) })
    .where(own(poolId, sub, key));

/** Says whether a user's device counts as remembered. A statement whose result has a row exactly when they have it. */
export const setRemembered = (
  db: Database,
  poolId: string,
  sub: string | SQL,
  key: string,
  remembered: boolean,
  now: number,
) =>
  db
    .update(devices)
    .set({ remembered, modifiedAt: now })
    .where(own(poolId, sub, key))
    .returning({ key: devices.key });

/**
 * Forgets a user's device, ends the token sessions that are bound to it, and stops sign-ins that are under way.
 * Statements, for a batch; the result of the last has a row exactly when the user had the device.
 * @param caller the token session that asks for it: its refresh token ends, but what it holds to go on with until then
 *   does not (Amazon Cognito: refresh tokens, device tracking)
 */
export function forgetDevice(
  db: Database,
  { poolId, sub, key }: { poolId: string; sub: string | SQL; key: string },
  { caller, now }: { caller?: string; now: number },
) {
  const held = sql`exists (select 1 from ${devices} where ${own(poolId, sub, key)})`;
  const bound = and(eq(sessions.poolId, poolId), eq(sessions.sub, sub), eq(sessions.deviceKey, key), held);
  return [
    db.delete(sessions).where(and(bound, caller === undefined ? undefined : ne(sessions.id, caller))),
    db
      .update(sessions)
      .set({ expiresAt: sql`min(${sessions.expiresAt}, ${now})` })
      .where(bound),
    db
      .update(users)
      .set({ revision: crypto.randomUUID() })
      .where(and(eq(users.poolId, poolId), eq(users.sub, sub), held)),
    db
      .delete(devices)
      .where(own(poolId, sub, key))
      .returning({ key: devices.key }),
  ] as const;
}
