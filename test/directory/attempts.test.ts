import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { countAttempt, lockAttempts } from "../../src/directory/attempts.ts";
import { openDatabase } from "../../src/directory/database.ts";

it("keeps the longest of locks that were set at once, in whatever order they arrive", async () => {
  const db = openDatabase(env.DB);
  const of = { poolId: "us-east-1_Attempts1", subject: "jane", kind: "password" } as const;
  const countAt = async (now: number) =>
    (await countAttempt(db, of, { most: 30, period: 900_000, sliding: true, now }))[0]?.refused;
  expect(await countAt(1_000)).toBe(0);
  await lockAttempts(db, of, 65_000);
  await lockAttempts(db, of, 3_000);
  expect([await countAt(4_000), await countAt(64_999), await countAt(65_000)]).toEqual([1, 1, 0]);
});
