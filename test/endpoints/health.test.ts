import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { get } from "../fetch.ts";

const brokenDatabase = {
  prepare: () => {
    throw new Error("D1_ERROR: secret detail");
  },
};
const signing = JSON.parse(env.SIGNING_KEYS as string) as { keys: { token_use: string; n: string; d: string }[] };
const secrets = (keys: object[]) => JSON.stringify({ keys });
const future = Math.floor(Date.now() / 1000) + 3_600;

it("answers 200 when database and keys can be used", async () => {
  const answer = await get("/health");
  expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect((await get("/health", { method: "HEAD" })).status).toBe(200);
});

it.each<[string, Record<string, unknown>, string[]]>([
  ["a database that does not answer", { DB: brokenDatabase }, ["database"]],
  ["no master key", { MASTER_KEY: undefined }, ["MASTER_KEY"]],
  ["a master key that is too short", { MASTER_KEY: "c2hvcnQ=" }, ["MASTER_KEY"]],
  ["no signing keys", { SIGNING_KEYS: undefined }, ["SIGNING_KEYS"]],
  ["signing keys that are no JSON", { SIGNING_KEYS: "{secret detail" }, ["SIGNING_KEYS"]],
  ["a key for one kind of token only", { SIGNING_KEYS: secrets(signing.keys.slice(0, 1)) }, ["SIGNING_KEYS"]],
  [
    "public keys where private ones are needed",
    { SIGNING_KEYS: secrets(signing.keys.map((key) => ({ ...key, d: undefined }))) },
    ["SIGNING_KEYS"],
  ],
  [
    "keys that do not sign yet",
    { SIGNING_KEYS: secrets(signing.keys.map((key) => ({ ...key, sign_from: future }))) },
    ["SIGNING_KEYS"],
  ],
  ["keys of custom senders that are malformed", { SENDER_KEYS: '{"arn":"secret detail"}' }, ["SENDER_KEYS"]],
  ["administrators' keys that are malformed", { ADMIN_KEYS: '[{"accessKeyId":"secret detail"}]' }, ["ADMIN_KEYS"]],
  [
    "several of these",
    { DB: brokenDatabase, MASTER_KEY: "", SIGNING_KEYS: "" },
    ["database", "MASTER_KEY", "SIGNING_KEYS"],
  ],
])("answers 503 and names the part, without detail, for %s", async (_, changes, failed) => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const answer = await get("/health", {}, changes);
  const logged = log.mock.calls.flat().join("\n");
  log.mockRestore();
  expect([answer.status, await answer.json()]).toEqual([503, { status: "unavailable", failed }]);
  for (const part of failed) expect(logged).toContain(`"part":"${part}"`);
});

it("answers 503 while the tables are missing", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  await env.DB.exec("alter table pools rename to pools_away");
  try {
    const answer = await get("/health");
    expect([answer.status, await answer.json()]).toEqual([503, { status: "unavailable", failed: ["database"] }]);
  } finally {
    await env.DB.exec("alter table pools_away rename to pools");
    log.mockRestore();
  }
});
