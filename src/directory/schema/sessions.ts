import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
    /** Time of the sign-in, seconds since 1970: the claim `auth_time`. */
    authTime: integer().notNull(),
    createdAt: integer().notNull(),
    /** End of the refresh tokens; rotation does not move it. The row stays a day longer, for the last access token. */
    expiresAt: integer().notNull(),
  },
  (table) => [index("sessions_by_user").on(table.poolId, table.sub), index("sessions_by_expiry").on(table.expiresAt)],
);
