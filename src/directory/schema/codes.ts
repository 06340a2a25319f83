import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export type CodeKind = "sign-up" | "reset" | "verify:email" | "verify:phone_number";

/** A code that was sent and waits for its answer. A new one of the same kind replaces it. */
export const codes = sqliteTable(
  "codes",
  {
    poolId: text().notNull(),
    sub: text().notNull(),
    kind: text().$type<CodeKind>().notNull(),
    /** Keyed hash, bound to pool, user, kind, attribute and value. */
    hash: text().notNull(),
    /** Where it went: the attribute … */
    attribute: text().$type<"email" | "phone_number">().notNull(),
    /** … and the value it proves, which the user may not have yet (a pending change). */
    value: text().notNull(),
    expiresAt: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.poolId, table.sub, table.kind] }),
    index("codes_by_expiry").on(table.expiresAt),
  ],
);
