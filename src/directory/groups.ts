import { and, asc, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Pool } from "./pools.ts";
import { groupMembers, groups } from "./schema/groups.ts";
import { users } from "./schema/users.ts";
import { profile } from "./user-search.ts";
import { subOf } from "./users.ts";

export type Group = typeof groups.$inferSelect;

type Sub = string | SQL;

/** Amazon Cognito: quotas. */
const MOST_GROUPS_OF_A_POOL = 10_000;
const MOST_GROUPS_OF_A_USER = 100;

const allOfGroup = {
  poolId: groups.poolId,
  name: groups.name,
  description: groups.description,
  precedence: groups.precedence,
  roleArn: groups.roleArn,
  createdAt: groups.createdAt,
  updatedAt: groups.updatedAt,
};

const named = (poolId: string, name: string) => and(eq(groups.poolId, poolId), eq(groups.name, name));

/** The group with this name. A statement; the row is the first of its result. */
export const groupByName = (db: Database, poolId: string, name: string) =>
  db.select().from(groups).where(named(poolId, name));

/** One page of a pool's groups in order of their names. A statement. @param after name that the page before ended with */
export const listGroups = (db: Database, poolId: string, limit: number, after = "") =>
  db
    .select()
    .from(groups)
    .where(and(eq(groups.poolId, poolId), gt(groups.name, after)))
    .orderBy(asc(groups.name))
    .limit(limit);

/** Adds a group, where its name decides races. @returns why not, when the name is taken or the pool has all it may have */
export async function insertGroup(db: Database, group: Group): Promise<"inserted" | "taken" | "full"> {
  const { poolId, name, description, precedence, roleArn, createdAt, updatedAt } = group;
  const [inserted, [taken]] = await db.batch([
    db.all(
      sql`insert into groups (pool_id, name, description, precedence, role_arn, created_at, updated_at) select ${poolId}, ${name}, ${description}, ${precedence}, ${roleArn}, ${createdAt}, ${updatedAt} where (select count(*) from groups where pool_id = ${poolId}) < ${MOST_GROUPS_OF_A_POOL} on conflict do nothing returning name`,
    ),
    groupByName(db, poolId, name),
  ]);
  if (inserted.length === 1) return "inserted";
  return taken ? "taken" : "full";
}

/** Changes a group; what is left out stays. @returns the group as it is now, or undefined when there is none */
export async function updateGroup(
  db: Database,
  poolId: string,
  name: string,
  change: Partial<Pick<Group, "description" | "precedence" | "roleArn">>,
  now: number,
): Promise<Group | undefined> {
  const [group] = await db
    .update(groups)
    .set({ ...change, updatedAt: now })
    .where(named(poolId, name))
    .returning();
  return group;
}

/** Deletes a group and who was in it, in one transaction. @returns false when there was none */
export async function deleteGroup(db: Database, poolId: string, name: string): Promise<boolean> {
  const [gone] = await db.batch([
    db.delete(groups).where(named(poolId, name)).returning({ name: groups.name }),
    db.delete(groupMembers).where(and(eq(groupMembers.poolId, poolId), eq(groupMembers.groupName, name))),
  ]);
  return gone.length === 1;
}

/**
 * The groups of a user, strongest first: by precedence (none is weakest), then by name. A statement; `sub` may be a
 * sub-query such as `subOf`, so that it can ride along with the read of the user.
 */
export const groupsOf = (db: Database, poolId: string, sub: Sub) =>
  db
    .select(allOfGroup)
    .from(groups)
    .innerJoin(groupMembers, and(eq(groupMembers.poolId, groups.poolId), eq(groupMembers.groupName, groups.name)))
    .where(and(eq(groupMembers.poolId, poolId), eq(groupMembers.sub, sub)))
    .orderBy(sql`${groups.precedence} is null`, asc(groups.precedence), asc(groups.name));

/** One page of a user's groups in order of their names; otherwise as `groupsOf`. */
export const listGroupsOf = (db: Database, poolId: string, sub: Sub, limit: number, after = "") =>
  db
    .select(allOfGroup)
    .from(groupMembers)
    // A cross join keeps the order of the tables, and with it the order of the index.
    .crossJoin(groups)
    .where(
      and(
        eq(groupMembers.poolId, poolId),
        eq(groupMembers.sub, sub),
        gt(groupMembers.groupName, after),
        eq(groups.poolId, groupMembers.poolId),
        eq(groups.name, groupMembers.groupName),
      ),
    )
    .orderBy(asc(groupMembers.groupName))
    .limit(limit);

/** One page of a group's users in order of their subs. A statement. @param after sub that the page before ended with */
export const listMembers = (db: Database, poolId: string, name: string, limit: number, after = "") =>
  db
    .select(profile)
    .from(groupMembers)
    .crossJoin(users)
    .where(
      and(
        eq(groupMembers.poolId, poolId),
        eq(groupMembers.groupName, name),
        gt(groupMembers.sub, after),
        eq(users.poolId, groupMembers.poolId),
        eq(users.sub, groupMembers.sub),
      ),
    )
    .orderBy(asc(groupMembers.sub))
    .limit(limit);

const membership = (pool: Pool, name: string, username: string) =>
  and(eq(groupMembers.poolId, pool.id), eq(groupMembers.groupName, name), eq(groupMembers.sub, subOf(pool, username)));

const userExists = (db: Database, pool: Pool, username: string) =>
  db
    .select({ sub: users.sub })
    .from(users)
    .where(and(eq(users.poolId, pool.id), eq(users.sub, subOf(pool, username))));

/**
 * Puts a user into a group. One transaction looks for both and adds, so that no membership is left of a user or a group
 * that is deleted meanwhile.
 * @param username username, alias or sub
 * @returns "member" also for a user who was one before; otherwise what stood against it
 */
export async function addMember(
  db: Database,
  pool: Pool,
  name: string,
  username: string,
): Promise<"member" | "no user" | "no group" | "full"> {
  const [[user], [group], , [member]] = await db.batch([
    userExists(db, pool, username),
    groupByName(db, pool.id, name),
    db.run(
      sql`insert or ignore into group_members (pool_id, group_name, sub) select users.pool_id, groups.name, users.sub from users, groups where users.pool_id = ${pool.id} and users.sub = ${subOf(pool, username)} and groups.pool_id = ${pool.id} and groups.name = ${name} and (select count(*) from group_members as held where held.pool_id = users.pool_id and held.sub = users.sub) < ${MOST_GROUPS_OF_A_USER}`,
    ),
    db
      .select({ sub: groupMembers.sub })
      .from(groupMembers)
      .where(membership(pool, name, username)),
  ]);
  if (!user) return "no user";
  if (!group) return "no group";
  return member ? "member" : "full";
}

/** Takes a user out of a group, whether in it or not. @returns what of the two is not there, if any */
export async function removeMember(
  db: Database,
  pool: Pool,
  name: string,
  username: string,
): Promise<"removed" | "no user" | "no group"> {
  const [[user], [group]] = await db.batch([
    userExists(db, pool, username),
    groupByName(db, pool.id, name),
    db.delete(groupMembers).where(membership(pool, name, username)),
  ]);
  if (!user) return "no user";
  return group ? "removed" : "no group";
}
