import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { seedUsers } from "../../seed-users.ts";

let UserPoolId: string;
beforeAll(async () => {
  UserPoolId = await makePool({ AliasAttributes: ["email"] });
});

const remove = (Username: string) => call("AdminDeleteUser", { UserPoolId, Username });
const email = { email: "jane@example.com", email_verified: "true" };

it("answers with an empty body, and leaves nothing of the user in any table", async () => {
  const { ClientId } = await makeClient(UserPoolId);
  const sub = await makeUser(UserPoolId, "jane", email);
  await call("CreateGroup", { UserPoolId, GroupName: "g" });
  await call("AdminAddUserToGroup", { UserPoolId, GroupName: "g", Username: "jane" });
  await signIn(ClientId, "jane");
  await call("AdminResetUserPassword", { UserPoolId, Username: "jane" });
  expect(await remove("jane@example.com")).toBeUndefined();
  for (const table of ["users", "user_names", "user_attributes", "group_members", "sessions", "codes"]) {
    const left = await env.DB.prepare(`select count(*) as n from ${table} where sub = ?`).bind(sub).first<any>();
    expect([table, left.n]).toEqual([table, 0]);
  }
  const pool = await env.DB.prepare("select users from pools where id = ?").bind(UserPoolId).first<any>();
  expect(pool.users).toBe(0);
});

it("frees the names, for another user with another sub", async () => {
  const before = await makeUser(UserPoolId, "phoenix", { email: "p@example.com", email_verified: "true" });
  await remove("phoenix");
  const after = await makeUser(UserPoolId, "phoenix", { email: "p@example.com", email_verified: "true" });
  expect(after).not.toBe(before);
});

it("deletes once, when many calls race, and counts once", async () => {
  const count = async () =>
    (await env.DB.prepare("select users from pools where id = ?").bind(UserPoolId).first<any>()).users;
  const before = await count();
  await seedUsers(UserPoolId, [{ username: "racer" }]);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => remove("racer")));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const faults = outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason.name);
  expect(new Set(faults)).toEqual(new Set(["UserNotFoundException"]));
  expect(await count()).toBe(before);
});

it("deletes a user who is written meanwhile", async () => {
  await seedUsers(UserPoolId, [{ username: "busy" }]);
  await Promise.allSettled([
    call("AdminDisableUser", { UserPoolId, Username: "busy" }),
    remove("busy"),
    call("AdminEnableUser", { UserPoolId, Username: "busy" }),
  ]);
  await expect(call("AdminGetUser", { UserPoolId, Username: "busy" })).rejects.toMatchObject({
    name: "UserNotFoundException",
  });
});
