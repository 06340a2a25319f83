// What pools and clients say of sessions (Amazon Cognito API: SetUserPoolSessionConfiguration,
// SetUserPoolClientSessionConfiguration), with the defaults of those that say nothing.
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { ClientSettings, PoolSettings } from "./pool.ts";
import { pools } from "./schema/pools.ts";

/** Token sessions that a user may have at once. */
const SESSIONS_PER_USER = 20;

/** Minutes for which a browser session is taken without asking. */
const BROWSER_MINUTES = 60;

export const tracksSessions = ({ sessions }: PoolSettings): boolean => sessions?.tracking === "ENABLED";

/** Token sessions that a user of the pool may have at once, as it is configured. */
export const sessionsPerUser = ({ sessions }: PoolSettings): number => sessions?.maxPerUser ?? SESSIONS_PER_USER;

/** Minutes for which a client takes a browser session without asking, as it is configured; 0 for never. */
export const browserMinutes = ({ sessions }: ClientSettings): number => sessions?.browserMinutes ?? BROWSER_MINUTES;

/**
 * The same as it is in force: what clients say lies dormant while their pool does not track sessions (Amazon Cognito
 * API: SetUserPoolSessionConfiguration, UserSessionTracking).
 */
export const browserMinutesNow = (pool: PoolSettings, client: ClientSettings): number =>
  tracksSessions(pool) ? browserMinutes(client) : BROWSER_MINUTES;

/** Minutes after which no client of the pool takes a browser session any more, as it stands now. */
export const longestBrowserMinutes = (pool: PoolSettings): number =>
  Math.max(BROWSER_MINUTES, tracksSessions(pool) ? (pool.sessions?.longestBrowserMinutes ?? 0) : 0);

/**
 * Notes at the pool what the largest value of its clients is, so that no sign-in has to ask them all. A statement, for
 * the batch that changes a client; whoever changes the pool meanwhile on an older reading finds it changed.
 * @param only a condition without which nothing is noted
 */
export const noteLongestBrowserMinutes = (db: Database, poolId: string, only?: SQL) => {
  const longest = sql`(select max(coalesce(settings ->> '$.sessions.browserMinutes', ${BROWSER_MINUTES})) from clients where pool_id = ${poolId})`;
  const noted = sql`coalesce(settings ->> '$.sessions.longestBrowserMinutes', ${BROWSER_MINUTES})`;
  return db
    .update(pools)
    .set({
      settings: sql`json_set(settings, '$.sessions.longestBrowserMinutes', ${longest})`,
      revision: crypto.randomUUID(),
    })
    .where(and(eq(pools.id, poolId), sql`${noted} <> ${longest}`, only));
};
