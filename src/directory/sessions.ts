import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Database, Statement } from "./database.ts";
import { sessions } from "./schema/sessions.ts";
import { users } from "./schema/users.ts";

export type Session = typeof sessions.$inferSelect;

/**
 * Opens a session for a user who is still there, enabled, and as the sign-in saw it. A statement; its first row is the
 * session's id, and no row means that the user was disabled, deleted, signed out or given another password meanwhile.
 */
export function openSession(db: Database, session: Session, user: { revision: string }): Statement {
  const s = session;
  return db.all(
    sql`insert into sessions (id, pool_id, sub, client_id, token_hash, scope, device_key, auth_time, created_at, expires_at) select ${s.id}, pool_id, sub, ${s.clientId}, ${s.tokenHash}, ${s.scope}, ${s.deviceKey}, ${s.authTime}, ${s.createdAt}, ${s.expiresAt} from users where pool_id = ${s.poolId} and sub = ${s.sub} and enabled = 1 and revision = ${user.revision} returning id`,
  );
}

/**
 * A session that nobody has closed. Its refresh tokens live until it expires; access tokens that it gave until then may
 * outlive it. A statement; the row is the first of its result.
 */
export const sessionById = (db: Database, poolId: string, id: string) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.poolId, poolId)));

/**
 * Trades the session's current refresh token for the next one. A statement that returns the session to exactly one of
 * the callers who present the same token.
 * @param hash of the token presented. @param next hash of the token that replaces it.
 * @param graceUntil milliseconds since 1970 until which the presented token goes on working
 */
export const rotateSession = (
  db: Database,
  at: { poolId: string; id: string; hash: string; next: string; graceUntil: number; now: number },
) =>
  db
    .update(sessions)
    .set({
      tokenHash: at.next,
      generation: sql`${sessions.generation} + 1`,
      previousHash: at.hash,
      previousUntil: at.graceUntil,
    })
    .where(
      and(
        eq(sessions.id, at.id),
        eq(sessions.poolId, at.poolId),
        eq(sessions.tokenHash, at.hash),
        gt(sessions.expiresAt, at.now),
      ),
    )
    .returning({ id: sessions.id });

/** Ends a session: its refresh tokens and access tokens are void from now on. */
export const closeSession = (db: Database, poolId: string, id: string) =>
  db.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.poolId, poolId)));

/** Ends all sessions of a user; goes in one batch with `markSignedOut`. A statement; `sub` may be a sub-query. */
export const closeSessions = (db: Database, poolId: string, sub: string | SQL) =>
  db.delete(sessions).where(and(eq(sessions.poolId, poolId), eq(sessions.sub, sub)));

/** Notes when a user was signed out everywhere, for tokens that name no session. Also stops sign-ins that are under way. */
export const markSignedOut = (db: Database, poolId: string, sub: string | SQL, now: number) =>
  db
    .update(users)
    .set({ signedOutAt: now, revision: crypto.randomUUID() })
    .where(and(eq(users.poolId, poolId), eq(users.sub, sub)))
    .returning({ sub: users.sub });
