import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { openDatabase } from "../../../src/directory/database.ts";
import { deleteExpired } from "../../../src/directory/expired.ts";
import worker from "../../../src/worker.ts";

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const TEN_MINUTES = 600_000;

beforeEach(() =>
  env.DB.batch(
    ["sessions", "browser_sessions", "replayed_codes", "spent_challenges", "codes", "attempts"].map((table) =>
      env.DB.prepare(`delete from ${table}`),
    ),
  ),
);

/**
 * Writes as many sessions, codes, marks and counted tries with these times; sessions are kept a day for their access
 * tokens, and those of browsers ten minutes for their codes.
 */
const seed = async (
  name: string,
  many: number,
  { expiresAt, since, lockedUntil = 0 }: { expiresAt: number; since: number; lockedUntil?: number },
) => {
  const rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)";
  await env.DB.batch([
    env.DB.prepare(
      `insert into sessions (id, pool_id, sub, client_id, token_hash, scope, auth_time, created_at, expires_at)
       ${rows} select ?2 || i, 'p', 's', 'c', 'h', '', 0, 0, ?3 from n`,
    ).bind(many, name, expiresAt - DAY),
    env.DB.prepare(
      `insert into browser_sessions (id, pool_id, sub, secret_hash, auth_time, amr, created_at, expires_at)
       ${rows} select ?2 || i, 'p', 's', 'h', 0, '[]', 0, ?3 from n`,
    ).bind(many, name, expiresAt - TEN_MINUTES),
    env.DB.prepare(`insert into replayed_codes (session_id, expires_at) ${rows} select ?2 || i, ?3 from n`).bind(
      many,
      name,
      expiresAt,
    ),
    env.DB.prepare(`insert into spent_challenges (id, expires_at) ${rows} select ?2 || i, ?3 from n`).bind(
      many,
      name,
      expiresAt,
    ),
    env.DB.prepare(
      `insert into codes (pool_id, sub, kind, hash, attribute, value, expires_at) ${rows} select 'p', ?2 || i, 'reset', 'h', 'email', 'v', ?3 from n`,
    ).bind(many, name, expiresAt),
    env.DB.prepare(
      `insert into attempts (pool_id, subject, kind, count, since, locked_until) ${rows} select 'p', ?2 || i, 'password', 1, ?3, ?4 from n`,
    ).bind(many, name, since, lockedUntil),
  ]);
};

const left = async () => {
  const results = await env.DB.batch<{ name: string }>([
    env.DB.prepare("select id name from sessions order by 1"),
    env.DB.prepare("select id name from browser_sessions order by 1"),
    env.DB.prepare("select session_id name from replayed_codes order by 1"),
    env.DB.prepare("select id name from spent_challenges order by 1"),
    env.DB.prepare("select sub name from codes order by 1"),
    env.DB.prepare("select subject name from attempts order by 1"),
  ]);
  return results.map(({ results }) => results.map(({ name }) => name));
};

it("deletes what has expired and leaves what has not", async () => {
  await seed("over", 1, { expiresAt: NOW - 1, since: NOW - DAY - 1 });
  await seed("just", 1, { expiresAt: NOW, since: NOW - DAY });
  await seed("valid", 1, { expiresAt: NOW + 1, since: NOW - DAY + 1 });
  await worker.scheduled(createScheduledController({ scheduledTime: new Date(NOW), cron: "*/15 * * * *" }), env);
  expect(await left()).toEqual(Array(6).fill(["valid1"]));
});

it("keeps a count that still locks somebody out, however old", async () => {
  await seed("locked", 1, { expiresAt: NOW + 1, since: NOW - 2 * DAY, lockedUntil: NOW + 1 });
  await seed("free", 1, { expiresAt: NOW + 1, since: NOW - 2 * DAY, lockedUntil: NOW });
  await worker.scheduled(createScheduledController({ scheduledTime: new Date(NOW) }), env);
  expect((await left()).at(-1)).toEqual(["locked1"]);
});

it("clears in portions what has piled up", async () => {
  await seed("over", 1_234, { expiresAt: NOW - 1, since: NOW - 2 * DAY });
  await seed("valid", 2, { expiresAt: NOW + 1, since: NOW });
  await worker.scheduled(createScheduledController({ scheduledTime: new Date(NOW) }), env);
  expect((await left()).map((names) => names.length)).toEqual(Array(6).fill(2));
});

it("finds what has expired by an index, oldest first, and takes no more than it is told to", async () => {
  await seed("over", 300, { expiresAt: NOW - 1, since: NOW - 2 * DAY });
  await seed("valid", 3_000, { expiresAt: NOW + 1, since: NOW });
  expect(await deleteExpired(openDatabase(env.DB), NOW, 100)).toEqual({
    sessions: 100,
    browserSessions: 100,
    replayedCodes: 100,
    spentChallenges: 100,
    codes: 100,
    attempts: 100,
  });
  const plans = await Promise.all(
    [
      "select rowid from sessions where expires_at <= 1 order by expires_at limit 1",
      "select rowid from browser_sessions where expires_at <= 1 order by expires_at limit 1",
      "select rowid from replayed_codes where expires_at <= 1 order by expires_at limit 1",
      "select rowid from spent_challenges where expires_at <= 1 order by expires_at limit 1",
      "select rowid from codes where expires_at <= 1 order by expires_at limit 1",
      "select rowid from attempts where since <= 1 and locked_until <= 1 order by since limit 1",
    ].map((query) => env.DB.prepare(`explain query plan ${query}`).all<{ detail: string }>()),
  );
  for (const { results } of plans)
    expect(results.map((row) => row.detail).join()).toMatch(/^SEARCH \w+ USING (COVERING )?INDEX \w+_by_/);
});
