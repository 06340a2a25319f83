import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A device that a user signs in from again and again: a program that proves it by SRP, or a browser by its cookie. */
export const devices = sqliteTable(
  "devices",
  {
    poolId: text().notNull(),
    /** `<region>_<UUID>`: DeviceKey. */
    key: text().notNull(),
    sub: text().notNull(),
    /** DeviceGroupKey: the part of the SRP identity before the key. */
    groupKey: text().notNull(),
    name: text(),
    /** Salt and verifier of SRP as JSON, sealed. Null for a browser. */
    verifier: text(),
    /** SHA-256 of the secret in a browser's cookie, base64url. Null for a program. */
    secretHash: text(),
    /** Whether it takes the place of a second factor, or is asked for beside it. */
    remembered: integer({ mode: "boolean" }).notNull(),
    lastIp: text(),
    /** User agent of whoever confirmed it. */
    sdk: text(),
    createdAt: integer().notNull(),
    modifiedAt: integer().notNull(),
    lastAuthenticatedAt: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.poolId, table.key] }),
    index("devices_by_user").on(table.poolId, table.sub, table.key),
  ],
);
