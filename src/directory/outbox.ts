import { asc, eq, gt } from "drizzle-orm";
import type { Database } from "./database.ts";
import { outbox } from "./schema/outbox.ts";

export type OutboxMessage = typeof outbox.$inferSelect;

export const putMessage = (db: Database, message: Omit<OutboxMessage, "id">) => db.insert(outbox).values(message);

/** The messages to one recipient, or all, oldest first. */
export const listMessages = (db: Database, to: string | undefined): Promise<OutboxMessage[]> =>
  db
    .select()
    .from(outbox)
    .where(to === undefined ? gt(outbox.id, 0) : eq(outbox.to, to))
    .orderBy(asc(outbox.id));
