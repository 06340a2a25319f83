import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

const MINUTE = 60_000;
const marks = (shard: string) =>
  runInDurableObject(env.CHALLENGES.getByName(shard), (_, state) =>
    [...state.storage.sql.exec<{ id: string }>("select id from spent order by id")].map(({ id }) => id),
  );

it("lets one of a hundred callers spend a challenge", async () => {
  const stub = env.CHALLENGES.getByName("race");
  const spent = await Promise.all(Array.from({ length: 100 }, () => stub.spend("one", Date.now() + MINUTE)));
  expect(spent.filter(Boolean)).toHaveLength(1);
  expect(await stub.spend("another", Date.now() + MINUTE)).toBe(true);
});

it("remembers a mark when it leaves memory", async () => {
  await env.CHALLENGES.getByName("eviction").spend("one", Date.now() + MINUTE);
  await evictDurableObject(env.CHALLENGES.getByName("eviction"));
  expect(await env.CHALLENGES.getByName("eviction").spend("one", Date.now() + MINUTE)).toBe(false);
});

it("forgets a mark a minute after its challenge expired, and sleeps once it remembers nothing", async () => {
  const stub = env.CHALLENGES.getByName("sweep");
  await stub.spend("long expired", Date.now() - 2 * MINUTE);
  await stub.spend("just expired", Date.now() - 1_000);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await marks("sweep")).toEqual(["just expired"]);
  await runInDurableObject(stub, (_, state) => void state.storage.sql.exec("update spent set expires_at = 0"));
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await marks("sweep")).toEqual([]);
  expect(await runDurableObjectAlarm(stub)).toBe(false);
});
