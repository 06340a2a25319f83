import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { toBase64Url, utf8 } from "../../src/lib/encoding.ts";
import { sha256 } from "../../src/lib/hash.ts";
import { call, makeClient, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../endpoints/login/person.ts";
import { API, makeApi, makeMachine, post, read, takeToken } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { type ExampleFunction, newFunction } from "../triggers/functions.ts";

const SELF = "aws.cognito.signin.user.admin";
const ROLE = "arn:aws:iam::000000000000:role/staff";
let fn: ExampleFunction;

beforeEach(() => {
  fn = newFunction();
});

/** A pool whose tokens the function changes, with a client and a user in a group. */
async function poolWith(LambdaVersion?: "V1_0" | "V2_0" | "V3_0") {
  const LambdaConfig = LambdaVersion
    ? { PreTokenGenerationConfig: { LambdaArn: fn.arn, LambdaVersion } }
    : { PreTokenGeneration: fn.arn };
  const UserPoolId = await makePool({ LambdaConfig });
  const sub = await makeUser(UserPoolId, "ann", { email: "ann@example.com", email_verified: "true" });
  await call("CreateGroup", { UserPoolId, GroupName: "staff", RoleArn: ROLE });
  await call("AdminAddUserToGroup", { UserPoolId, Username: "ann", GroupName: "staff" });
  return { UserPoolId, sub, ClientId: (await makeClient(UserPoolId)).ClientId };
}

/** Claims of both tokens of a sign-in, their signatures checked by the pool's published keys. */
async function signedIn({ UserPoolId, ClientId }: { UserPoolId: string; ClientId: string }) {
  const { AuthenticationResult: tokens } = await signIn(ClientId, "ann");
  const keys = createLocalJWKSet(await (await get(`/${UserPoolId}/.well-known/jwks.json`)).json<never>());
  const issuer = `${ORIGIN}/${UserPoolId}`;
  const [id, access] = await Promise.all([
    jwtVerify(tokens.IdToken, keys, { issuer, audience: ClientId }),
    jwtVerify(tokens.AccessToken, keys, { issuer }),
  ]);
  return { tokens, id: id.payload, access: access.payload };
}

const answer = (response: object) => fn.script({ TokenGeneration: { response } });
const answerLater = (claimsAndScopeOverrideDetails: object) => answer({ claimsAndScopeOverrideDetails });

describe("[Amazon Cognito: pre token generation Lambda trigger] the event", () => {
  const common = (pool: { UserPoolId: string; sub: string; ClientId: string }) => ({
    triggerSource: "TokenGeneration_Authentication",
    region: "us-east-1",
    userPoolId: pool.UserPoolId,
    userName: "ann",
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: pool.ClientId },
  });
  const request = (sub: string) => ({
    userAttributes: { sub, "cognito:user_status": "CONFIRMED", email: "ann@example.com", email_verified: "true" },
    groupConfiguration: { groupsToOverride: ["staff"], iamRolesToOverride: [ROLE], preferredRole: ROLE },
  });

  test.each([
    ["without a LambdaVersion", undefined],
    ["of LambdaVersion V1_0", "V1_0"],
  ] as const)("%s tells user and groups", async (_, version) => {
    const pool = await poolWith(version);
    await signedIn(pool);
    expect(await fn.events()).toEqual([
      { ...common(pool), version: "1", request: request(pool.sub), response: { claimsOverrideDetails: null } },
    ]);
  });

  test.each([
    ["V2_0", "2"],
    ["V3_0", "3"],
  ] as const)("of LambdaVersion %s tells the scopes, too", async (LambdaVersion, version) => {
    const pool = await poolWith(LambdaVersion);
    await signedIn(pool);
    expect(await fn.events()).toEqual([
      {
        ...common(pool),
        version,
        request: { ...request(pool.sub), scopes: [SELF] },
        response: { claimsAndScopeOverrideDetails: null },
      },
    ]);
  });

  test.each(["V1_0", "V2_0"] as const)("of LambdaVersion %s is of no client that acts for itself", async (version) => {
    const { UserPoolId } = await poolWith(version);
    await makeApi(UserPoolId);
    expect(await read(takeToken(await makeMachine(UserPoolId)))).toMatchObject({ status: 200 });
    expect(await fn.events()).toEqual([]);
  });

  test("of LambdaVersion V3_0 tells of a client that acts for itself", async () => {
    const { UserPoolId } = await poolWith("V3_0");
    await makeApi(UserPoolId);
    const machine = await makeMachine(UserPoolId);
    const aws_client_metadata = JSON.stringify({ environment: "dev" });
    await takeToken(machine, { scope: `${API}/read`, aws_client_metadata });
    expect(await fn.events()).toEqual([
      {
        version: "3",
        triggerSource: "TokenGeneration_ClientCredentials",
        region: "us-east-1",
        userPoolId: UserPoolId,
        userName: "ClientCredentials",
        callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: machine.id },
        request: {
          userAttributes: {},
          groupConfiguration: null,
          scopes: [`${API}/read`],
          clientMetadata: { environment: "dev" },
        },
        response: { claimsAndScopeOverrideDetails: null },
      },
    ]);
  });
});

describe("tokens", () => {
  test("of a V1_0 trigger have its claims in the ID token, and its groups in both", async () => {
    const pool = await poolWith("V1_0");
    await answer({
      claimsOverrideDetails: {
        claimsToAddOrOverride: { plan: "gold", sub: "somebody else" },
        claimsToSuppress: ["email"],
        groupOverrideDetails: { groupsToOverride: ["guests"] },
      },
    });
    const { id, access } = await signedIn(pool);
    expect(id).toMatchObject({ plan: "gold", sub: pool.sub, "cognito:groups": ["guests"], email_verified: true });
    for (const gone of ["email", "cognito:roles", "cognito:preferred_role"]) expect(id).not.toHaveProperty(gone);
    expect(access).toMatchObject({ sub: pool.sub, scope: SELF, "cognito:groups": ["guests"] });
    expect(access).not.toHaveProperty("plan");
  });

  test.each([["one"], { a: 1 }, 1, true, null])(
    "are refused where a V1_0 trigger gives %j for a claim",
    async (value) => {
      const pool = await poolWith("V1_0");
      await answer({ claimsOverrideDetails: { claimsToAddOrOverride: { plan: value } } });
      await expect(signIn(pool.ClientId, "ann")).rejects.toMatchObject({
        name: "InvalidLambdaResponseException",
        message: "Unrecognizable lambda output",
      });
    },
  );

  test("are refused where the trigger returns an error", async () => {
    const pool = await poolWith("V1_0");
    await fn.script({ TokenGeneration: { error: "Not today" } });
    await expect(signIn(pool.ClientId, "ann")).rejects.toMatchObject({
      name: "UserLambdaValidationException",
      message: "PreTokenGeneration failed with error Not today.",
    });
  });

  test.each(["V2_0", "V3_0"] as const)(
    "of a %s trigger have its claims and scopes, each in its token",
    async (version) => {
      const pool = await poolWith(version);
      const deep = { list: ["a", 1, true], object: { a: { b: null } } };
      await answerLater({
        idTokenGeneration: { claimsToAddOrOverride: { plan: deep }, claimsToSuppress: ["email", "event_id"] },
        accessTokenGeneration: {
          claimsToAddOrOverride: { level: 5, aud: pool.ClientId, username: "somebody else" },
          scopesToAdd: ["api/read"],
        },
      });
      const { id, access, tokens } = await signedIn(pool);
      expect(id).toMatchObject({ plan: deep, event_id: expect.any(String), "cognito:groups": ["staff"] });
      expect(id).not.toHaveProperty("email");
      expect(id).not.toHaveProperty("level");
      expect(access).toMatchObject({ level: 5, aud: pool.ClientId, username: "ann", scope: `${SELF} api/read` });
      expect(access).not.toHaveProperty("plan");
      expect(await call("GetUser", { AccessToken: tokens.AccessToken })).toMatchObject({ Username: "ann" });
    },
  );

  test("open no operation of the account where the trigger takes that scope away, and userInfo where it adds openid", async () => {
    const pool = await poolWith("V2_0");
    const userInfo = async (token: string) =>
      (await get("/oauth2/userInfo", { headers: { authorization: `Bearer ${token}` } })).status;
    const before = await signedIn(pool);
    expect(await userInfo(before.tokens.AccessToken)).toBe(401);
    await answerLater({ accessTokenGeneration: { scopesToAdd: ["openid", "email"], scopesToSuppress: [SELF] } });
    const { tokens } = await signedIn(pool);
    await expect(call("GetUser", { AccessToken: tokens.AccessToken })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Access Token does not have required scopes",
    });
    expect(await userInfo(tokens.AccessToken)).toBe(200);
  });

  test("of a refresh are asked about anew, with the scopes that were granted", async () => {
    const pool = await poolWith("V2_0");
    await answerLater({ accessTokenGeneration: { scopesToAdd: ["once"], scopesToSuppress: [SELF] } });
    const { tokens } = await signedIn(pool);
    await answerLater({ accessTokenGeneration: { scopesToAdd: ["twice"] } });
    const { AuthenticationResult } = await call("GetTokensFromRefreshToken", {
      ClientId: pool.ClientId,
      RefreshToken: tokens.RefreshToken,
      ClientMetadata: { from: "refresh" },
    });
    expect(decodeJwt(AuthenticationResult.AccessToken).scope).toBe(`${SELF} twice`);
    expect((await fn.events()).at(-1)).toMatchObject({
      triggerSource: "TokenGeneration_RefreshTokens",
      request: { scopes: [SELF], clientMetadata: { from: "refresh" } },
    });
  });

  test("of a client that acts for itself have the claims and scopes of a V3_0 trigger, and no groups", async () => {
    const { UserPoolId } = await poolWith("V3_0");
    await makeApi(UserPoolId);
    const machine = await makeMachine(UserPoolId);
    await answerLater({
      idTokenGeneration: { claimsToAddOrOverride: { never: 1 } },
      accessTokenGeneration: {
        claimsToAddOrOverride: { tenant: { id: 7 }, sub: "another", aud: machine.id },
        scopesToAdd: [`${API}/admin`],
        scopesToSuppress: [`${API}/write`],
      },
      groupOverrideDetails: { groupsToOverride: ["admins"] },
    });
    const { access_token } = await read(takeToken(machine));
    const claims = decodeJwt(access_token);
    expect(claims).toMatchObject({ tenant: { id: 7 }, sub: machine.id, aud: machine.id });
    expect(claims.scope).toBe(`${API}/read ${API}/admin`);
    expect(claims).not.toHaveProperty("never");
    expect(claims).not.toHaveProperty("cognito:groups");
  });
});

test.each([
  ["nested too deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "InvalidLambdaResponseException"],
  ["a number beyond all", "1e999", undefined],
  ["half a surrogate pair", '"\\ud800"', undefined],
  ["what every object has", '{"__proto__":{"sub":"x"},"constructor":1}', undefined],
])("a claim that is odd is no fault of ours: %s", async (_, json, name) => {
  const pool = await poolWith("V2_0");
  const event = {
    version: "2",
    triggerSource: "",
    region: "",
    userPoolId: "",
    userName: "",
    callerContext: {},
    request: {},
    response: { claimsAndScopeOverrideDetails: { idTokenGeneration: { claimsToAddOrOverride: { odd: "ODD" } } } },
  };
  await fn.script({ TokenGeneration: { body: JSON.stringify(event).replace('"ODD"', json) } });
  if (name) return expect(signIn(pool.ClientId, "ann")).rejects.toMatchObject({ name });
  expect((await signedIn(pool)).id).toMatchObject({ sub: pool.sub, "cognito:username": "ann" });
});

describe("at the token endpoint", () => {
  /** What a code of a person's authorization gives. */
  async function authorized(ClientId: string, scope: string) {
    const person = new Person();
    await person.visit(authorizeUrl(ClientId, { scope, nonce: "n-1" }));
    await person.submit({ username: "ann", password: PASSWORD });
    const { code = "" } = person.sentToClient();
    return read(
      post("/oauth2/token", { grant_type: "authorization_code", client_id: ClientId, code, redirect_uri: CALLBACK }),
    );
  }

  test("[RFC 6749 §5.1] the scope is said as the trigger left it, after a refresh, too", async () => {
    const { UserPoolId } = await poolWith("V2_0");
    const { ClientId } = await makeWebClient(UserPoolId);
    await answerLater({ accessTokenGeneration: { scopesToAdd: ["api/read"], scopesToSuppress: ["email", "openid"] } });
    const tokens = await authorized(ClientId, "openid email phone");
    expect(tokens).toMatchObject({ status: 200, scope: "phone api/read", id_token: expect.any(String) });
    expect((await fn.events()).at(-1)).toMatchObject({
      triggerSource: "TokenGeneration_HostedAuth",
      request: { scopes: ["openid", "email", "phone"] },
    });
    const fields = { grant_type: "refresh_token", client_id: ClientId, refresh_token: tokens.refresh_token };
    expect(await read(post("/oauth2/token", fields))).toMatchObject({
      scope: "phone api/read",
      id_token: expect.any(String),
    });
    await answerLater({});
    expect(await read(post("/oauth2/token", fields))).not.toHaveProperty("scope");
  });

  test("[OpenID Connect Core 1.0 §2, §3.1.3.6] what binds an ID token stays, and at_hash is of the changed access token", async () => {
    const { UserPoolId, sub } = await poolWith("V2_0");
    const { ClientId } = await makeWebClient(UserPoolId);
    const names = "iss sub aud exp iat auth_time nonce at_hash sid acr amr token_use jti origin_jti".split(" ");
    await answerLater({
      idTokenGeneration: {
        claimsToAddOrOverride: Object.fromEntries(names.map((name) => [name, "changed"])),
        claimsToSuppress: names,
      },
      accessTokenGeneration: { claimsToAddOrOverride: { plan: "gold" } },
    });
    const { id_token, access_token } = await authorized(ClientId, "openid");
    const at_hash = toBase64Url((await sha256(utf8(access_token))).slice(0, 16));
    const id = decodeJwt(id_token);
    for (const name of names) expect(id).toHaveProperty(name);
    expect(Object.values(id)).not.toContain("changed");
    expect(id).toMatchObject({ sub, aud: ClientId, nonce: "n-1", at_hash });
  });

  test("[RFC 6749 §5.1] a client that acts for itself is told a scope that is not the one it asked for", async () => {
    const { UserPoolId } = await poolWith("V3_0");
    await makeApi(UserPoolId);
    const machine = await makeMachine(UserPoolId);
    await answerLater({});
    expect(await read(takeToken(machine, { scope: `${API}/read` }))).not.toHaveProperty("scope");
    await answerLater({ accessTokenGeneration: { scopesToAdd: ["more"] } });
    expect(await read(takeToken(machine, { scope: `${API}/read` }))).toMatchObject({ scope: `${API}/read more` });
  });
});
