import { eq } from "drizzle-orm";
import type { Database, Statement } from "./database.ts";
import { spentChallenges } from "./schema/sessions.ts";

/** Whether a challenge was answered rightly before. A statement whose result has a row exactly then. */
export const spentChallenge = (db: Database, id: string) =>
  db.select({ id: spentChallenges.id }).from(spentChallenges).where(eq(spentChallenges.id, id));

/**
 * Marks a challenge as answered: the primary key fails the whole batch of everyone but the first, with all that the
 * answer was to bring about.
 * @param expiresAt milliseconds since 1970 until which it could be answered again, were it not for the mark
 */
export const spendChallenge = (db: Database, id: string, expiresAt: number): Statement =>
  db.insert(spentChallenges).values({ id, expiresAt });
