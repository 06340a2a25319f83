import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { openDatabase } from "../../src/directory/database.ts";
import { findScopes } from "../../src/directory/resource-servers.ts";
import { SETTINGS_LIFETIME } from "../../src/directory/pools.ts";
import { Meter, metered } from "../../src/lib/meter.ts";

const insert = (identifier: string, names: string[], pool: string) =>
  env.DB.prepare(
    "insert into resource_servers (pool_id, identifier, name, scopes, created_at, updated_at) values (?, ?, 'n', ?, 0, 0)",
  ).bind(pool, identifier, JSON.stringify(names.map((name) => ({ name, description: "d" }))));

it("knows every scope of a pool by its full name, and asks again after five seconds, not before", async () => {
  const pool = "us-east-1_Scopes123";
  const meter = new Meter();
  const db = openDatabase(metered(env.DB, meter));
  await env.DB.batch([
    insert("a", ["read", "write"], pool),
    insert("https://b/c", ["read"], pool),
    insert("empty", [], pool),
    insert("theirs", ["read"], "us-east-1_Scopes456"),
  ]);
  const at = 1_000_000;
  expect([...(await findScopes(db, pool, at))].toSorted()).toEqual(["a/read", "a/write", "https://b/c/read"]);
  await insert("new", ["x"], pool).run();
  expect((await findScopes(db, pool, at + SETTINGS_LIFETIME - 1)).has("new/x")).toBe(false);
  expect(meter.hops).toBe(1);
  expect((await findScopes(db, pool, at + SETTINGS_LIFETIME)).has("new/x")).toBe(true);
  expect(meter.hops).toBe(2);
});
