import type { Database } from "../../directory/database.ts";
import { deleteExpired, type Expired } from "../../directory/expired.ts";
import type { Log } from "../../lib/log.ts";

/** Rows of a table in one portion: short enough that requests get in between. */
const PORTION = 500;
/** Portions in one run; what is left waits for the next. */
const PORTIONS = 100;

/**
 * What the cron wakes: deletes sessions, codes, marks and counted tries whose time is over. Nothing depends on it, since every
 * reader compares times itself; it only keeps the tables small.
 * @param now milliseconds since 1970
 */
export async function cleanUp(db: Database, now: number, log: Log): Promise<void> {
  const total: Expired = {
    sessions: 0,
    browserSessions: 0,
    replayedCodes: 0,
    spentChallenges: 0,
    codes: 0,
    attempts: 0,
  };
  for (let portion = 0; portion < PORTIONS; portion++) {
    const gone = await deleteExpired(db, now, PORTION);
    for (const table of Object.keys(total) as (keyof Expired)[]) total[table] += gone[table];
    if (Object.values(gone).every((count) => count < PORTION)) break;
  }
  log("cleaned-up", { ...total });
}
