import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { DomainSettings } from "../pool.ts";

/** An API that access tokens of a pool can be asked for, with what one may be permitted there. */
export const resourceServers = sqliteTable(
  "resource_servers",
  {
    poolId: text().notNull(),
    /** A name or URL; a scope is asked for as `<identifier>/<name of the scope>`. */
    identifier: text().notNull(),
    name: text().notNull(),
    scopes: text({ mode: "json" }).$type<{ name: string; description: string }[]>().notNull(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.poolId, table.identifier] })],
);

export type DomainKind = "prefix" | "custom";

/** Where the pages and OAuth endpoints of a pool answer. The primary key decides who has a name, among all pools. */
export const domains = sqliteTable(
  "domains",
  {
    /** Of a prefix domain the first label, of a custom domain the whole host; they never meet, since only the latter has dots. */
    domain: text().primaryKey(),
    poolId: text().notNull(),
    kind: text().$type<DomainKind>().notNull(),
    /** What CreateUserPoolDomain and UpdateUserPoolDomain accept, as sent. */
    settings: text({ mode: "json" }).$type<DomainSettings>().notNull(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  // A pool has one of each kind at most.
  (table) => [uniqueIndex("domains_by_pool").on(table.poolId, table.kind)],
);

/** How the pages of a client look; of all clients of a pool that have no look of their own where `clientId` is `ALL`. */
export const uiCustomizations = sqliteTable(
  "ui_customizations",
  {
    poolId: text().notNull(),
    clientId: text().notNull(),
    css: text(),
    /** The logo, base64. */
    image: text(),
    /** Media type of the logo. */
    imageType: text(),
    /** Changes with every write: part of the logo's address and of what is shown as CSSVersion. */
    version: text().notNull(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.poolId, table.clientId] })],
);
