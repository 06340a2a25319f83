import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/** Milliseconds that tries are remembered after the start of their period; no period is longer. */
const ATTEMPTS_KEPT = 24 * 3_600_000;

/**
 * Milliseconds that a session is kept beyond its end: as long as the access token may live that it gave last (Amazon
 * Cognito API: CreateUserPoolClient, AccessTokenValidity), which counts as revoked without it.
 */
const SESSIONS_KEPT = 24 * 3_600_000;

/** How many rows went, by table. */
export interface Expired {
  sessions: number;
  codes: number;
  attempts: number;
}

/**
 * Deletes rows whose time is over, oldest first by the index on their time, at most `most` of each table: one hop, one
 * transaction, and never a statement that grows with what has piled up.
 */
export async function deleteExpired(db: Database, now: number, most: number): Promise<Expired> {
  const [sessions, codes, attempts] = await db.batch([
    db.run(
      sql`delete from sessions where rowid in (select rowid from sessions where expires_at <= ${now - SESSIONS_KEPT} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from codes where rowid in (select rowid from codes where expires_at <= ${now} order by expires_at limit ${most})`,
    ),
    db.run(
      sql`delete from attempts where rowid in (select rowid from attempts where since <= ${now - ATTEMPTS_KEPT} and locked_until <= ${now} order by since limit ${most})`,
    ),
  ]);
  return { sessions: sessions.meta.changes, codes: codes.meta.changes, attempts: attempts.meta.changes };
}
