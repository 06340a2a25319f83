import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

const MINUTE = 60_000;
const object = (shard: string) => env.REQUESTS.getByName(shard);
const ids = (shard: string) =>
  runInDurableObject(object(shard), (_, state) =>
    [...state.storage.sql.exec<{ id: string }>("select id from requests order by id")].map(({ id }) => id),
  );

describe("a request", () => {
  test("is found as it was remembered, under its id alone", async () => {
    const expiresAt = Date.now() + MINUTE;
    expect(await object("find").remember("one", "what is asked", expiresAt)).toBe(true);
    expect(await object("find").find("one")).toEqual({ content: "what is asked", outcome: null, expiresAt });
    expect(await object("find").find("One")).toBeNull();
    expect(await object("other").find("one")).toBeNull();
  });

  test("keeps its id from others that come at once", async () => {
    const tries = Array.from({ length: 100 }, (_, n) => object("id").remember("one", String(n), Date.now() + MINUTE));
    expect((await Promise.all(tries)).map(String)).toEqual(["true", ...Array.from({ length: 99 }, () => "false")]);
    expect(await object("id").find("one")).toMatchObject({ content: "0" });
  });

  test("outlives the memory of its object", async () => {
    await object("eviction").remember("one", "x", Date.now() + MINUTE);
    await object("eviction").decide("one", "yes");
    await evictDurableObject(object("eviction"));
    expect(await object("eviction").find("one")).toMatchObject({ content: "x", outcome: "yes" });
    expect(await object("eviction").decide("one", "no")).toBe(false);
  });
});

describe("a decision", () => {
  test("is made by one of a hundred callers, and stays", async () => {
    await object("decide").remember("one", "x", Date.now() + MINUTE);
    const decided = await Promise.all(Array.from({ length: 100 }, (_, n) => object("decide").decide("one", String(n))));
    expect(decided.filter(Boolean)).toHaveLength(1);
    const { outcome } = (await object("decide").find("one")) ?? {};
    expect(outcome).toBe(String(decided.indexOf(true)));
  });

  test("is made on nothing that is not there, and on one request alone", async () => {
    expect(await object("alone").decide("none", "x")).toBe(false);
    await object("alone").remember("one", "x", Date.now() + MINUTE);
    await object("alone").remember("two", "x", Date.now() + MINUTE);
    await object("alone").decide("one", "yes");
    expect(await object("alone").find("two")).toMatchObject({ outcome: null });
  });
});

describe("opening", () => {
  test("lets a request live on, once", async () => {
    const now = Date.now();
    await object("open").remember("one", "x", now + MINUTE);
    expect(await object("open").open("one", now, now + 5 * MINUTE)).toMatchObject({ expiresAt: now + 5 * MINUTE });
    const again = await object("open").open("one", now + MINUTE, now + 9 * MINUTE);
    expect(again).toMatchObject({ content: "x", outcome: null, expiresAt: now + 5 * MINUTE });
  });

  test("comes too late once the request is over", async () => {
    const now = Date.now();
    await object("late").remember("one", "x", now);
    expect(await object("late").open("one", now, now + MINUTE)).toMatchObject({ expiresAt: now });
    expect(await object("late").open("none", now, now + MINUTE)).toBeNull();
  });

  test("shortens nothing, and leaves others as they are", async () => {
    const now = Date.now();
    for (const id of ["one", "two"]) await object("long").remember(id, "x", now + 9 * MINUTE);
    expect(await object("long").open("one", now, now + MINUTE)).toMatchObject({ expiresAt: now + 9 * MINUTE });
    await object("long").open("one", now, now + 20 * MINUTE);
    expect(await object("long").find("two")).toMatchObject({ expiresAt: now + 9 * MINUTE });
  });
});

describe("polling", () => {
  const INTERVAL = 5_000;

  test("tells how a request stands, and whether the question came too soon after the last", async () => {
    const now = Date.now();
    const poll = (at: number) => object("poll").poll("one", at, INTERVAL);
    await object("poll").remember("one", "x", now + MINUTE);
    expect(await poll(now)).toEqual({ content: "x", outcome: null, expiresAt: now + MINUTE, tooSoon: false });
    expect(await poll(now + 4_999)).toMatchObject({ tooSoon: true });
    // A question that came too soon counts as the last.
    expect(await poll(now + 9_998)).toMatchObject({ tooSoon: true });
    expect(await poll(now + 14_998)).toMatchObject({ tooSoon: false });
    await object("poll").decide("one", "yes");
    expect(await poll(now + 30_000)).toMatchObject({ outcome: "yes", tooSoon: false });
  });

  test("finds nothing that is not there, and counts each request by itself", async () => {
    const now = Date.now();
    expect(await object("polls").poll("none", now, INTERVAL)).toBeNull();
    for (const id of ["one", "two"]) await object("polls").remember(id, "x", now + MINUTE);
    await object("polls").poll("one", now, INTERVAL);
    expect(await object("polls").poll("two", now, INTERVAL)).toMatchObject({ tooSoon: false });
  });

  test("lets one of a hundred who ask at once be in time", async () => {
    const now = Date.now();
    await object("crowd").remember("one", "x", now + MINUTE);
    const polls = await Promise.all(Array.from({ length: 100 }, () => object("crowd").poll("one", now, INTERVAL)));
    expect(polls.filter((poll) => poll?.tooSoon === false)).toHaveLength(1);
  });
});

test("requests are forgotten ten minutes after they expired, and the object sleeps once it remembers nothing", async () => {
  await object("sweep").remember("long expired", "x", Date.now() - 11 * MINUTE);
  await object("sweep").remember("just expired", "x", Date.now() - MINUTE);
  await object("sweep").remember("alive", "x", Date.now() + MINUTE);
  expect(await runDurableObjectAlarm(object("sweep"))).toBe(true);
  expect(await ids("sweep")).toEqual(["alive", "just expired"]);
  await runInDurableObject(object("sweep"), (_, state) => {
    state.storage.sql.exec("update requests set expires_at = 0");
  });
  expect(await runDurableObjectAlarm(object("sweep"))).toBe(true);
  expect(await ids("sweep")).toEqual([]);
  expect(await runDurableObjectAlarm(object("sweep"))).toBe(false);
});
