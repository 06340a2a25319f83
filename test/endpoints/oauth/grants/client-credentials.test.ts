import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, makeClient, makePool, ORIGIN } from "../../../client.ts";
import { costsOf } from "../../../cost.ts";
import { get } from "../../../fetch.ts";
import { API, basic, MACHINE, makeApi, makeMachine, type Machine, post, read, takeToken } from "../requests.ts";

const LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:tokens";
let pool: string;
let machine: Machine;

beforeAll(async () => {
  pool = await makePool();
  await makeApi(pool);
  machine = await makeMachine(pool);
});
afterEach(() => void vi.useRealTimers());

/** The scope of the token that a request gets, or what it is refused with. */
async function scopeFor(one: Machine, fields: Record<string, string> = {}): Promise<string> {
  const { error, access_token } = await read(takeToken(one, fields));
  return error ?? (decodeJwt(access_token).scope as string);
}

describe("the token", () => {
  it("[RFC 6749 §5.1] comes with type and lifetime, and without refresh or ID token", async () => {
    const answer = await read(takeToken(machine, { scope: `${API}/read` }));
    expect(answer).toEqual({ status: 200, access_token: expect.any(String), expires_in: 3600, token_type: "Bearer" });
  });

  it("is verified by the pool's keys and says what a machine's token says, and nothing of a user", async () => {
    const { access_token } = await read(takeToken(machine));
    const keys = createLocalJWKSet(await (await get(`/${pool}/.well-known/jwks.json`)).json<never>());
    const { payload } = await jwtVerify(access_token, keys, { issuer: `${ORIGIN}/${pool}` });
    const now = Math.floor(Date.now() / 1000);
    expect(payload).toEqual({
      sub: machine.id,
      client_id: machine.id,
      token_use: "access",
      scope: `${API}/read ${API}/write`,
      iss: `${ORIGIN}/${pool}`,
      auth_time: payload.iat,
      iat: expect.closeTo(now, -1),
      exp: (payload.iat as number) + 3600,
      version: 2,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: "RS256", kid: "test-access" });
  });

  it("is another each time, and lives as long as the client's access tokens", async () => {
    const short = await makeMachine(pool, { AccessTokenValidity: 5, TokenValidityUnits: { AccessToken: "minutes" } });
    const [one, two] = [await read(takeToken(short)), await read(takeToken(short))];
    const claims = decodeJwt(one.access_token);
    expect([one.expires_in, (claims.exp as number) - (claims.iat as number)]).toEqual([300, 300]);
    expect(decodeJwt(two.access_token).jti).not.toBe(claims.jti);
  });

  it("opens no operation of a user's own account, and is no refresh token", async () => {
    const { access_token } = await read(takeToken(machine));
    await expect(call("GetUser", { AccessToken: access_token })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid Access Token",
    });
    const fields = { grant_type: "refresh_token", refresh_token: access_token };
    expect(await read(post("/oauth2/token", fields, basic(machine.id, machine.secret)))).toMatchObject({
      error: "invalid_grant",
    });
  });
});

describe("scopes", () => {
  it("are all of the client's where none is asked for; then the answer names them (RFC 6749 §5.1)", async () => {
    expect(await scopeFor(machine)).toBe(`${API}/read ${API}/write`);
    expect(await scopeFor(machine, { scope: "  " })).toBe(`${API}/read ${API}/write`);
    expect(await read(takeToken(machine))).toMatchObject({ scope: `${API}/read ${API}/write` });
  });

  it("are those that are asked for, once each", async () => {
    expect(await scopeFor(machine, { scope: `${API}/write` })).toBe(`${API}/write`);
    expect(await scopeFor(machine, { scope: `${API}/write ${API}/read  ${API}/write` })).toBe(
      `${API}/write ${API}/read`,
    );
  });

  it("that exist and are not the client's make the whole request an invalid grant", async () => {
    expect(await scopeFor(machine, { scope: `${API}/admin` })).toBe("invalid_grant");
    expect(await scopeFor(machine, { scope: `${API}/read ${API}/admin` })).toBe("invalid_grant");
  });

  it.each([
    "openid",
    "aws.cognito.signin.user.admin",
    `${API}/none`,
    "https://none.test/read",
    `${API}/READ`,
    API,
    `${API}/read\t`,
    "é",
  ])("that do not exist for a machine make the whole request an invalid scope: %j", async (scope) => {
    expect(await scopeFor(machine, { scope })).toBe("invalid_scope");
    expect(await scopeFor(machine, { scope: `${API}/read ${scope}` })).toBe("invalid_scope");
    expect(await scopeFor(machine, { scope: `${API}/admin ${scope}` })).toBe("invalid_scope");
  });

  it("of another pool do not exist", async () => {
    const other = await makePool();
    await call("CreateResourceServer", {
      UserPoolId: other,
      Identifier: "theirs",
      Name: "theirs",
      Scopes: [{ ScopeName: "read", ScopeDescription: "read" }],
    });
    expect(await scopeFor(machine, { scope: "theirs/read" })).toBe("invalid_scope");
  });

  it("that their resource server has no more are left out, refused when asked for, and come back with it", async () => {
    const place = await makePool();
    await makeApi(place);
    const one = await makeMachine(place);
    expect(await scopeFor(one)).toBe(`${API}/read ${API}/write`);
    const server = { UserPoolId: place, Identifier: API, Name: "api" };
    const Scopes = [{ ScopeName: "write", ScopeDescription: "write" }];
    await call("UpdateResourceServer", { ...server, Scopes });
    expect(await scopeFor(one)).toBe(`${API}/write`);
    expect(await scopeFor(one, { scope: `${API}/read` })).toBe("invalid_scope");
    await call("DeleteResourceServer", { UserPoolId: place, Identifier: API });
    expect(await scopeFor(one)).toBe("invalid_scope");
    await makeApi(place);
    expect(await scopeFor(one)).toBe(`${API}/read ${API}/write`);
  });

  it("about users are never given, even where a client has them", async () => {
    const ExplicitAuthFlows = ["ALLOW_CLIENT_TOKEN_AUTH"];
    const AllowedOAuthScopes = ["aws.cognito.signin.user.admin", "openid", `${API}/read`];
    const { ClientId, ClientSecret } = await makeClient(pool, {
      GenerateSecret: true,
      ExplicitAuthFlows,
      AllowedOAuthScopes,
    });
    const one = { id: ClientId, secret: ClientSecret as string };
    expect(await scopeFor(one)).toBe(`${API}/read`);
    expect(await scopeFor(one, { scope: "aws.cognito.signin.user.admin" })).toBe("invalid_scope");
  });
});

describe("the grant", () => {
  it.each([
    ["a public client", {}],
    ["a client without the flow", { GenerateSecret: true }],
    [
      "a client with the code flow",
      {
        GenerateSecret: true,
        AllowedOAuthFlows: ["code"],
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthScopes: ["openid"],
      },
    ],
    ["a client whose OAuth is switched off", { ...MACHINE, AllowedOAuthFlowsUserPoolClient: false }],
  ])("[RFC 6749 §5.2] is closed to %s", async (_, settings) => {
    const { ClientId, ClientSecret } = await makeClient(pool, settings);
    const fields = { grant_type: "client_credentials", client_id: ClientId };
    const answer = await read(
      post("/oauth2/token", { ...fields, ...(ClientSecret && { client_secret: ClientSecret }) }),
    );
    expect(answer).toMatchObject({ status: 400, error: "unauthorized_client" });
  });

  it("is open to a client that may use GetClientToken", async () => {
    const { ClientId, ClientSecret } = await makeClient(pool, {
      GenerateSecret: true,
      ExplicitAuthFlows: ["ALLOW_CLIENT_TOKEN_AUTH"],
      AllowedOAuthScopes: [`${API}/read`],
    });
    expect(await scopeFor({ id: ClientId, secret: ClientSecret as string })).toBe(`${API}/read`);
  });

  it("closes within five seconds of the client's deletion, at once in the same isolate", async () => {
    const one = await makeMachine(pool);
    expect((await takeToken(one)).status).toBe(200);
    await call("DeleteUserPoolClient", { UserPoolId: pool, ClientId: one.id });
    expect(await read(takeToken(one))).toMatchObject({ error: "invalid_client" });
  });

  it("takes one hop on a cold isolate and none on a warm one", async () => {
    const one = await makeMachine(pool);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    const costs = await costsOf(async () => {
      for (let at = 0; at < 3; at++) expect((await takeToken(one, { scope: `${API}/read` })).status).toBe(200);
    });
    expect(costs.map(({ hops, rowsWritten }) => [hops, rowsWritten])).toEqual([
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("aws_client_metadata", () => {
  it("is a JSON object of strings", async () => {
    expect((await takeToken(machine, { aws_client_metadata: '{"a":"b","__proto__":"c"}' })).status).toBe(200);
    for (const aws_client_metadata of ["nonsense", "[]", '"a"', "null", '{"a":1}', '{"a":{"b":"c"}}']) {
      expect(await read(takeToken(machine, { aws_client_metadata }))).toMatchObject({
        status: 400,
        error: "invalid_request",
      });
    }
  });
});

it("[RFC 8707 §2.2] has no resource, and says so rather than leaving the token without", async () => {
  const answer = await read(takeToken(machine, { resource: "https://api.test/v1" }));
  expect(answer).toMatchObject({ status: 400, error: "invalid_target" });
});

describe("the pre-token-generation trigger", () => {
  const withTrigger = async (LambdaVersion: string) => {
    const place = await makePool({ LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: LAMBDA, LambdaVersion } } });
    await makeApi(place);
    return makeMachine(place);
  };

  it("is asked in version V3_0, and one that cannot be reached gives no token", async () => {
    const one = await withTrigger("V3_0");
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const answer = await read(takeToken(one));
    const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
    log.mockRestore();
    expect(answer).toEqual({
      status: 500,
      error: "server_error",
      error_description: "PreTokenGeneration invocation failed due to configuration.",
    });
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: "trigger-unreachable",
        source: "TokenGeneration_ClientCredentials",
        arn: LAMBDA,
      }),
    );
  });

  it.each(["V1_0", "V2_0"])("is not asked in version %s, which knows users only", async (version) => {
    expect((await takeToken(await withTrigger(version))).status).toBe(200);
  });
});

describe("GetClientToken", () => {
  const { AllowedOAuthFlows: _, AllowedOAuthFlowsUserPoolClient: __, ...rest } = MACHINE;
  const settings = { ...rest, ExplicitAuthFlows: ["ALLOW_CLIENT_TOKEN_AUTH"] };
  let one: Machine;
  beforeAll(async () => {
    const { ClientId, ClientSecret } = await makeClient(pool, settings);
    one = { id: ClientId, secret: ClientSecret as string };
  });
  const get = (more: object = {}) => call("GetClientToken", { ClientId: one.id, Secret: one.secret, ...more });

  it("gives the same token as the grant, to an unsigned request", async () => {
    const answer = await get();
    expect(answer).toEqual({
      ClientAuthenticationResult: { AccessToken: expect.any(String), ExpiresIn: 3600, TokenType: "Bearer" },
    });
    const byGrant = decodeJwt((await read(takeToken(one))).access_token);
    const claims = decodeJwt(answer.ClientAuthenticationResult.AccessToken);
    expect(Object.keys(claims).toSorted()).toEqual(Object.keys(byGrant).toSorted());
    expect(claims).toMatchObject({ sub: one.id, client_id: one.id, scope: byGrant.scope, iss: byGrant.iss });
  });

  it("gives the scopes that are asked for, all of them or none", async () => {
    const { ClientAuthenticationResult } = await get({ Scopes: [`${API}/write`] });
    expect(decodeJwt(ClientAuthenticationResult.AccessToken).scope).toBe(`${API}/write`);
    await expect(get({ Scopes: [`${API}/write`, `${API}/admin`] })).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
    await expect(get({ Scopes: [`${API}/write`, `${API}/none`] })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("refuses a wrong secret, an unknown client, and one that has not this flow", async () => {
    await expect(get({ Secret: `${one.secret}x` })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `Unable to verify secret for client ${one.id}`,
    });
    await expect(get({ ClientId: "a".repeat(26) })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(get({ ClientId: machine.id, Secret: machine.secret })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.",
    });
  });
});
