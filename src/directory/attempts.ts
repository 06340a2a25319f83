import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { attempts } from "./schema/attempts.ts";
import type { AttemptKind } from "./schema/attempts.ts";

export type { AttemptKind, ProofKind } from "./schema/attempts.ts";

type Subject = string | ReturnType<typeof sql>;

/** Whose tries are counted: a pool's user, or a name that nobody has. */
export interface AttemptOf {
  poolId: string;
  /** The sub, or a text (or sub-query) that stands for an unknown name. */
  subject: Subject;
  kind: AttemptKind;
}

/**
 * Counts a try before it is judged, so that tries under way at once cannot all see the count from before. A statement
 * whose first row says whether this one is turned away; a try that is turned away neither counts nor prolongs anything.
 * @param most tries within `period` milliseconds; a lock set by `lockAttempts` turns away, too
 * @param sliding whether the period starts anew with every try
 */
export function countAttempt(
  db: Database,
  { poolId, subject, kind }: AttemptOf,
  { most, period, sliding, now }: { most: number; period: number; sliding: boolean; now: number },
) {
  const over = sql`(attempts.locked_until > ${now} or (attempts.since > ${now - period} and attempts.count >= ${most}))`;
  const fresh = sql`attempts.since <= ${now - period} and attempts.locked_until <= ${now}`;
  return db.all<{ count: number; refused: number }>(
    sql`insert into attempts (pool_id, subject, kind, count, since) values (${poolId}, ${subject}, ${kind}, 1, ${now})
      on conflict (pool_id, subject, kind) do update set
        refused = ${over},
        count = case when ${over} then attempts.count when ${fresh} then 1 else attempts.count + 1 end,
        since = case when ${over} then attempts.since when ${fresh} or ${sliding ? 1 : 0} then ${now} else attempts.since end
      returning count, refused`,
  );
}

/** The condition "the try that was just counted is not turned away", for statements that come after `countAttempt` in one batch. */
export const admitted = ({ poolId, subject, kind }: AttemptOf) =>
  sql`exists (select 1 from attempts where pool_id = ${poolId} and subject = ${subject} and kind = ${kind} and refused = 0)`;

/** Turns away further tries until then (milliseconds since 1970), or longer where that was said before. A statement. */
export const lockAttempts = (db: Database, { poolId, subject, kind }: AttemptOf, until: number) =>
  db
    .update(attempts)
    .set({ lockedUntil: sql`max(${attempts.lockedUntil}, ${until})` })
    .where(and(eq(attempts.poolId, poolId), eq(attempts.subject, subject), eq(attempts.kind, kind)));

/** Forgets the tries after one succeeded. A statement. */
export const clearAttempts = (db: Database, { poolId, subject, kind }: AttemptOf) =>
  db.delete(attempts).where(and(eq(attempts.poolId, poolId), eq(attempts.subject, subject), eq(attempts.kind, kind)));

/** Takes back a counted try that was not turned away, where only wrong ones are to count. A statement. */
export const takeBackAttempt = (db: Database, { poolId, subject, kind }: AttemptOf) =>
  db
    .update(attempts)
    .set({ count: sql`max(${attempts.count} - 1, 0)` })
    .where(and(eq(attempts.poolId, poolId), eq(attempts.subject, subject), eq(attempts.kind, kind)));
