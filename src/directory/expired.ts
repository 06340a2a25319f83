import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** Milliseconds that tries are remembered after the start of their period; no period is longer. */
const ATTEMPTS_KEPT = 24 * 3_600_000;

/**
 * Milliseconds that a session is kept beyond its end: as long as the access token may live that it gave last (Amazon
 * Cognito API: CreateUserPoolClient, AccessTokenValidity), which counts as revoked without it.
 */
const SESSIONS_KEPT = 24 * 3_600_000;

/** Milliseconds likewise for browser sessions: a code that one gave just before its end can still be redeemed. */
const BROWSER_SESSIONS_KEPT = 10 * 60_000;

/** How many rows went, by table. */
export interface Expired {
  sessions: number;
  browserSessions: number;
  replayedCodes: number;
  spentChallenges: number;
  codes: number;
  attempts: number;
}

/**
 * Deletes rows whose time is over, oldest first by the index on their time, at most `most` of each table: one hop, one
 * transaction, and never a statement that grows with what has piled up.
 */
export async function deleteExpired(db: Database, now: number, most: number): Promise<Expired> {
  const [sessions, browserSessions, replayedCodes, spentChallenges, codes, attempts] = await db.batch([
    db.run(
      sql`delete from sessions where rowid in (select rowid from sessions where expires_at <= ${now - SESSIONS_KEPT} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from browser_sessions where rowid in (select rowid from browser_sessions where expires_at <= ${now - BROWSER_SESSIONS_KEPT} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from replayed_codes where rowid in (select rowid from replayed_codes where expires_at <= ${now} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from spent_challenges where rowid in (select rowid from spent_challenges where expires_at <= ${now} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from codes where rowid in (select rowid from codes where expires_at <= ${now} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from attempts where rowid in (select rowid from attempts where since <= ${now - ATTEMPTS_KEPT} and locked_until <= ${now} order by since limit ${most})`,
    ),
  ]);
  return {
    sessions: sessions.meta.changes,
    browserSessions: browserSessions.meta.changes,
    replayedCodes: replayedCodes.meta.changes,
    spentChallenges: spentChallenges.meta.changes,
    codes: codes.meta.changes,
    attempts: attempts.meta.changes,
  };
}
