import { and, desc, eq, gt, lt, type SQL, sql } from "drizzle-orm";
import type { Database, Statement } from "./database.ts";
import { browserSessions } from "./schema/sessions.ts";

export type BrowserSession = typeof browserSessions.$inferSelect;

/**
 * Opens a browser session for a user who is still there, enabled, and as the sign-in saw them. One of the same user that
 * the browser proves goes on under its id, with the new secret and times.
 * @returns a statement; its first row has the session's id, and no row means that the user was written meanwhile
 */
export function openBrowserSession(
  db: Database,
  session: BrowserSession,
  user: { revision: string },
  before: Pick<BrowserSession, "id" | "secretHash"> | undefined,
): Statement {
  const s = session;
  const same = sql`(select id from browser_sessions where id = ${before?.id ?? null} and secret_hash = ${before?.secretHash ?? null} and pool_id = ${s.poolId} and sub = ${s.sub} and expires_at > ${s.createdAt})`;
  return db.all(
    sql`insert into browser_sessions (id, pool_id, sub, secret_hash, auth_time, amr, created_at, expires_at) select coalesce(${same}, ${s.id}), pool_id, sub, ${s.secretHash}, ${s.authTime}, ${JSON.stringify(s.amr)}, ${s.createdAt}, ${s.expiresAt} from users where pool_id = ${s.poolId} and sub = ${s.sub} and enabled = 1 and revision = ${user.revision} on conflict (id) do update set secret_hash = excluded.secret_hash, auth_time = excluded.auth_time, amr = excluded.amr, created_at = excluded.created_at, expires_at = excluded.expires_at returning id`,
  );
}

/** A browser session that nobody has ended; it may have expired. A statement; the row is the first of its result. */
export const browserSessionById = (db: Database, poolId: string, id: string) =>
  db
    .select()
    .from(browserSessions)
    .where(and(eq(browserSessions.id, id), eq(browserSessions.poolId, poolId)));

/** The sub of the user whose browser session this is, for reading both in one batch. */
export const subOfBrowserSession = (poolId: string, id: string): SQL =>
  sql`(select sub from browser_sessions where id = ${id} and pool_id = ${poolId})`;

/** Ends a browser session. A statement. */
export const closeBrowserSession = (db: Database, poolId: string, id: string) =>
  db.delete(browserSessions).where(and(eq(browserSessions.id, id), eq(browserSessions.poolId, poolId)));

/**
 * A user's browser sessions that nobody has ended and that have not expired, the one first that was opened last; `row` is
 * each one's place among them. A statement, by the index on the user alone; `sub` may be a sub-query.
 * @param before `row` of the last session seen. @param now milliseconds since 1970
 */
export const browserSessionsOfUser = (
  db: Database,
  poolId: string,
  sub: string | SQL,
  { before, limit, now }: { before: number; limit: number; now: number },
) => {
  const row = sql<number>`rowid`;
  return db
    .select({ id: browserSessions.id, createdAt: browserSessions.createdAt, row: row.as("row") })
    .from(browserSessions)
    .where(
      and(
        eq(browserSessions.poolId, poolId),
        eq(browserSessions.sub, sub),
        gt(browserSessions.expiresAt, now),
        lt(row, before),
      ),
    )
    .orderBy(desc(row))
    .limit(limit);
};

/** Ends a browser session if it is this user's. A statement whose result is what it ended; `id` and `sub` may be sub-queries. */
export const closeBrowserSessionOf = (db: Database, poolId: string, sub: string | SQL, id: string | SQL) =>
  db
    .delete(browserSessions)
    .where(and(eq(browserSessions.id, id), eq(browserSessions.poolId, poolId), eq(browserSessions.sub, sub)))
    .returning();

/** Ends all browser sessions of a user, where `only` holds. A statement; `sub` may be a sub-query. */
export const closeBrowserSessions = (db: Database, poolId: string, sub: string | SQL, only?: SQL) =>
  db.delete(browserSessions).where(and(eq(browserSessions.poolId, poolId), eq(browserSessions.sub, sub), only));
