import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { groupMembers, groups } from "./schema/groups.ts";

export type Group = typeof groups.$inferSelect;

type Sub = string | ReturnType<typeof sql>;

/**
 * The groups of a user, strongest first: by precedence (none is weakest), then by name. A statement; `sub` may be a
 * sub-query such as `subOf`, so that it can ride along with the read of the user.
 */
export const groupsOf = (db: Database, poolId: string, sub: Sub) =>
  db
    .select({
      poolId: groups.poolId,
      name: groups.name,
      description: groups.description,
      precedence: groups.precedence,
      roleArn: groups.roleArn,
      createdAt: groups.createdAt,
      updatedAt: groups.updatedAt,
    })
    .from(groups)
    .innerJoin(groupMembers, and(eq(groupMembers.poolId, groups.poolId), eq(groupMembers.groupName, groups.name)))
    .where(and(eq(groupMembers.poolId, poolId), eq(groupMembers.sub, sub)))
    .orderBy(sql`${groups.precedence} is null`, asc(groups.precedence), asc(groups.name));
