import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A group of a pool. */
export const groups = sqliteTable(
  "groups",
  {
    poolId: text().notNull(),
    name: text().notNull(),
    description: text(),
    /** The lowest number wins; null is weakest. */
    precedence: integer(),
    roleArn: text(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.poolId, table.name] })],
);

/** Who is in which group. */
export const groupMembers = sqliteTable(
  "group_members",
  {
    poolId: text().notNull(),
    groupName: text().notNull(),
    sub: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.poolId, table.groupName, table.sub] }),
    index("groups_by_member").on(table.poolId, table.sub, table.groupName),
  ],
);
