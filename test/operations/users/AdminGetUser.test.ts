import { beforeAll, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";
import { seedUsers } from "../../seed-users.ts";

let UserPoolId: string;
beforeAll(async () => {
  UserPoolId = await makePool({ AliasAttributes: ["preferred_username"] });
});

const get = (Username: string) => call("AdminGetUser", { UserPoolId, Username });
const create = (Username: string, attributes: Record<string, string> = {}) => {
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  return call("AdminCreateUser", { UserPoolId, Username, UserAttributes, MessageAction: "SUPPRESS" });
};

it("describes a user, sub first, without anything that signs the user in", async () => {
  const [sub] = await seedUsers(UserPoolId, [{ username: "jane", attributes: { email: "jane@example.com" } }]);
  expect(await get("jane")).toEqual({
    Username: "jane",
    UserAttributes: [
      { Name: "sub", Value: sub },
      { Name: "email", Value: "jane@example.com" },
    ],
    UserCreateDate: 1_700_000_000,
    UserLastModifiedDate: 1_700_000_000,
    Enabled: true,
    UserStatus: "CONFIRMED",
  });
});

it("takes a username before an alias, and an alias for a username", async () => {
  await create("ann", { preferred_username: "queen" });
  expect((await get("queen")).Username).toBe("ann");
  await create("queen");
  expect((await get("queen")).Username).toBe("queen");
});

it("means the user by a sub, even when somebody else takes it for a username or an alias", async () => {
  const [sub] = (await seedUsers(UserPoolId, [{ username: "victim" }])) as [string];
  await create(sub);
  await create("thief", { preferred_username: sub });
  expect((await get(sub)).Username).toBe("victim");
  await call("CreateGroup", { UserPoolId, GroupName: "admins" });
  await call("AdminAddUserToGroup", { UserPoolId, GroupName: "admins", Username: sub });
  const { Users } = await call("ListUsersInGroup", { UserPoolId, GroupName: "admins" });
  expect(Users.map(({ Username }: any) => Username)).toEqual(["victim"]);
});

it("is not misled by names that mean something to objects or to SQL", async () => {
  for (const name of ["__proto__", "constructor", "toString", "'or'1'='1", "%"]) {
    await expect(get(name)).rejects.toMatchObject({ name: "UserNotFoundException", message: "User does not exist." });
  }
});
