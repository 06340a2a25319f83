import { applyD1Migrations, type D1Migration, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { call, makePool, makeUser } from "../client.ts";
import { brokenInvariants, everything } from "../invariants.ts";

/** What stood in the database of each moment: everything that was there must still be there after the next migration. */
const insertOf = {
  pools: `insert into pools (id, name, settings, attributes, tags, users, created_at, updated_at, revision)
    values ('us-east-1_Oldpool12', 'old', '{"DeletionProtection":"ACTIVE"}', '[{"Name":"email"}]', '{"team":"a"}', 1, 1, 2, 'r')`,
  clients: `insert into clients (id, pool_id, name, settings, secrets, created_at, updated_at, revision)
    values ('oldclient', 'us-east-1_Oldpool12', 'app', '{"AllowedOAuthScopes":["openid"]}', '[]', 1, 2, 'r')`,
  users: `insert into users (pool_id, sub, username, status, enabled, attributes, created_at, updated_at, revision)
    values ('us-east-1_Oldpool12', 'sub-1', 'jane', 'CONFIRMED', 1, '{"email":"jane@limen.test"}', 1, 2, 'r')`,
  user_names: `insert into user_names (pool_id, key, kind, value, folded, sub)
    values ('us-east-1_Oldpool12', 'jane', 'username', 'jane', 'jane', 'sub-1')`,
  user_attributes: `insert into user_attributes (pool_id, name, folded, sub)
    values ('us-east-1_Oldpool12', 'email', 'jane@limen.test', 'sub-1')`,
};

const migrations = env.TEST_MIGRATIONS as [D1Migration, ...D1Migration[]];

beforeEach(() => reset());

it("migrations, applied one after another, keep all that was written before", async () => {
  const [first, ...later] = migrations;
  await applyD1Migrations(env.DB, [first]);
  await env.DB.batch(Object.values(insertOf).map((sql) => env.DB.prepare(sql)));
  let before = await everything();
  expect(Object.keys(insertOf).every((table) => before[table]?.length === 1)).toBe(true);
  expect(later.length).toBeGreaterThan(0);
  for (const migration of later) {
    await applyD1Migrations(env.DB, [migration]);
    const after = await everything();
    expect(after).toMatchObject(before);
    before = after;
  }
  expect(await brokenInvariants()).toEqual([]);
});

it("the worker goes on with data from before the migrations", async () => {
  const [first, ...later] = migrations;
  await applyD1Migrations(env.DB, [first]);
  await env.DB.batch(Object.values(insertOf).map((sql) => env.DB.prepare(sql)));
  await applyD1Migrations(env.DB, later);
  const UserPoolId = "us-east-1_Oldpool12";
  const { UserPool } = await call("DescribeUserPool", { UserPoolId });
  expect(UserPool).toMatchObject({ Name: "old", DeletionProtection: "ACTIVE", EstimatedNumberOfUsers: 1 });
  expect(UserPool).not.toHaveProperty("Domain");
  expect(await call("AdminGetUser", { UserPoolId, Username: "jane" })).toMatchObject({ Username: "jane" });
  const Scopes = [{ ScopeName: "read", ScopeDescription: "d" }];
  await call("CreateResourceServer", { UserPoolId, Identifier: "api", Name: "api", Scopes });
  await call("CreateUserPoolDomain", { UserPoolId, Domain: "old-pool" });
  expect((await call("DescribeUserPool", { UserPoolId })).UserPool.Domain).toBe("old-pool");
});

it("a migration that was applied is not applied again", async () => {
  await applyD1Migrations(env.DB, migrations);
  const pool = await makePool();
  await makeUser(pool, "jane");
  const before = await everything();
  await applyD1Migrations(env.DB, migrations);
  expect(await everything()).toEqual(before);
});
