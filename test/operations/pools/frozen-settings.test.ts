import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";

const update = (UserPoolId: string, settings: object) => call("UpdateUserPool", { UserPoolId, ...settings });
const pool = async (UserPoolId: string) => (await call("DescribeUserPool", { UserPoolId })).UserPool;
const namesOf = async (UserPoolId: string): Promise<string[]> => {
  const rows = env.DB.prepare("select kind, key from user_names where pool_id = ?").bind(UserPoolId);
  const { results } = await rows.all<{ kind: string; key: string }>();
  return results.map(({ kind, key }) => `${kind} ${key}`).sort();
};
const refused = (message: RegExp) => ({
  name: "InvalidParameterException",
  message: expect.stringMatching(message),
});
const insensitive = { UsernameConfiguration: { CaseSensitive: false } };
const sensitive = { UsernameConfiguration: { CaseSensitive: true } };

describe("case sensitivity of names", () => {
  it("can be switched off and on while no two names collide, and sign-in follows", async () => {
    const UserPoolId = await makePool();
    const { ClientId } = await makeClient(UserPoolId);
    for (const name of ["Jane", "ÉMILE", "Σίσυφος"]) await makeUser(UserPoolId, name);
    await expect(signIn(ClientId, "jane")).rejects.toMatchObject({ name: "UserNotFoundException" });
    await update(UserPoolId, insensitive);
    for (const name of ["jANE", "émile", "ΣΊΣΥΦΟΣ"]) await signIn(ClientId, name);
    await expect(makeUser(UserPoolId, "JANE")).rejects.toMatchObject({ name: "UsernameExistsException" });
    await update(UserPoolId, sensitive);
    await expect(signIn(ClientId, "jane")).rejects.toMatchObject({ name: "UserNotFoundException" });
    await signIn(ClientId, "Jane");
    await makeUser(UserPoolId, "JANE");
  });

  it("stays, with everything else of the call, when two names differ by case alone", async () => {
    const UserPoolId = await makePool();
    for (const name of ["jane", "Jane", "other"]) await makeUser(UserPoolId, name);
    const before = await namesOf(UserPoolId);
    await expect(update(UserPoolId, { ...insensitive, PoolName: "renamed" })).rejects.toMatchObject(
      refused(/same name/),
    );
    expect(await namesOf(UserPoolId)).toEqual(before);
    expect(await pool(UserPoolId)).toMatchObject({ Name: "test" });
    expect(await pool(UserPoolId)).not.toHaveProperty("UsernameConfiguration");
  });

  it("never ends with two users of one name when users are created meanwhile", async () => {
    for (let round = 0; round < 4; round++) {
      const UserPoolId = await makePool();
      await makeUser(UserPoolId, "jane");
      const [switched, created] = await Promise.allSettled([
        update(UserPoolId, insensitive),
        call("AdminCreateUser", { UserPoolId, Username: "JANE", MessageAction: "SUPPRESS" }),
      ]);
      expect([switched.status, created.status]).toContain("rejected");
      const names = await namesOf(UserPoolId);
      expect(names).toEqual(created.status === "fulfilled" ? ["username JANE", "username jane"] : ["username jane"]);
    }
  });
});

describe("aliases", () => {
  const verified = (email: string) => ({ email, email_verified: "true" });

  it("can be added: verified values become names", async () => {
    const UserPoolId = await makePool(insensitive);
    const { ClientId } = await makeClient(UserPoolId);
    await makeUser(UserPoolId, "jane", { ...verified("Jane@Limen.test"), preferred_username: "Janie" });
    await makeUser(UserPoolId, "joe", { email: "joe@limen.test", phone_number: "+4912345" });
    await makeUser(UserPoolId, "none");
    await update(UserPoolId, { AliasAttributes: ["email", "phone_number", "preferred_username"] });
    expect(await namesOf(UserPoolId)).toEqual([
      "email jane@limen.test",
      "preferred_username janie",
      "username jane",
      "username joe",
      "username none",
    ]);
    await signIn(ClientId, "jane@limen.TEST");
    await signIn(ClientId, "janie");
    await expect(signIn(ClientId, "joe@limen.test")).rejects.toMatchObject({ name: "UserNotFoundException" });
  });

  it("can be removed, which leaves the usernames", async () => {
    const UserPoolId = await makePool({ AliasAttributes: ["email", "preferred_username"] });
    await makeUser(UserPoolId, "jane", { ...verified("jane@limen.test"), preferred_username: "janie" });
    await update(UserPoolId, { AliasAttributes: ["preferred_username"] });
    expect(await namesOf(UserPoolId)).toEqual(["preferred_username janie", "username jane"]);
    await update(UserPoolId, { AliasAttributes: [] });
    expect(await namesOf(UserPoolId)).toEqual(["username jane"]);
    expect(await pool(UserPoolId)).not.toHaveProperty("AliasAttributes");
  });

  it("stay when they are left out", async () => {
    const UserPoolId = await makePool({ AliasAttributes: ["email"] });
    await update(UserPoolId, {});
    expect(await pool(UserPoolId)).toMatchObject({ AliasAttributes: ["email"] });
  });

  it("are refused when two users would share one", async () => {
    const UserPoolId = await makePool();
    for (const name of ["one", "two"]) await makeUser(UserPoolId, name, verified("same@limen.test"));
    await expect(update(UserPoolId, { AliasAttributes: ["email"] })).rejects.toMatchObject(refused(/same name/));
    expect(await namesOf(UserPoolId)).toEqual(["username one", "username two"]);
  });

  it("are refused when a username could be taken for somebody else's address or number", async () => {
    const UserPoolId = await makePool();
    await makeUser(UserPoolId, "victim@limen.test");
    await expect(update(UserPoolId, { AliasAttributes: ["email"] })).rejects.toMatchObject(refused(/username/));
    await update(UserPoolId, { AliasAttributes: ["phone_number"] });
    const other = await makePool();
    for (const name of ["+49x123", "49123"]) await makeUser(other, name);
    await update(other, { AliasAttributes: ["phone_number"] });
    await update(other, { AliasAttributes: [] });
    await makeUser(other, "+49123");
    await expect(update(other, { AliasAttributes: ["phone_number"] })).rejects.toMatchObject(refused(/username/));
  });

  it("are refused beside names that are attributes", async () => {
    const UserPoolId = await makePool({ UsernameAttributes: ["email"] });
    await expect(update(UserPoolId, { AliasAttributes: ["email"] })).rejects.toMatchObject(refused(/Only one/));
  });
});

describe("names that are attributes", () => {
  it("can be set or removed while the pool has no users, and only then", async () => {
    const UserPoolId = await makePool({ AliasAttributes: ["email"] });
    await update(UserPoolId, { AliasAttributes: [], UsernameAttributes: ["email"] });
    expect(await pool(UserPoolId)).toMatchObject({ UsernameAttributes: ["email"] });
    await call("AdminCreateUser", { UserPoolId, Username: "jane@limen.test", MessageAction: "SUPPRESS" });
    await expect(update(UserPoolId, { UsernameAttributes: [] })).rejects.toMatchObject(refused(/no users/));
    await call("AdminDeleteUser", { UserPoolId, Username: "jane@limen.test" });
    await update(UserPoolId, { UsernameAttributes: [] });
    await makeUser(UserPoolId, "jane");
    await expect(update(UserPoolId, { UsernameAttributes: ["email"] })).rejects.toMatchObject(refused(/no users/));
  });

  it("can be more or fewer as long as everybody keeps one", async () => {
    const UserPoolId = await makePool({ UsernameAttributes: ["email"] });
    const { ClientId } = await makeClient(UserPoolId);
    const sub = await makeUser(UserPoolId, "jane@limen.test", { phone_number: "+4912345" });
    await update(UserPoolId, { UsernameAttributes: ["email", "phone_number"] });
    await signIn(ClientId, "+4912345");
    await makeUser(UserPoolId, "+4967890");
    await expect(update(UserPoolId, { UsernameAttributes: ["email"] })).rejects.toMatchObject(refused(/no email/));
    await call("AdminDeleteUser", { UserPoolId, Username: "+4967890" });
    await update(UserPoolId, { UsernameAttributes: ["email"] });
    expect(await namesOf(UserPoolId)).toEqual(["email jane@limen.test", `username ${sub}`]);
  });
});

describe("the schema", () => {
  const required = (Name: string, Required = true) => ({ Schema: [{ Name, Required }] });
  const attribute = async (UserPoolId: string, name: string) =>
    (await pool(UserPoolId)).SchemaAttributes.find(({ Name }: { Name: string }) => Name === name);

  it("requires an attribute only when every user has it, and stops requiring it at any time", async () => {
    const UserPoolId = await makePool();
    await makeUser(UserPoolId, "jane", { name: "Jane" });
    await makeUser(UserPoolId, "joe");
    await expect(update(UserPoolId, required("name"))).rejects.toMatchObject(refused(/some users do not have it/));
    await call("AdminDeleteUser", { UserPoolId, Username: "joe" });
    await update(UserPoolId, required("name"));
    expect(await attribute(UserPoolId, "name")).toMatchObject({ Required: true });
    await update(UserPoolId, required("name", false));
    expect(await attribute(UserPoolId, "name")).toMatchObject({ Required: false });
  });

  it("requires an attribute only when every client may write it", async () => {
    const UserPoolId = await makePool();
    const { ClientId } = await makeClient(UserPoolId, { WriteAttributes: ["email"] });
    await expect(update(UserPoolId, required("name"))).rejects.toMatchObject(refused(/app client/));
    await call("UpdateUserPoolClient", { UserPoolId, ClientId, WriteAttributes: ["email", "name"] });
    await update(UserPoolId, required("name"));
  });

  it("makes attributes immutable and mutable again", async () => {
    const UserPoolId = await makePool({ Schema: [{ Name: "team", AttributeDataType: "String" }] });
    await makeUser(UserPoolId, "jane");
    for (const Mutable of [false, true]) {
      for (const Name of ["team", "custom:team", "email"]) await update(UserPoolId, { Schema: [{ Name, Mutable }] });
      expect(await attribute(UserPoolId, "custom:team")).toMatchObject({ Mutable });
      expect(await attribute(UserPoolId, "email")).toMatchObject({ Mutable });
    }
  });

  it("widens constraints at any time and narrows them while the pool has no users", async () => {
    const UserPoolId = await makePool();
    const length = (MaxLength: string) => ({
      Schema: [
        { Name: "name", AttributeDataType: "String", StringAttributeConstraints: { MinLength: "0", MaxLength } },
      ],
    });
    await update(UserPoolId, length("10"));
    await makeUser(UserPoolId, "jane");
    await expect(update(UserPoolId, length("9"))).rejects.toMatchObject(refused(/narrowed/));
    await update(UserPoolId, length("11"));
    expect(await attribute(UserPoolId, "name")).toMatchObject({ StringAttributeConstraints: { MaxLength: "11" } });
  });

  it("gets no new attributes here, and no other types", async () => {
    const UserPoolId = await makePool({ Schema: [{ Name: "team", AttributeDataType: "String" }] });
    await expect(update(UserPoolId, { Schema: [{ Name: "new", AttributeDataType: "String" }] })).rejects.toMatchObject(
      refused(/AddCustomAttributes/),
    );
    await expect(update(UserPoolId, { Schema: [{ Name: "team", AttributeDataType: "Number" }] })).rejects.toMatchObject(
      refused(/custom schema attribute custom:team/),
    );
  });
});
