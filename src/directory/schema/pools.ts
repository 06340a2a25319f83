import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Attribute, PoolSettings } from "../pool.ts";

/** A user pool: a directory of users with its own rules. */
export const pools = sqliteTable("pools", {
  /** `<region>_<nine letters and digits>` */
  id: text().primaryKey(),
  name: text().notNull(),
  /** What CreateUserPool and UpdateUserPool accept, as sent. */
  settings: text({ mode: "json" }).$type<PoolSettings>().notNull(),
  /** Every attribute that a user of the pool may have, standard ones first. */
  attributes: text({ mode: "json" }).$type<Attribute[]>().notNull(),
  tags: text({ mode: "json" }).$type<Record<string, string>>().notNull(),
  /** How many users there are; kept by the statements that add and remove them. */
  users: integer().notNull().default(0),
  /** Milliseconds since 1970, as in every `…At` column. */
  createdAt: integer().notNull(),
  updatedAt: integer().notNull(),
  /** Changes with every write: what `where revision = ?` compares. */
  revision: text().notNull(),
});

/** An app client of a pool. */
export const clients = sqliteTable(
  "clients",
  {
    id: text().primaryKey(),
    poolId: text().notNull(),
    name: text().notNull(),
    /** What CreateUserPoolClient and UpdateUserPoolClient accept, as sent. */
    settings: text({ mode: "json" }).$type<import("../pool.ts").ClientSettings>().notNull(),
    /** At most two, oldest first; values sealed. Empty for a public client. */
    secrets: text({ mode: "json" }).$type<{ id: string; sealed: string; createdAt: number }[]>().notNull(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    revision: text().notNull(),
  },
  (table) => [index("clients_by_pool").on(table.poolId, table.id)],
);
