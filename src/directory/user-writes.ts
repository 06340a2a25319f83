// Writes of users: a user's row, names and searchable attributes change together or not at all.
import { and, eq, type SQL, sql } from "drizzle-orm";
import { Refusal } from "../lib/refusal.ts";
import { type Database, isTaken, plain, type Statement } from "./database.ts";
import { aliasAttributes, fold, nameKey, namesOf, type SignInName } from "./names.ts";
import { checkNamedAlike, isNamedOtherwise, namedAlike } from "./pool-changes.ts";
import { countUsers, forgetPool, type Pool } from "./pools.ts";
import { codes } from "./schema/codes.ts";
import { devices } from "./schema/devices.ts";
import { groupMembers } from "./schema/groups.ts";
import { passkeys } from "./schema/passkeys.ts";
import { pools } from "./schema/pools.ts";
import { type NameKind, users } from "./schema/users.ts";
import { endSessions } from "./sessions.ts";
import { namesTaken, type User } from "./users.ts";

export type UserChange = Partial<
  Pick<User, "status" | "enabled" | "attributes" | "credentials" | "factors" | "signedOutAt">
>;

const namesJson = (pool: Pool, names: SignInName[]) =>
  JSON.stringify(names.map(({ kind, value }) => ({ kind, value, folded: fold(value), key: nameKey(pool, value) })));

const attributesJson = (attributes: Record<string, string>) =>
  JSON.stringify(Object.entries(attributes).map(([name, value]) => ({ name, folded: fold(value) })));

/** True while the user's row is the one that this very batch wrote: makes the statements after it part of the same decision. */
const wrote = (user: User) =>
  sql`exists (select 1 from ${users} where ${users.poolId} = ${user.poolId} and ${users.sub} = ${user.sub} and ${users.revision} = ${user.revision})`;

function writeNames(db: Database, pool: Pool, user: User, names: SignInName[]): Statement {
  return db.run(
    sql`insert into user_names (pool_id, key, kind, value, folded, sub) select ${user.poolId}, value ->> 'key', value ->> 'kind', value ->> 'value', value ->> 'folded', ${user.sub} from json_each(${namesJson(pool, names)}) where ${wrote(user)}`,
  );
}

function writeAttributes(db: Database, user: User, attributes: Record<string, string>): Statement {
  return db.run(
    sql`insert or ignore into user_attributes (pool_id, name, folded, sub) select ${user.poolId}, value ->> 'name', value ->> 'folded', ${user.sub} from json_each(${attributesJson(attributes)}) where ${wrote(user)}`,
  );
}

const dropNames = (db: Database, pool: Pool, user: User, names: SignInName[], guard: SQL): Statement =>
  db.run(
    sql`delete from user_names where pool_id = ${user.poolId} and (key, kind) in (select value ->> 'key', value ->> 'kind' from json_each(${namesJson(pool, names)})) and sub = ${user.sub} and ${guard}`,
  );

const dropAttributes = (db: Database, user: User, attributes: Record<string, string>, guard: SQL): Statement =>
  db.run(
    sql`delete from user_attributes where pool_id = ${user.poolId} and (name, folded) in (select value ->> 'name', value ->> 'folded' from json_each(${attributesJson(attributes)})) and sub = ${user.sub} and ${guard}`,
  );

/**
 * Takes aliases from whoever holds them (ForceAliasCreation): the former holder keeps the value, unverified. Only e-mail
 * and phone aliases can be taken: a username, or what stands for one, is all that its holder has to sign in with.
 * Run before the statements that give the alias to its new holder.
 */
function takeAliases(db: Database, pool: Pool, user: User, names: SignInName[]): Statement[] {
  const aliases = aliasAttributes(pool).filter((kind) => kind !== "preferred_username");
  return names
    .filter(({ kind }) => aliases.some((alias) => alias === kind))
    .flatMap((name) => {
      const key = nameKey(pool, name.value);
      const verified = `${name.kind}_verified`;
      const holder = sql`(select sub from user_names where pool_id = ${pool.id} and key = ${key} and kind = ${name.kind} and sub <> ${user.sub})`;
      return [
        db.run(
          sql`update users set attributes = json_set(attributes, ${`$."${verified}"`}, 'false'), revision = ${crypto.randomUUID()} where pool_id = ${pool.id} and sub = ${holder} and ${wrote(user)}`,
        ),
        db.run(
          sql`update user_attributes set folded = 'false' where pool_id = ${pool.id} and name = ${verified} and folded = 'true' and sub = ${holder} and ${wrote(user)}`,
        ),
        db.run(
          sql`delete from user_names where pool_id = ${pool.id} and key = ${key} and kind = ${name.kind} and sub <> ${user.sub} and ${wrote(user)}`,
        ),
      ];
    });
}

/** What came of writing a user: written, overtaken by another write, or refused because names belong to someone else. */
export type Written = "written" | "stale" | Taken;

interface Taken {
  taken: NameKind[];
}

/**
 * Adds a user with its names and searchable attributes in one transaction; the primary key of names decides races.
 * @param along statements that take effect only with it (a code, for instance)
 * @param force takes verified e-mail and phone aliases from their holders
 * @returns the rows of what was run along, or whose names stood against it
 * @throws Refusal TooManyRequestsException when the pool changed how it names users since this copy of it was read
 */
export async function insertUser(
  db: Database,
  pool: Pool,
  user: User,
  { along = [], force = false }: { along?: Statement[]; force?: boolean } = {},
): Promise<{ along: unknown[][] } | Taken> {
  const names = namesOf(pool, user);
  try {
    const results = await db.batch([
      checkNamedAlike(db, pool),
      db.insert(users).values({ ...user, attributes: plain(user.attributes) }),
      ...(force ? takeAliases(db, pool, user, names) : []),
      writeNames(db, pool, user, names),
      writeAttributes(db, user, user.attributes),
      countUsers(db, pool.id, 1),
      ...along,
    ]);
    return { along: along.length === 0 ? [] : (results.slice(-along.length) as unknown[][]) };
  } catch (error) {
    if (isNamedOtherwise(error)) {
      forgetPool(pool.id);
      throw new Refusal("TooManyRequestsException", "Too many requests", {
        reason: "the pool names users otherwise now",
      });
    }
    if (!isTaken(error, "user_names") && !isTaken(error, "users")) throw error;
    const taken = await namesTaken(db, pool, names, user.sub);
    return { taken: taken.length > 0 ? taken.map(({ kind }) => kind) : ["username"] };
  }
}

/**
 * The statements of `changeUser`, for a batch that holds more. The first returns a row exactly when the change took
 * effect; statements that must only then do something can be guarded with `onlyWith`.
 */
export function userChanges(
  db: Database,
  pool: Pool,
  before: User,
  change: UserChange,
  now: number,
  { force = false, unless }: { force?: boolean; unless?: SQL } = {},
): { after: User; statements: [Statement, ...Statement[]]; onlyWith: SQL } {
  const after: User = { ...before, ...change, updatedAt: now, revision: crypto.randomUUID() };
  const own = and(
    eq(users.poolId, before.poolId),
    eq(users.sub, before.sub),
    eq(users.revision, before.revision),
    change.attributes && namedAlike(pool),
    unless,
  );
  const statements: [Statement, ...Statement[]] = [
    db
      .update(users)
      .set({
        ...change,
        ...(change.attributes && { attributes: plain(change.attributes) }),
        updatedAt: now,
        revision: after.revision,
      })
      .where(own)
      .returning({ sub: users.sub }),
  ];
  if (change.attributes) {
    const held = new Map(namesOf(pool, before).map((name) => [`${name.kind}:${nameKey(pool, name.value)}`, name]));
    const wanted = new Map(namesOf(pool, after).map((name) => [`${name.kind}:${nameKey(pool, name.value)}`, name]));
    const dropped = [...held].filter(([id]) => !wanted.has(id)).map(([, name]) => name);
    const added = [...wanted].filter(([id]) => !held.has(id)).map(([, name]) => name);
    if (dropped.length > 0) statements.push(dropNames(db, pool, before, dropped, wrote(after)));
    if (added.length > 0) {
      if (force) statements.push(...takeAliases(db, pool, after, added));
      statements.push(writeNames(db, pool, after, added));
    }
    const changed = [...new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)])].filter(
      (name) => before.attributes[name] !== after.attributes[name],
    );
    const only = (attributes: Record<string, string>) =>
      Object.fromEntries(Object.entries(attributes).filter(([name]) => changed.includes(name)));
    if (changed.length > 0) {
      statements.push(dropAttributes(db, before, only(before.attributes), wrote(after)));
      statements.push(writeAttributes(db, after, only(after.attributes)));
    }
  }
  return { after, statements, onlyWith: wrote(after) };
}

/**
 * Changes a user as read before, in one transaction with its names and searchable attributes.
 * @param along statements of the same transaction. `onlyWith` is the condition that the change took effect; what does no
 *   harm where it is overtaken may go without
 * @returns "stale" when the row was written since `before` was read: read again and decide again
 */
export async function changeUser(
  db: Database,
  pool: Pool,
  before: User,
  change: UserChange,
  now: number,
  { along, force = false }: { along?: (onlyWith: SQL) => Statement[]; force?: boolean } = {},
): Promise<Written> {
  const { after, statements, onlyWith } = userChanges(db, pool, before, change, now, { force });
  try {
    const [first] = await db.batch([...statements, ...(along?.(onlyWith) ?? [])]);
    return (first as unknown[]).length === 1 ? "written" : "stale";
  } catch (error) {
    if (!isTaken(error, "user_names")) throw error;
    const taken = await namesTaken(db, pool, namesOf(pool, after), before.sub);
    return { taken: taken.map(({ kind }) => kind) };
  }
}

/** Lets a user sign in, or no more; whatever else is written meanwhile. A statement whose row says that the user exists. */
export const setEnabled = (db: Database, poolId: string, sub: string | SQL, enabled: boolean, now: number) =>
  db
    .update(users)
    .set({ enabled, updatedAt: now, revision: crypto.randomUUID() })
    .where(and(eq(users.poolId, poolId), eq(users.sub, sub)))
    .returning({ sub: users.sub });

/**
 * Deletes a user, as read before, with everything that hangs on it, in one transaction.
 * @returns false when the row was written or deleted since `user` was read
 */
export async function deleteUser(db: Database, pool: Pool, user: User): Promise<boolean> {
  const { poolId, sub } = user;
  const unchanged = sql`${wrote(user)} and ${namedAlike(pool)}`;
  const results = await db.batch([
    db
      .update(pools)
      .set({ users: sql`${pools.users} - 1` })
      .where(and(eq(pools.id, poolId), unchanged)),
    dropNames(db, pool, user, namesOf(pool, user), unchanged),
    dropAttributes(db, user, user.attributes, unchanged),
    db.delete(groupMembers).where(and(eq(groupMembers.poolId, poolId), eq(groupMembers.sub, sub), unchanged)),
    ...endSessions(db, poolId, sub, { only: unchanged }),
    db.delete(codes).where(and(eq(codes.poolId, poolId), eq(codes.sub, sub), unchanged)),
    db.delete(passkeys).where(and(eq(passkeys.poolId, poolId), eq(passkeys.sub, sub), unchanged)),
    db.delete(devices).where(and(eq(devices.poolId, poolId), eq(devices.sub, sub), unchanged)),
    db
      .delete(users)
      .where(and(eq(users.poolId, poolId), eq(users.sub, sub), unchanged))
      .returning({ sub: users.sub }),
  ]);
  return results.at(-1)?.length === 1;
}
