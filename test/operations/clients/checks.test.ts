import { beforeAll, describe, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";

let UserPoolId: string;
let ClientId: string;
beforeAll(async () => {
  UserPoolId = await makePool({
    Schema: [
      { Name: "email", Required: true },
      { Name: "fixed", AttributeDataType: "String", Mutable: false },
      { Name: "score", AttributeDataType: "Number", DeveloperOnlyAttribute: true },
    ],
  });
  ClientId = (await call("CreateUserPoolClient", { UserPoolId, ClientName: "public" })).UserPoolClient.ClientId;
});

const PARAMETER = "InvalidParameterException";
const FLOW = "InvalidOAuthFlowException";
const RANGE = "Invalid range for token validity.";
const READ = /^Invalid read attributes specified while (creating|updating) a client$/;
const WRITE = /^Invalid write attributes specified while (creating|updating) a client$/;
const units = (unit: string) => ({
  TokenValidityUnits: { AccessToken: unit, IdToken: unit, RefreshToken: unit },
});
const url = (text: string) => ({ CallbackURLs: [text] });

const refused: [rule: string, settings: object, name: string, message: string | RegExp][] = [
  ["access tokens of less than five minutes", { AccessTokenValidity: 299, ...units("seconds") }, PARAMETER, RANGE],
  ["access tokens of more than a day", { AccessTokenValidity: 25 }, PARAMETER, RANGE],
  ["ID tokens of less than five minutes", { IdTokenValidity: 4, ...units("minutes") }, PARAMETER, RANGE],
  ["ID tokens of more than a day", { IdTokenValidity: 2, ...units("days") }, PARAMETER, RANGE],
  ["refresh tokens of less than an hour", { RefreshTokenValidity: 59, ...units("minutes") }, PARAMETER, RANGE],
  ["refresh tokens of more than ten years", { RefreshTokenValidity: 3651 }, PARAMETER, RANGE],
  [
    "old and new values of auth flows together",
    { ExplicitAuthFlows: ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"] },
    PARAMETER,
    /ALLOW_/,
  ],
  [
    "rotation beside the flow that would go round it",
    { ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"], RefreshTokenRotation: { Feature: "ENABLED" } },
    PARAMETER,
    /rotation/,
  ],
  ["reading what is not in the schema", { ReadAttributes: ["email", "custom:none"] }, PARAMETER, READ],
  ["reading what is the developer's", { ReadAttributes: ["dev:custom:score"] }, PARAMETER, READ],
  ["reading what every object has", { ReadAttributes: ["toString"] }, PARAMETER, READ],
  ["writing what is not in the schema", { WriteAttributes: ["email", "custom:none"] }, PARAMETER, WRITE],
  ["writing without what is required", { WriteAttributes: ["name"] }, PARAMETER, WRITE],
  ["writing nothing when something is required", { WriteAttributes: [] }, PARAMETER, WRITE],
  [
    "writing what says that an address was verified",
    { WriteAttributes: ["email", "email_verified"] },
    PARAMETER,
    WRITE,
  ],
  ["writing sub", { WriteAttributes: ["email", "sub"] }, PARAMETER, WRITE],
  ["writing what is the developer's", { WriteAttributes: ["email", "dev:custom:score"] }, PARAMETER, WRITE],
  [
    "passing on what is known of a device without a secret",
    { EnablePropagateAdditionalUserContextData: true },
    PARAMETER,
    /client secret/,
  ],
  [
    "a scope that does not exist",
    { AllowedOAuthScopes: ["email", "admin"] },
    "ScopeDoesNotExistException",
    "Invalid scope requested: admin",
  ],
  ["a scope of no resource server", { AllowedOAuthScopes: ["none/read"] }, "ScopeDoesNotExistException", /none\/read/],
  ["client credentials for a public client", { AllowedOAuthFlows: ["client_credentials"] }, FLOW, /client secret/],
  [
    "the flow of machines beside others",
    { ExplicitAuthFlows: ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"] },
    PARAMETER,
    /only value/,
  ],
  [
    "the flow of machines for a public client",
    { ExplicitAuthFlows: ["ALLOW_CLIENT_TOKEN_AUTH"] },
    PARAMETER,
    /client secret/,
  ],
  ["client credentials beside other flows", { AllowedOAuthFlows: ["client_credentials", "code"] }, FLOW, /along with/],
  [
    "OAuth without scopes",
    { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ["code"] },
    PARAMETER,
    /required/,
  ],
  [
    "OAuth without flows",
    { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthScopes: ["openid"] },
    PARAMETER,
    /required/,
  ],
  ["an address with a fragment", url("https://limen.test/#part"), PARAMETER, /CallbackURLs/],
  ["an address with an empty fragment", url("https://limen.test/#"), PARAMETER, /CallbackURLs/],
  ["a relative address", url("/callback"), PARAMETER, /CallbackURLs/],
  ["an address without host", url("https:limen.test"), PARAMETER, /CallbackURLs/],
  ["plain HTTP", url("http://limen.test/"), PARAMETER, /CallbackURLs/],
  ["plain HTTP to what only looks like this machine", url("http://localhost.limen.test/"), PARAMETER, /CallbackURLs/],
  ["plain HTTP to this machine by name of a user", url("http://localhost@limen.test/"), PARAMETER, /CallbackURLs/],
  ["an address that is a script", url("javascript:alert(1)"), PARAMETER, /CallbackURLs/],
  ["an address that is a page", url("data:text/html,x"), PARAMETER, /CallbackURLs/],
  ["plain HTTP after sign-out", { LogoutURLs: ["http://limen.test/"] }, PARAMETER, /LogoutURLs/],
  [
    "a default address that is none of the client's",
    { ...url("https://limen.test/a"), DefaultRedirectURI: "https://limen.test/b" },
    PARAMETER,
    /DefaultRedirectURI/,
  ],
];

describe.each(["CreateUserPoolClient", "UpdateUserPoolClient"])("%s", (operation) => {
  it.each(refused)("refuses %s", async (_, settings, name, message) => {
    const target = operation === "CreateUserPoolClient" ? { ClientName: "test" } : { ClientId };
    await expect(call(operation, { UserPoolId, ...target, ...settings })).rejects.toMatchObject({
      name,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });
});

const accepted: [rule: string, settings: object][] = [
  [
    "the shortest lives",
    { AccessTokenValidity: 300, IdTokenValidity: 300, RefreshTokenValidity: 3600, ...units("seconds") },
  ],
  ["the longest lives", { AccessTokenValidity: 24, IdTokenValidity: 24, RefreshTokenValidity: 3650 }],
  ["old values of auth flows", { ExplicitAuthFlows: ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"] }],
  ["no readable attributes", { ReadAttributes: [] }],
  ["writing what can be written at sign-up only", { WriteAttributes: ["email", "custom:fixed"] }],
  ["the flow of machines with a secret", { ExplicitAuthFlows: ["ALLOW_CLIENT_TOKEN_AUTH"], GenerateSecret: true }],
  ["client credentials with a secret", { AllowedOAuthFlows: ["client_credentials"], GenerateSecret: true }],
];

describe("CreateUserPoolClient", () => {
  it.each(accepted)("accepts %s", async (_, settings) => {
    const { GenerateSecret: __, ...members } = settings as { GenerateSecret?: boolean };
    const { UserPoolClient } = await call("CreateUserPoolClient", { UserPoolId, ClientName: "test", ...settings });
    expect(UserPoolClient).toMatchObject(members);
  });

  it("refuses standard scopes to client credentials", async () => {
    const settings = {
      AllowedOAuthFlows: ["client_credentials"],
      AllowedOAuthScopes: ["openid"],
      GenerateSecret: true,
    };
    await expect(call("CreateUserPoolClient", { UserPoolId, ClientName: "test", ...settings })).rejects.toMatchObject({
      name: FLOW,
      message: "openid is not supported with client_credentials flow",
    });
  });

  it("refuses a secret of one's own beside a generated one", async () => {
    const settings = { GenerateSecret: true, ClientSecret: "x".repeat(24) };
    await expect(call("CreateUserPoolClient", { UserPoolId, ClientName: "test", ...settings })).rejects.toMatchObject({
      name: PARAMETER,
    });
  });
});
