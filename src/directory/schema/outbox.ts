import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Messages that would have been sent. Written in development only. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    channel: text().$type<"email" | "sms">().notNull(),
    to: text().notNull(),
    subject: text(),
    body: text().notNull(),
    sentAt: integer().notNull(),
  },
  (table) => [index("outbox_by_recipient").on(table.to, table.id)],
);
