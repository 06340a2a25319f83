import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, makePool, makeUser, ORIGIN, PASSWORD } from "../../../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, WEB } from "../../login/person.ts";
import { API, type Fields, makeApi, post, read } from "../requests.ts";

const RESOURCE = "https://photos.test/v1";
const SELF = "aws.cognito.signin.user.admin";
const text: unknown = expect.any(String);
const uuid: unknown = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

let pool: string;
let client: string;
let rotating: string;
let sub: string;

beforeAll(async () => {
  pool = await makePool({ AcrConfiguration: { Level1: { AcrValue: "bronze" } } });
  await makeApi(pool);
  const settings = {
    AllowedOAuthFlows: ["code", "implicit"],
    AllowedOAuthScopes: [...WEB.AllowedOAuthScopes, `${API}/read`],
  };
  client = (await makeWebClient(pool, settings)).ClientId;
  const RefreshTokenRotation = { Feature: "ENABLED", RetryGracePeriodSeconds: 0 };
  rotating = (await makeWebClient(pool, { ...settings, RefreshTokenRotation, ExplicitAuthFlows: [] })).ClientId;
  sub = await makeUser(pool, "ada", {
    email: "ada@example.com",
    email_verified: "true",
    phone_number: "+12065550100",
    name: "Ada",
    address: "12 St James's Square",
  });
  await call("CreateGroup", { UserPoolId: pool, GroupName: "engineers" });
  await call("AdminAddUserToGroup", { UserPoolId: pool, Username: "ada", GroupName: "engineers" });
});
afterEach(() => void vi.useRealTimers());

async function authorized(parameters: Fields, id = client): Promise<{ sent: Record<string, string>; person: Person }> {
  const person = new Person();
  await person.visit(authorizeUrl(id, parameters));
  await person.submit({ username: "ada", password: PASSWORD });
  return { sent: person.sentToClient(), person };
}

const token = (fields: Fields, id = client) => read(post("/oauth2/token", { client_id: id, ...fields }));
const redeem = (code = "", id = client, more: Fields = {}) =>
  token({ grant_type: "authorization_code", code, redirect_uri: CALLBACK, ...more }, id);
const tokensOf = async (parameters: Fields, id = client) => redeem((await authorized(parameters, id)).sent.code, id);
const renew = (refresh_token: string, id = client) => token({ grant_type: "refresh_token", refresh_token }, id);

/** What both tokens of a sign-in at the pages say beside its times. */
const COMMON = {
  sub: text,
  event_id: uuid,
  origin_jti: uuid,
  jti: uuid,
  acr: "bronze",
  amr: ["pwd"],
  auth_time: expect.any(Number),
  iat: expect.any(Number),
  exp: expect.any(Number),
  "cognito:groups": ["engineers"],
};

describe("[Amazon Cognito: token endpoint] the answer", () => {
  it("to a code with openid has every token; renewing gives the refresh token again where it rotates alone", async () => {
    const answer = {
      status: 200,
      id_token: text,
      access_token: text,
      refresh_token: text,
      expires_in: 3600,
      token_type: "Bearer",
    };
    const { refresh_token: _, ...renewed } = answer;
    const first = await tokensOf({ scope: "openid" });
    expect(first).toEqual({ ...answer, scope: "openid" });
    expect(await renew(first.refresh_token)).toEqual(renewed);
    const other = await tokensOf({ scope: "openid" }, rotating);
    const next = await renew(other.refresh_token, rotating);
    expect(next).toEqual(answer);
    expect(next.refresh_token).not.toBe(other.refresh_token);
  });

  it.each([SELF, `${API}/read`, `${API}/read ${SELF}`])(
    "to a code with %s has no ID token, nor has any after it: nobody asked for openid",
    async (scope) => {
      for (const id of [client, rotating]) {
        const first = await tokensOf({ scope }, id);
        expect(first).not.toHaveProperty("id_token");
        const next = await renew(first.refresh_token, id);
        expect(next).toMatchObject({ status: 200, access_token: text });
        expect(next).not.toHaveProperty("id_token");
        expect(decodeJwt(next.access_token).scope).toBe(scope);
      }
    },
  );

  it("to a code without openid leads to no attributes, either, by the API, which always gives an ID token", async () => {
    const { refresh_token } = await tokensOf({ scope: `${API}/read` });
    const AuthParameters = { REFRESH_TOKEN: refresh_token };
    const input = { ClientId: client, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters };
    const { AuthenticationResult } = await call("InitiateAuth", input);
    const claims = decodeJwt(AuthenticationResult.IdToken);
    expect(claims).toMatchObject({ sub, token_use: "id" });
    for (const name of ["name", "email", "phone_number", "address"]) expect(claims).not.toHaveProperty(name);
    expect(decodeJwt(AuthenticationResult.AccessToken).scope).toBe(`${API}/read`);
  });

  it("of the implicit grant has access and ID token in the fragment, the type in lower case, and no refresh token", async () => {
    const { person } = await authorized({ response_type: "token", scope: "openid", state: "s", nonce: "n" });
    const [address, fragment] = (person.response.headers.get("location") ?? "").split("#");
    expect(address).toBe(CALLBACK);
    const sent = new URLSearchParams(fragment);
    expect([...sent.keys()]).toEqual(["id_token", "access_token", "token_type", "expires_in", "state", "iss"]);
    expect(Object.fromEntries(sent)).toMatchObject({ token_type: "bearer", expires_in: "3600", state: "s" });
    expect(decodeJwt(sent.get("id_token") as string)).toMatchObject({ nonce: "n", at_hash: text });
    const alone = await authorized({ response_type: "token", scope: SELF });
    expect(Object.keys(alone.sent)).toEqual(["access_token", "token_type", "expires_in", "iss"]);
  });

  it("ignores aws_client_metadata and a scope, which say nothing about a code", async () => {
    const { sent } = await authorized({ scope: "openid" });
    const more = { aws_client_metadata: '{"a":"b"}', scope: "openid email" };
    expect(await redeem(sent.code, client, more)).toMatchObject({ status: 200, scope: "openid" });
  });
});

describe("[Amazon Cognito: understanding tokens] the claims", () => {
  it("are these and no others, in the access token", async () => {
    const scope = `openid email ${API}/read`;
    const { access_token } = await tokensOf({ scope });
    expect(decodeProtectedHeader(access_token)).toEqual({ kid: text, alg: "RS256" });
    const claims = decodeJwt(access_token);
    expect(claims).toEqual({
      ...COMMON,
      sub,
      iss: `${ORIGIN}/${pool}`,
      client_id: client,
      token_use: "access",
      version: 2,
      username: "ada",
      scope,
    });
    expect([claims.exp, claims.origin_jti]).not.toContain(claims.jti);
    expect((claims.exp as number) - (claims.iat as number)).toBe(3600);
  });

  it("are these and no others, in the ID token, in their own types", async () => {
    const tokens = await tokensOf({ scope: "openid", nonce: "n" });
    expect(decodeProtectedHeader(tokens.id_token)).toEqual({ kid: text, alg: "RS256" });
    const claims = decodeJwt(tokens.id_token);
    expect(claims).toEqual({
      ...COMMON,
      sub,
      iss: `${ORIGIN}/${pool}`,
      aud: client,
      token_use: "id",
      nonce: "n",
      at_hash: text,
      sid: uuid,
      "cognito:username": "ada",
      email: "ada@example.com",
      email_verified: true,
      phone_number: "+12065550100",
      name: "Ada",
      address: { formatted: "12 St James's Square" },
    });
    const { origin_jti, event_id, auth_time } = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({ origin_jti, event_id, auth_time });
  });

  it.each<[string, string[]]>([
    ["openid email", ["email", "email_verified"]],
    ["openid phone", ["phone_number"]],
    ["openid profile", ["name"]],
    [`openid ${SELF}`, ["address", "email", "email_verified", "name", "phone_number"]],
  ])("about the user with %s are %j", async (scope, shown) => {
    const claims = decodeJwt((await tokensOf({ scope })).id_token);
    const all = ["address", "email", "email_verified", "name", "phone_number", "phone_number_verified"];
    expect(all.filter((name) => name in claims)).toEqual(shown);
  });

  it("stay when tokens are renewed, but for ids, times and the nonce", async () => {
    for (const id of [client, rotating]) {
      const first = await tokensOf({ scope: "openid email", nonce: "n", resource: RESOURCE }, id);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
      const next = await renew(first.refresh_token, id);
      vi.useRealTimers();
      for (const name of ["access_token", "id_token"]) {
        const [before, after] = [decodeJwt(first[name]), decodeJwt(next[name])];
        const { nonce: _, at_hash: __, ...kept } = before;
        const { at_hash: ___, ...now } = after;
        const changed = { jti: uuid, iat: expect.any(Number), exp: expect.any(Number) };
        expect(now).toEqual({ ...kept, ...changed });
        expect(after.jti).not.toBe(before.jti);
        expect((after.iat as number) - (before.iat as number)).toBeGreaterThanOrEqual(600);
      }
      expect(decodeJwt(next.access_token).aud).toBe(RESOURCE);
      expect(decodeJwt(next.id_token)).not.toHaveProperty("nonce");
    }
  });

  it("of time are those of the sign-in, also where the session of the browser answers later", async () => {
    const { person, sent } = await authorized({ scope: "openid" });
    const first = await redeem(sent.code);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    await person.visit(authorizeUrl(rotating, { prompt: "none" }));
    const second = await redeem(person.sentToClient().code, rotating);
    const [before, after] = [decodeJwt(first.id_token), decodeJwt(second.id_token)];
    expect(after).toMatchObject({ auth_time: before.auth_time, sid: before.sid, aud: rotating });
    expect(after.origin_jti).not.toBe(before.origin_jti);
  });
});

describe("scopes", () => {
  it("are all that the client has where none is asked for", async () => {
    const { access_token, scope } = await tokensOf({ scope: "" });
    expect(new Set(scope.split(" "))).toEqual(new Set([...WEB.AllowedOAuthScopes, `${API}/read`]));
    expect(decodeJwt(access_token).scope).toBe(scope);
  });

  it("[Amazon Cognito: scopes] that their resource server has no more are left out, and the answer says so", async () => {
    const own = await makePool();
    await makeApi(own);
    const AllowedOAuthScopes = ["openid", `${API}/read`, `${API}/write`];
    const { ClientId } = await makeWebClient(own, { AllowedOAuthScopes });
    await makeUser(own, "ada");
    const server = { UserPoolId: own, Identifier: API, Name: "api" };
    const Scopes = [{ ScopeName: "write", ScopeDescription: "write" }];
    await call("UpdateResourceServer", { ...server, Scopes });
    for (const scope of [`openid ${API}/read ${API}/write`, ""]) {
      const answer = await tokensOf({ scope }, ClientId);
      expect(answer.scope).toBe(`openid ${API}/write`);
      expect(decodeJwt(answer.access_token).scope).toBe(`openid ${API}/write`);
    }
  });
});

describe("[Amazon Cognito: token endpoint] a client that may not read all that a scope is about", () => {
  const READS: [scope: string, reads: string[], isGiven: boolean][] = [
    ["openid email", ["email"], false],
    ["openid email", ["email_verified", "name"], false],
    ["openid email", ["email", "email_verified"], true],
    ["openid phone", ["phone_number"], false],
    ["openid phone", ["phone_number", "phone_number_verified"], true],
    ["openid profile", ["name"], true],
    ["openid", ["email"], true],
  ];

  it.each(READS)("with %s and %j: %j", async (scope, ReadAttributes, isGiven) => {
    const { ClientId } = await makeWebClient(pool, { ReadAttributes });
    const answer = await tokensOf({ scope }, ClientId);
    expect(answer).toMatchObject(isGiven ? { status: 200 } : { status: 400, error: "invalid_grant" });
  });

  it("is given what it may read in a pool that keeps to the standard", async () => {
    const own = await makePool({ OAuthConfiguration: { Conformance: "OPENID" } });
    const settings = { ReadAttributes: ["email"], OAuthConfiguration: { RequirePKCE: false } };
    const { ClientId } = await makeWebClient(own, settings);
    await makeUser(own, "ada", { email: "ada@example.com" });
    expect(await tokensOf({ scope: "openid email" }, ClientId)).toMatchObject({ status: 200, id_token: text });
  });
});
