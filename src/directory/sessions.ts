import { and, desc, eq, gt, lt, ne, type SQL, sql } from "drizzle-orm";
import { closeBrowserSessions } from "./browser-sessions.ts";
import type { Database, Statement } from "./database.ts";
import { replayedCodes, sessions } from "./schema/sessions.ts";
import { users } from "./schema/users.ts";

export type Session = typeof sessions.$inferSelect;

/**
 * Opens a session for a user who is still there, enabled, and as the sign-in saw it. A statement; its first row is the
 * session's id, and no row means that the user was disabled, deleted, signed out or given another password meanwhile, or
 * that the code which gives it was replayed, or that the browser session which it comes from has ended.
 */
export function openSession(db: Database, session: Session, user: { revision: string }): Statement {
  const s = session;
  return db.all(
    sql`insert into sessions (id, pool_id, sub, client_id, token_hash, scope, device_key, browser_session, terms, auth_time, created_at, expires_at) select ${s.id}, pool_id, sub, ${s.clientId}, ${s.tokenHash}, ${s.scope}, ${s.deviceKey}, ${s.browserSession}, ${s.terms && JSON.stringify(s.terms)}, ${s.authTime}, ${s.createdAt}, ${s.expiresAt} from users where pool_id = ${s.poolId} and sub = ${s.sub} and enabled = 1 and revision = ${user.revision} and not exists (select 1 from replayed_codes where session_id = ${s.id}) and (${s.browserSession} is null or exists (select 1 from browser_sessions where id = ${s.browserSession})) returning id`,
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
 * the callers who present the same token, and to none who does not fulfil its terms.
 * @param hash of the token presented. @param next hash of the token that replaces it.
 * @param graceUntil milliseconds since 1970 until which the presented token goes on working
 * @param jkt thumbprint of the key that the caller holds
 * @param bind whether the next token is bound to it; of a sign-in by the API, which has no terms, none is
 * @param resource that the caller names
 */
export const rotateSession = (
  db: Database,
  at: {
    poolId: string;
    id: string;
    hash: string;
    next: string;
    graceUntil: number;
    now: number;
    jkt: string | undefined;
    bind: boolean;
    resource: string | undefined;
  },
) =>
  db
    .update(sessions)
    .set({
      ...(at.bind && at.jkt !== undefined && { terms: sql`json_set(${sessions.terms}, '$.jkt', ${at.jkt})` }),
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
        sql`coalesce(${sessions.terms} ->> 'jkt', ${at.jkt ?? ""}) = ${at.jkt ?? ""}`,
        at.resource === undefined ? undefined : sql`${sessions.terms} ->> 'resource' = ${at.resource}`,
      ),
    )
    .returning({ id: sessions.id });

/** Ends a session: its refresh tokens and access tokens are void from now on. */
export const closeSession = (db: Database, poolId: string, id: string) =>
  db.delete(sessions).where(and(eq(sessions.id, id), eq(sessions.poolId, poolId)));

/** Where a user's list of sessions goes on, and how far. */
export interface Stretch {
  /** `row` of the last session seen: those before it follow. */
  before: number;
  limit: number;
  /** Sessions that have expired by then are left out. Milliseconds since 1970. */
  now: number;
}

/**
 * A user's sessions that nobody has closed, newest first; `row` is each one's place among them. A statement; `sub` may be
 * a sub-query. The index on the user ends with the rowid, which grows as sessions are opened: no row is read that the
 * stretch does not hold, save expired ones.
 */
export const sessionsOfUser = (db: Database, poolId: string, sub: string | SQL, { before, limit, now }: Stretch) => {
  const row = sql<number>`rowid`;
  return db
    .select({
      id: sessions.id,
      clientId: sessions.clientId,
      browserSession: sessions.browserSession,
      createdAt: sessions.createdAt,
      row: row.as("row"),
    })
    .from(sessions)
    .where(and(eq(sessions.poolId, poolId), eq(sessions.sub, sub), gt(sessions.expiresAt, now), lt(row, before)))
    .orderBy(desc(row))
    .limit(limit);
};

/** Ends a session if it is this user's. A statement whose result has a row exactly when it did; `sub` may be a sub-query. */
export const closeSessionOf = (db: Database, poolId: string, sub: string | SQL, id: string) =>
  db
    .delete(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.poolId, poolId), eq(sessions.sub, sub)))
    .returning({ id: sessions.id });

/**
 * Ends the token sessions that came from a browser session of this user, with a row in its result for each. A statement.
 * @param except id of a token session that goes on
 */
export const closeSessionsFrom = (
  db: Database,
  poolId: string,
  sub: string | SQL,
  browserSession: string,
  except: string | undefined,
) =>
  db
    .delete(sessions)
    .where(
      and(
        eq(sessions.poolId, poolId),
        eq(sessions.sub, sub),
        eq(sessions.browserSession, browserSession),
        except === undefined ? undefined : ne(sessions.id, except),
      ),
    )
    .returning({ id: sessions.id });

/** The id of the browser session that a user's token session came from, as a sub-query. */
export const browserSessionOf = (poolId: string, sub: string | SQL, id: string): SQL =>
  sql`(select browser_session from sessions where id = ${id} and pool_id = ${poolId} and sub = ${sub})`;

/**
 * Ends the session that a code gave, or is just about to give, because the code came a second time. Statements, for a batch.
 * @param expiresAt milliseconds since 1970 until which the code would be good
 */
export const revokeReplayed = (db: Database, poolId: string, id: string, expiresAt: number) =>
  [
    db.insert(replayedCodes).values({ sessionId: id, expiresAt }).onConflictDoNothing(),
    closeSession(db, poolId, id),
  ] as const;

/** Ids of the clients that a browser session gave tokens to which nobody has revoked. A statement. */
export const clientsOfBrowserSession = (
  db: Database,
  poolId: string,
  sub: string | SQL,
  browserSession: string | SQL,
) =>
  db
    .selectDistinct({ id: sessions.clientId })
    .from(sessions)
    .where(and(eq(sessions.poolId, poolId), eq(sessions.sub, sub), eq(sessions.browserSession, browserSession)));

/**
 * Ends everything that a user is signed in by: token sessions with their refresh and access tokens, and browser sessions.
 * Statements, for the batch of what ends them; `sub` may be a sub-query.
 * @param except id of a token session that goes on
 * @param only a condition without which nothing ends: that the change it belongs to, earlier in the batch, took effect
 */
export const endSessions = (
  db: Database,
  poolId: string,
  sub: string | SQL,
  { except, only }: { except?: string; only?: SQL } = {},
) =>
  [
    db
      .delete(sessions)
      .where(
        and(
          eq(sessions.poolId, poolId),
          eq(sessions.sub, sub),
          except === undefined ? undefined : ne(sessions.id, except),
          only,
        ),
      ),
    closeBrowserSessions(db, poolId, sub, only),
  ] as const;

/** Notes when a user was signed out everywhere, for tokens that name no session. Also stops sign-ins that are under way. */
export const markSignedOut = (db: Database, poolId: string, sub: string | SQL, now: number) =>
  db
    .update(users)
    .set({ signedOutAt: now, revision: crypto.randomUUID() })
    .where(and(eq(users.poolId, poolId), eq(users.sub, sub)))
    .returning({ sub: users.sub });
