import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { SessionTerms } from "../session-terms.ts";

/**
 * One sign-in and the refresh tokens that descend from it (a token family). The row's absence is its revocation:
 * access tokens name it in `origin_jti` and `event_id`.
 */
export const sessions = sqliteTable(
  "sessions",
  {
    /** UUID: `origin_jti` and `event_id` of every token of the family. */
    id: text().primaryKey(),
    poolId: text().notNull(),
    sub: text().notNull(),
    clientId: text().notNull(),
    /** SHA-256 of the current refresh token, base64url. */
    tokenHash: text().notNull(),
    /** How often the refresh token was rotated. */
    generation: integer().notNull().default(0),
    /** The token before the current one, good until `previousUntil` (rotation's grace period). */
    previousHash: text(),
    previousUntil: integer(),
    /** Space-separated scopes as granted at sign-in. */
    scope: text().notNull(),
    deviceKey: text(),
    /** Id of the browser session that it came from: the claim `sid`. Null for a sign-in by the API. */
    browserSession: text(),
    /** What an authorization at the pages fixed for every token of the family. Null for a sign-in by the API. */
    terms: text({ mode: "json" }).$type<SessionTerms>(),
    /** Time of the sign-in, seconds since 1970: the claim `auth_time`. */
    authTime: integer().notNull(),
    createdAt: integer().notNull(),
    /** When tokens were last given; 0 for a session of the time before this was kept. */
    lastActiveAt: integer().notNull().default(0),
    /** End of the refresh tokens; rotation does not move it. The row stays a day longer, for the last access token. */
    expiresAt: integer().notNull(),
  },
  (table) => [index("sessions_by_user").on(table.poolId, table.sub), index("sessions_by_expiry").on(table.expiresAt)],
);

/**
 * A sign-in at the pages, which the clients of a pool share. The row's absence is its end. The secret that the cookie
 * carries is not kept.
 */
export const browserSessions = sqliteTable(
  "browser_sessions",
  {
    /** UUID: `sid` of the tokens that it led to. */
    id: text().primaryKey(),
    poolId: text().notNull(),
    sub: text().notNull(),
    /** SHA-256 of the cookie's secret, base64url. */
    secretHash: text().notNull(),
    /** Time of the sign-in, seconds since 1970. */
    authTime: integer().notNull(),
    /** How the user proved themselves (RFC 8176). */
    amr: text({ mode: "json" }).$type<string[]>().notNull(),
    createdAt: integer().notNull(),
    expiresAt: integer().notNull(),
  },
  (table) => [
    index("browser_sessions_by_user").on(table.poolId, table.sub),
    index("browser_sessions_by_expiry").on(table.expiresAt),
  ],
);

/** Token sessions whose authorization code came a second time. They may not be opened, even if that is under way. */
export const replayedCodes = sqliteTable(
  "replayed_codes",
  { sessionId: text().primaryKey(), expiresAt: integer().notNull() },
  (table) => [index("replayed_codes_by_expiry").on(table.expiresAt)],
);

/** Challenges that were answered rightly, where a wrong answer may be mended. Their absence is what an answer needs. */
export const spentChallenges = sqliteTable(
  "spent_challenges",
  { id: text().primaryKey(), expiresAt: integer().notNull() },
  (table) => [index("spent_challenges_by_expiry").on(table.expiresAt)],
);
