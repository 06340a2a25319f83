import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { model, operationModel } from "../../../src/endpoints/aws/model/model.ts";
import { call, makePool, makeUser, signIn } from "../../client.ts";

let UserPoolId: string;
beforeAll(async () => {
  UserPoolId = await makePool({ Schema: [{ Name: "team", AttributeDataType: "String" }] });
});

const create = async (settings: object = {}) =>
  (await call("CreateUserPoolClient", { UserPoolId, ClientName: "test", ...settings })).UserPoolClient;
const describeClient = async (ClientId: string) =>
  (await call("DescribeUserPoolClient", { UserPoolId, ClientId })).UserPoolClient;

const MINIMAL = {
  ClientName: "test",
  ClientId: expect.stringMatching(/^[a-z0-9]{26}$/),
  CreationDate: expect.any(Number),
  LastModifiedDate: expect.any(Number),
  RefreshTokenValidity: 30,
  AllowedOAuthFlowsUserPoolClient: false,
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
  TokenValidityUnits: {},
};

const MAXIMAL = {
  ClientName: "Every member, at once",
  RefreshTokenValidity: 90,
  AccessTokenValidity: 10,
  IdTokenValidity: 3600,
  TokenValidityUnits: { AccessToken: "minutes", IdToken: "seconds", RefreshToken: "hours" },
  OAuthConfiguration: {
    BackchannelLogoutURI: "https://app.test/ended",
    JwksURI: "https://app.test/jwks.json",
    RequireDPoP: true,
    RequirePKCE: true,
    RequirePushedAuthorizationRequests: true,
  },
  ReadAttributes: ["email", "custom:team", "sub"],
  WriteAttributes: ["email", "custom:team"],
  ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"],
  SupportedIdentityProviders: ["COGNITO"],
  CallbackURLs: [
    "https://limen.test/callback?a=b",
    "http://localhost:3000/callback",
    "http://127.0.0.1/",
    "http://[::1]:8080/",
    "myapp://callback",
    "com.example.app:/oauth",
  ],
  LogoutURLs: ["https://limen.test/bye"],
  DefaultRedirectURI: "myapp://callback",
  AllowedOAuthFlows: ["code", "implicit"],
  AllowedOAuthScopes: ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"],
  AllowedOAuthFlowsUserPoolClient: true,
  AnalyticsConfiguration: {
    ApplicationId: "0123456789abcdef",
    RoleArn: "arn:aws:iam::000000000000:role/analytics",
    ExternalId: "external",
    UserDataShared: true,
  },
  PreventUserExistenceErrors: "ENABLED",
  EnableTokenRevocation: false,
  EnablePropagateAdditionalUserContextData: true,
  AuthSessionValidity: 15,
  RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 60 },
};

describe("the description of a client", () => {
  it("has Cognito's defaults and nothing else when only a name was given", async () => {
    const client = await create();
    expect(client).toEqual({ ...MINIMAL, UserPoolId });
    expect(await describeClient(client.ClientId)).toEqual(client);
  });

  it("gives back every member as it was sent, and the secret that was made", async () => {
    const client = await create({ ...MAXIMAL, GenerateSecret: true });
    expect(client).toEqual({
      ...MINIMAL,
      ...MAXIMAL,
      UserPoolId,
      ClientSecret: expect.stringMatching(/^[a-z0-9]{51}$/),
    });
    expect(await describeClient(client.ClientId)).toEqual(client);
    const input = model("cognito-idp").shapes[operationModel("cognito-idp", "UpdateUserPoolClient")?.input ?? ""];
    const known = input?.type === "structure" ? Object.keys(input.members) : [];
    expect(known.filter((name) => !(name in MAXIMAL))).toEqual(["ClientId", "UserPoolId"]);
  });

  it("says thirty days in the unit that was set without a number", async () => {
    expect(await create({ TokenValidityUnits: { RefreshToken: "minutes" } })).toMatchObject({
      RefreshTokenValidity: 43_200,
    });
    expect(await create({ RefreshTokenValidity: 0 })).toMatchObject({ RefreshTokenValidity: 30 });
  });

  it("is refused to whoever names another pool, or one that does not exist", async () => {
    const { ClientId } = await create();
    const other = await makePool();
    for (const [id, message] of [
      [other, `User pool client ${ClientId} does not exist.`],
      ["us-east-1_None", "User pool us-east-1_None does not exist."],
    ]) {
      for (const operation of ["DescribeUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"]) {
        await expect(call(operation, { UserPoolId: id, ClientId })).rejects.toMatchObject({
          name: "ResourceNotFoundException",
          message,
        });
      }
    }
    expect(await describeClient(ClientId)).toMatchObject({ ClientId });
  });
});

describe("UpdateUserPoolClient", () => {
  it("resets what is left out, but for the name, the secret and what Cognito does not know", async () => {
    const { ClientId, ClientSecret } = await create({ ...MAXIMAL, GenerateSecret: true });
    const { UserPoolClient } = await call("UpdateUserPoolClient", { UserPoolId, ClientId });
    const { ClientName, OAuthConfiguration } = MAXIMAL;
    expect(UserPoolClient).toEqual({
      ...MINIMAL,
      UserPoolId,
      ClientId,
      ClientName,
      ClientSecret,
      OAuthConfiguration,
    });
    await call("UpdateUserPoolClient", { UserPoolId, ClientId, ...MAXIMAL });
    expect(await describeClient(ClientId)).toMatchObject({ ...MAXIMAL, ClientSecret });
  });

  it("takes effect at once", async () => {
    const { ClientId } = await create({ ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] });
    await makeUser(UserPoolId, "jane");
    await signIn(ClientId, "jane");
    await call("UpdateUserPoolClient", { UserPoolId, ClientId });
    await expect(signIn(ClientId, "jane")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("loses no write when several race: the losers are told", async () => {
    const { ClientId } = await create();
    const names = ["a", "b", "c", "d"];
    const results = await Promise.allSettled(
      names.map((ClientName) => call("UpdateUserPoolClient", { UserPoolId, ClientId, ClientName })),
    );
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.name).toBe("ConcurrentModificationException");
    }
    const stands = names.indexOf((await describeClient(ClientId)).ClientName);
    expect(results[stands]?.status).toBe("fulfilled");
  });
});

describe("DeleteUserPoolClient", () => {
  it("deletes once, and its refresh tokens are good for nothing", async () => {
    const flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    const { ClientId } = await create({ ExplicitAuthFlows: flows });
    await makeUser(UserPoolId, "joe");
    const { RefreshToken } = (await signIn(ClientId, "joe")).AuthenticationResult;
    expect(await call("DeleteUserPoolClient", { UserPoolId, ClientId })).toBeUndefined();
    await expect(call("DeleteUserPoolClient", { UserPoolId, ClientId })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(call("GetTokensFromRefreshToken", { ClientId, RefreshToken })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("ListUserPoolClients", () => {
  it("names each of 130 clients of the pool exactly once, page by page", async () => {
    const [pool, other] = [await makePool(), await makePool()];
    const made: string[] = [];
    for (let n = 0; n < 130; n += 10) {
      const some = Array.from({ length: 10 }, async () => (await create({ UserPoolId: pool })).ClientId);
      made.push(...(await Promise.all(some)));
    }
    await create({ UserPoolId: other });
    for (const [MaxResults, lengths] of [
      [undefined, [60, 60, 10]],
      [43, [43, 43, 43, 1]],
      [26, [26, 26, 26, 26, 26]],
    ] as const) {
      const pages: { ClientId: string }[][] = [];
      let NextToken: string | undefined;
      do {
        const page = await call("ListUserPoolClients", { UserPoolId: pool, MaxResults, NextToken });
        pages.push(page.UserPoolClients);
        if (page.NextToken) {
          await expect(
            call("ListUserPoolClients", { UserPoolId: other, NextToken: page.NextToken }),
          ).rejects.toMatchObject({ name: "InvalidParameterException" });
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      expect(pages.map((page) => page.length)).toEqual(lengths);
      expect(
        pages
          .flat()
          .map(({ ClientId }) => ClientId)
          .sort(),
      ).toEqual([...made].sort());
      expect(pages[0]?.[0]).toEqual({ ClientId: expect.any(String), UserPoolId: pool, ClientName: "test" });
    }
  }, 60_000);

  it("refuses a token that was altered", async () => {
    const pool = await makePool();
    await Promise.all([create({ UserPoolId: pool }), create({ UserPoolId: pool })]);
    const { NextToken } = await call("ListUserPoolClients", { UserPoolId: pool, MaxResults: 1 });
    for (const token of [`${NextToken.slice(0, 30)}${NextToken[30] === "A" ? "B" : "A"}${NextToken.slice(31)}`, "x"]) {
      await expect(call("ListUserPoolClients", { UserPoolId: pool, NextToken: token })).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: "Invalid pagination token given.",
      });
    }
  });

  it("refuses a pool that does not exist", async () => {
    await expect(call("ListUserPoolClients", { UserPoolId: "us-east-1_None" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

it("keeps no client secret in clear", async () => {
  const ClientSecret = "my_own_secret_of_24_or_more+";
  const [own, made] = [await create({ ClientSecret }), await create({ GenerateSecret: true })];
  expect(own.ClientSecret).toBe(ClientSecret);
  const { results } = await env.DB.prepare("select * from clients").all();
  const stored = JSON.stringify(results);
  expect(stored).toContain(own.ClientId);
  expect(stored).not.toContain(ClientSecret);
  expect(stored).not.toContain(made.ClientSecret);
});
