import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, makeUser, signIn } from "../../client.ts";
import { interruptedAt } from "../../interrupted.ts";
import { open } from "./person.ts";

const leftOf = async (pool: string) => {
  const tables = ["users", "user_names", "user_attributes", "sessions", "codes"];
  const counts = tables.map((table) =>
    env.DB.prepare(`select count(*) as n from ${table} where pool_id = ?`).bind(pool),
  );
  const rows = await env.DB.batch<{ n: number }>([
    ...counts,
    env.DB.prepare("select users as n from pools where id = ?").bind(pool),
  ]);
  return rows.map(({ results }) => results[0]?.n);
};

it("deletes the caller with everything that hangs on them, and frees the name", async () => {
  const { pool, ClientId, person } = await open({ AutoVerifiedAttributes: ["email"] });
  const { AccessToken, update } = await person("jane");
  await update({ email: "jane.deleted@example.com" });
  expect(await call("DeleteUser", { AccessToken })).toBeUndefined();
  expect(await leftOf(pool)).toEqual([0, 0, 0, 0, 0, 0]);
  await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ name: "UserNotFoundException" });
  await makeUser(pool, "jane");
  expect(await signIn(ClientId, "jane")).toHaveProperty("AuthenticationResult");
});

it("counts a user once who is deleted by ten calls at once", async () => {
  const { pool, person } = await open();
  await makeUser(pool, "other");
  const { AccessToken } = await person("jane");
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => call("DeleteUser", { AccessToken })));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await leftOf(pool)).at(-1)).toBe(1);
});

it("goes through although the user is written at the same moment", async () => {
  const { pool, person } = await open();
  const { AccessToken, update } = await person("jane");
  const [deleted] = await Promise.allSettled([
    call("DeleteUser", { AccessToken }),
    update({ name: "a" }),
    update({ nickname: "b" }),
  ]);
  expect(deleted.status).toBe("fulfilled");
  expect(await leftOf(pool)).toEqual([0, 0, 0, 0, 0, 0]);
});

it("deletes nothing wherever the database fails, and works when tried again", async () => {
  const { pool, person } = await open();
  const { AccessToken } = await person("jane", { name: "Jane" });
  const before = await leftOf(pool);
  for (const n of [1, 2]) {
    const { result } = await interruptedAt(n, () => call("DeleteUser", { AccessToken }).catch((fault) => fault));
    expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
    expect(await leftOf(pool)).toEqual(before);
  }
  await call("DeleteUser", { AccessToken });
  expect(await leftOf(pool)).toEqual([0, 0, 0, 0, 0, 0]);
});
