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
    sql`insert into sessions (id, pool_id, sub, client_id, token_hash, scope, device_key, browser_session, terms, auth_time, created_at, last_active_at, expires_at) select ${s.id}, pool_id, sub, ${s.clientId}, ${s.tokenHash}, ${s.scope}, ${s.deviceKey}, ${s.browserSession}, ${s.terms && JSON.stringify(s.terms)}, ${s.authTime}, ${s.createdAt}, ${s.lastActiveAt}, ${s.expiresAt} ${whereOpened(s, user)} returning id`,
  );
}

/** The user's row, where the session may be opened. */
const whereOpened = (s: Session, user: { revision: string }): SQL =>
  sql`from users where pool_id = ${s.poolId} and sub = ${s.sub} and enabled = 1 and revision = ${user.revision} and not exists (select 1 from replayed_codes where session_id = ${s.id}) and (${s.browserSession} is null or exists (select 1 from browser_sessions where id = ${s.browserSession}))`;

/**
 * Makes room for a session that is about to be opened: of the user's token sessions that have not expired it ends those
 * which were used least recently, until with the new one there are no more than `most`. A statement, for the batch of
 * `openSession` and just before it; it ends nothing where that opens nothing. It reads the user's sessions, by the
 * index.
 */
export function makeRoom(db: Database, session: Session, user: { revision: string }, most: number): Statement {
  const s = session;
  return db.run(
    sql`delete from sessions where exists (select 1 ${whereOpened(s, user)}) and id in (select id from sessions where pool_id = ${s.poolId} and sub = ${s.sub} and expires_at > ${s.createdAt} order by last_active_at desc, rowid desc limit -1 offset ${most - 1})`,
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

/** A refresh token as it is presented. */
export interface PresentedToken {
  poolId: string;
  /** Of its session. */
  id: string;
  hash: string;
  now: number;
  /** Thumbprint of the key that the caller holds. */
  jkt: string | undefined;
  /** What the caller names. */
  resource: string | undefined;
  /** What the caller names; undefined where any will do. */
  deviceKey: string | undefined;
}

/** That a token is the current one of its session, and that whoever presents it fulfils the session's terms. */
const isCurrent = (at: PresentedToken): SQL | undefined =>
  and(
    eq(sessions.id, at.id),
    eq(sessions.poolId, at.poolId),
    eq(sessions.tokenHash, at.hash),
    gt(sessions.expiresAt, at.now),
    sql`coalesce(${sessions.terms} ->> 'jkt', ${at.jkt ?? ""}) = ${at.jkt ?? ""}`,
    at.resource === undefined ? undefined : sql`${sessions.terms} ->> 'resource' = ${at.resource}`,
    at.deviceKey === undefined ? undefined : sql`coalesce(${sessions.deviceKey}, ${at.deviceKey}) = ${at.deviceKey}`,
  );

/**
 * Trades the session's current refresh token for the next one. A statement that returns the session to exactly one of
 * the callers who present the same token, and to none who does not fulfil its terms.
 * @param next hash of the token that replaces it
 * @param graceUntil milliseconds since 1970 until which the presented token goes on working
 * @param bind whether the next token is bound to the key; of a sign-in by the API, which has no terms, none is
 * @param track whether to note that the session was used
 */
export const rotateSession = (
  db: Database,
  at: PresentedToken & { next: string; graceUntil: number; bind: boolean; track: boolean },
) =>
  db
    .update(sessions)
    .set({
      ...(at.bind && at.jkt !== undefined && { terms: sql`json_set(${sessions.terms}, '$.jkt', ${at.jkt})` }),
      tokenHash: at.next,
      generation: sql`${sessions.generation} + 1`,
      previousHash: at.hash,
      previousUntil: at.graceUntil,
      ...(at.track && { lastActiveAt: at.now }),
    })
    .where(isCurrent(at))
    .returning({ id: sessions.id });

/** Milliseconds within which the uses of a session count as one, so that refreshing seldom writes. */
const USE_NOTED_EVERY = 3_600_000;

/** Notes that a session was used by a refresh token that goes on, once an hour at most. A statement. */
export const noteUse = (db: Database, at: PresentedToken) =>
  db
    .update(sessions)
    .set({ lastActiveAt: at.now })
    .where(and(isCurrent(at), lt(sessions.lastActiveAt, at.now - USE_NOTED_EVERY)));

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
      lastActiveAt: sessions.lastActiveAt,
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
