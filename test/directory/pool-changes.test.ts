import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/directory/database.ts";
import { type Pool, readPool } from "../../src/directory/pools.ts";
import { changeUser, deleteUser, insertUser } from "../../src/directory/user-writes.ts";
import { type User, userBySub } from "../../src/directory/users.ts";
import { call, makePool, makeUser } from "../client.ts";

const db = openDatabase(env.DB);

const user = (poolId: string, username: string): User => ({
  poolId,
  sub: crypto.randomUUID(),
  username,
  status: "CONFIRMED",
  enabled: true,
  attributes: {},
  credentials: null,
  factors: {},
  signedOutAt: 0,
  createdAt: 0,
  updatedAt: 0,
  revision: crypto.randomUUID(),
});

async function outdatedCopy(change: object): Promise<{ copy: Pool; jane: User }> {
  const UserPoolId = await makePool();
  const sub = await makeUser(UserPoolId, "Jane", { email: "jane@limen.test", email_verified: "true" });
  const copy = await readPool(db, UserPoolId);
  await call("UpdateUserPool", { UserPoolId, ...change });
  const [jane] = await userBySub(db, UserPoolId, sub);
  if (!copy || !jane) throw new Error("nothing to test with");
  return { copy, jane };
}

const changes: [string, object][] = [
  ["case", { UsernameConfiguration: { CaseSensitive: false } }],
  ["aliases", { AliasAttributes: ["email"] }],
];

describe.each(changes)("a copy of a pool from before its names changed (%s)", (_, change) => {
  it("adds no user, who could have another's name", async () => {
    const { copy } = await outdatedCopy(change);
    await expect(insertUser(db, copy, user(copy.id, "JANE"))).rejects.toMatchObject({
      name: "TooManyRequestsException",
    });
    const after = await readPool(db, copy.id);
    expect(after?.users).toBe(1);
    if (after) expect(await insertUser(db, after, user(copy.id, "joe"))).toEqual({ along: [] });
  });

  it("changes no attributes, which could be names now", async () => {
    const { copy, jane } = await outdatedCopy(change);
    expect(await changeUser(db, copy, jane, { attributes: {} }, Date.now())).toBe("stale");
    expect(await changeUser(db, copy, jane, { signedOutAt: 1 }, Date.now())).toBe("written");
  });

  it("deletes no user, of whom names would be left", async () => {
    const { copy, jane } = await outdatedCopy(change);
    expect(await deleteUser(db, copy, jane)).toBe(false);
    const after = await readPool(db, copy.id);
    expect(after?.users).toBe(1);
    if (after) expect(await deleteUser(db, after, jane)).toBe(true);
    const names = await env.DB.prepare("select count(*) as n from user_names where pool_id = ?")
      .bind(copy.id)
      .first("n");
    expect(names).toBe(0);
  });
});

it("adds no user to a pool that was deleted", async () => {
  const UserPoolId = await makePool();
  const copy = await readPool(db, UserPoolId);
  await call("DeleteUserPool", { UserPoolId });
  if (copy)
    await expect(insertUser(db, copy, user(UserPoolId, "jane"))).rejects.toMatchObject({
      name: "TooManyRequestsException",
    });
  expect(copy).toBeDefined();
});
