import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../client.ts";

const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
let pool: string;
let client: string;

beforeAll(async () => {
  const custom = (Name: string, AttributeDataType: string) => ({ Name, AttributeDataType });
  pool = await makePool({
    Schema: [
      custom("level", "Number"),
      custom("member", "Boolean"),
      { ...custom("risk", "String"), DeveloperOnlyAttribute: true },
    ],
  });
  client = (await makeClient(pool)).ClientId;
});

const claims = async (Username: string, ClientId = client) => {
  const { AuthenticationResult: result } = await signIn(ClientId, Username);
  return { ...result, id: decodeJwt(result.IdToken), access: decodeJwt(result.AccessToken) };
};

describe("attributes", () => {
  it("have their own types in the ID token, custom ones are text, and those of developers stay out", async () => {
    await makeUser(pool, "ann", {
      email: "ann@example.com",
      email_verified: "true",
      phone_number: "+15550100",
      phone_number_verified: "false",
      updated_at: "1700000000",
      address: "Elm Street 1",
      "custom:level": "7",
      "custom:member": "true",
      "dev:custom:risk": "low",
    });
    const { id, access } = await claims("ann");
    expect(id).toMatchObject({
      email: "ann@example.com",
      email_verified: true,
      phone_number: "+15550100",
      phone_number_verified: false,
      updated_at: 1_700_000_000,
      address: { formatted: "Elm Street 1" },
      "custom:level": "7",
      "custom:member": "true",
    });
    expect(id).not.toHaveProperty("dev:custom:risk");
    expect(Object.keys(access).toSorted()).toEqual(
      "auth_time client_id event_id exp iat iss jti origin_jti scope sub token_use username".split(" "),
    );
  });

  it("are those that the client may read", async () => {
    await makeUser(pool, "bea", { name: "Bea", email: "bea@example.com" });
    const { ClientId } = await makeClient(pool, { ReadAttributes: ["name"] });
    const { id } = await claims("bea", ClientId);
    expect(id).toMatchObject({ name: "Bea", sub: expect.any(String) });
    expect(id).not.toHaveProperty("email");
  });
});

describe("groups", () => {
  /** A user in groups of these names, precedences and roles. */
  const member = async (Username: string, groups: { Precedence?: number; RoleArn?: string }[]) => {
    await makeUser(pool, Username);
    for (const [at, group] of groups.entries()) {
      const GroupName = `${Username}-${at}`;
      await call("CreateGroup", { UserPoolId: pool, GroupName, ...group });
      await call("AdminAddUserToGroup", { UserPoolId: pool, Username, GroupName });
    }
    const { id, access } = await claims(Username);
    expect(access["cognito:groups"]).toEqual(id["cognito:groups"]);
    expect(access).not.toHaveProperty("cognito:roles");
    return id;
  };

  it("are in both tokens, strongest first, those without precedence last; roles are in the ID token, once each", async () => {
    expect(
      await member("cem", [
        { RoleArn: role("any") },
        { Precedence: 2, RoleArn: role("two") },
        { Precedence: 0, RoleArn: role("zero") },
        { Precedence: 5, RoleArn: role("two") },
      ]),
    ).toMatchObject({
      "cognito:groups": ["cem-2", "cem-1", "cem-3", "cem-0"],
      "cognito:roles": [role("zero"), role("two"), role("any")],
      "cognito:preferred_role": role("zero"),
    });
  });

  it("that are equally strong prefer a role only where they agree on it", async () => {
    const equal = (RoleArn: string) => ({ Precedence: 1, RoleArn });
    expect(await member("dan", [equal(role("one")), equal(role("one"))])).toMatchObject({
      "cognito:preferred_role": role("one"),
    });
    const torn = await member("eva", [equal(role("one")), equal(role("two"))]);
    expect(torn["cognito:roles"]).toEqual([role("one"), role("two")]);
    expect(torn).not.toHaveProperty("cognito:preferred_role");
  });

  it("leave no claim where there are none, and no roles where they bring none", async () => {
    expect(await member("fay", [])).not.toHaveProperty("cognito:groups");
    const id = await member("gil", [{ Precedence: 1 }]);
    expect(id).toMatchObject({ "cognito:groups": ["gil-0"] });
    expect(id).not.toHaveProperty("cognito:roles");
  });
});

describe("a client", () => {
  it("sets how long its tokens live, to the second", async () => {
    await makeUser(pool, "hal");
    const { ClientId } = await makeClient(pool, {
      AccessTokenValidity: 10,
      IdTokenValidity: 1_200,
      TokenValidityUnits: { AccessToken: "minutes", IdToken: "seconds" },
    });
    const { id, access, ExpiresIn } = await claims("hal", ClientId);
    const lived = ({ iat = 0, exp = 0 }) => exp - iat;
    expect([ExpiresIn, lived(access), lived(id)]).toEqual([600, 600, 1_200]);
  });

  it("without token revocation has tokens that name no family", async () => {
    await makeUser(pool, "ida");
    const { ClientId } = await makeClient(pool, { EnableTokenRevocation: false });
    const { id, access } = await claims("ida", ClientId);
    expect(id).not.toHaveProperty("origin_jti");
    expect(id).not.toHaveProperty("jti");
    expect(access).not.toHaveProperty("origin_jti");
    expect(access).toHaveProperty("jti");
  });
});
