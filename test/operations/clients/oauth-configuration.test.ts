import { beforeAll, describe, expect, test } from "vitest";
import { call, makePool } from "../../client.ts";

let UserPoolId: string;

beforeAll(async () => {
  UserPoolId = await makePool();
});

const create = async (OAuthConfiguration: object): Promise<any> =>
  (await call("CreateUserPoolClient", { UserPoolId, ClientName: "app", OAuthConfiguration })).UserPoolClient;

const KEY = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};

describe("what standards ask for and Cognito has no setting for", () => {
  test("is kept by an update of a client that does not mention it, as tools made for Cognito cannot", async () => {
    const OAuthConfiguration = { RequirePKCE: true };
    const { ClientId } = await create(OAuthConfiguration);
    const updated = await call("UpdateUserPoolClient", { UserPoolId, ClientId, ClientName: "renamed" });
    expect(updated.UserPoolClient).toMatchObject({ ClientName: "renamed", OAuthConfiguration });
    const cleared = await call("UpdateUserPoolClient", { UserPoolId, ClientId, OAuthConfiguration: {} });
    expect(cleared.UserPoolClient.OAuthConfiguration).toEqual({});
  });

  test("is kept by an update of a pool that does not mention it", async () => {
    const OAuthConfiguration = { Conformance: "OPENID" };
    const pool = await makePool({ OAuthConfiguration });
    await call("UpdateUserPool", { UserPoolId: pool, MfaConfiguration: "OFF" });
    expect((await call("DescribeUserPool", { UserPoolId: pool })).UserPool).toMatchObject({ OAuthConfiguration });
    await call("UpdateUserPool", { UserPoolId: pool, OAuthConfiguration: { Conformance: "COGNITO" } });
    const { UserPool } = await call("DescribeUserPool", { UserPoolId: pool });
    expect(UserPool.OAuthConfiguration).toEqual({ Conformance: "COGNITO" });
  });

  test("takes a set of public keys, as text", async () => {
    const OAuthConfiguration = { Jwks: JSON.stringify({ keys: [KEY] }) };
    expect(await create(OAuthConfiguration)).toMatchObject({ OAuthConfiguration });
  });

  test.each([
    ["text that is no JSON", { Jwks: "keys" }],
    ["a set without keys", { Jwks: '{"keys":[]}' }],
    ["a key that is nothing", { Jwks: '{"keys":[null]}' }],
    ["a private key", { Jwks: JSON.stringify({ keys: [{ ...KEY, d: "AAAA" }] }) }],
    [
      "the factors of a private key",
      { Jwks: JSON.stringify({ keys: [{ kty: "RSA", n: "AA", e: "AQAB", p: "AA", q: "AA" }] }) },
    ],
    ["a symmetric key", { Jwks: JSON.stringify({ keys: [{ kty: "oct", k: "AAAA" }] }) }],
    ["keys in two places", { Jwks: JSON.stringify({ keys: [KEY] }), JwksURI: "https://app.test/jwks.json" }],
    ["keys fetched over plain HTTP", { JwksURI: "http://app.test/jwks.json" }],
    ["keys at an address that is none of the web", { JwksURI: "myapp://jwks" }],
    ["an address for logout over plain HTTP", { BackchannelLogoutURI: "http://app.test/ended" }],
    ["an address for logout that is none", { BackchannelLogoutURI: "ended" }],
  ])("refuses %s", async (_, OAuthConfiguration) => {
    await expect(create(OAuthConfiguration)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("refuses an unknown way to conform", async () => {
    const pool = makePool({ OAuthConfiguration: { Conformance: "OTHER" } });
    await expect(pool).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});
