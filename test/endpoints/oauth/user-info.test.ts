import { beforeAll, describe, expect, test, vi } from "vitest";
import { call, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../login/person.ts";
import { dpop, makeKey } from "./keys.ts";
import { basic, type Fields, makeApi, makeMachine, post, read, takeToken } from "./requests.ts";

const PATH = "/oauth2/userInfo";
const ALL = "openid email phone profile";

/** As a user has them, with a name for each scope, and some for none. */
const ATTRIBUTES = {
  email: "ada@example.com",
  email_verified: "true",
  phone_number: "+12065550100",
  phone_number_verified: "false",
  name: "Ada",
  updated_at: "1700000000",
  address: "12 St James's Square",
  "custom:team": "engine",
};
const Schema = [
  { Name: "team", AttributeDataType: "String", Mutable: true },
  { Name: "note", AttributeDataType: "String", Mutable: true, DeveloperOnlyAttribute: true },
];

const NOTHING_SENT = {
  status: 400,
  error: "invalid_request",
  error_description: "Bad OAuth2 request at UserInfo Endpoint",
};
const NOT_COUNTED = {
  status: 401,
  error: "invalid_token",
  error_description: "Access token is expired, disabled, or deleted, or the user has globally signed out.",
};

let pool: string;
let client: string;
let sub: string;

beforeAll(async () => {
  pool = await makePool({ Schema });
  client = (await makeWebClient(pool)).ClientId;
  sub = await makeUser(pool, "ada", { ...ATTRIBUTES, "dev:custom:note": "x" });
});

/** What a person's authorization gives. */
async function tokensOf(
  parameters: Fields = {},
  { ClientId = client, name = "ada", headers = {} }: { ClientId?: string; name?: string; headers?: Fields } = {},
): Promise<Record<string, any>> {
  const person = new Person();
  await person.visit(authorizeUrl(ClientId, parameters));
  await person.submit({ username: name, password: PASSWORD });
  const { code = "" } = person.sentToClient();
  const fields = { grant_type: "authorization_code", client_id: ClientId, code, redirect_uri: CALLBACK };
  const tokens = await read(post("/oauth2/token", fields, headers));
  expect(tokens).toMatchObject({ status: 200 });
  return tokens;
}

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });
const ask = (token: string, to = PATH) => read(get(to, { headers: bearer(token) }));
const claimsFor = async (parameters: Fields, ClientId = client) => {
  const { status, ...claims } = await ask((await tokensOf(parameters, { ClientId })).access_token);
  expect(status).toBe(200);
  return claims;
};

describe("an access token", () => {
  let token: string;
  beforeAll(async () => {
    token = (await tokensOf({ scope: "openid email" })).access_token;
  });
  const claims = () => ({
    status: 200,
    sub,
    email: ATTRIBUTES.email,
    email_verified: ATTRIBUTES.email_verified,
    username: "ada",
  });

  test("[RFC 6750 §2.1] may be in the header, of a GET or a POST, its scheme in any case", async () => {
    for (const init of [
      { headers: bearer(token) },
      { headers: { authorization: `bearer  ${token}` } },
      { method: "POST", headers: bearer(token) },
      { method: "POST", headers: { ...bearer(token), "content-type": "application/json" }, body: "{}" },
    ]) {
      expect(await read(get(PATH, init))).toEqual(claims());
    }
    expect(await read(post(PATH, { state: "x" }, bearer(token)))).toEqual(claims());
  });

  test("[RFC 6750 §2.2] may be in a form that is posted", async () => {
    expect(await read(post(PATH, { access_token: token }))).toEqual(claims());
    const json = { method: "POST", headers: { "content-type": "application/json" } };
    expect(await read(get(PATH, { ...json, body: JSON.stringify({ access_token: token }) }))).toEqual(NOTHING_SENT);
  });

  test("[RFC 6750 §2] is not sent in two ways at once, nor twice in one", async () => {
    expect(await read(post(PATH, { access_token: token }, bearer(token)))).toEqual(NOTHING_SENT);
    expect(await read(post(PATH, `access_token=${token}&access_token=${token}`))).toEqual(NOTHING_SENT);
    const twice = new Headers(bearer(token));
    twice.append("authorization", `Bearer ${token}`);
    expect(await read(get(PATH, { headers: twice }))).toEqual(NOTHING_SENT);
  });

  test("[RFC 6750 §2.3] is refused in the address, alone and beside another way", async () => {
    const address = `${PATH}?access_token=${token}`;
    expect(await read(get(address))).toEqual(NOTHING_SENT);
    expect(await ask(token, address)).toEqual(NOTHING_SENT);
    expect(await read(post(address, { access_token: token }))).toEqual(NOTHING_SENT);
  });

  test.each<[string, Fields]>([
    ["missing", {}],
    ["empty", { authorization: "Bearer" }],
    ["of another scheme", basic("client", "secret")],
    ["without a scheme", { authorization: "a.b.c" }],
    ["with what no token has", { authorization: 'Bearer a"b' }],
  ])("is told to be missing where it is %s, by header and body", async (_, headers) => {
    const answer = await get(PATH, { headers });
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"',
    );
    expect(await read(answer)).toEqual(NOTHING_SENT);
  });

  test("is refused in a malformed form", async () => {
    expect(await read(post(PATH, "access_token=%zz"))).toMatchObject({ status: 400, error: "invalid_request" });
  });

  test("costs one hop", async () => {
    await ask(token);
    const costs = await costsOf(async () => {
      await ask(token);
      await ask("nonsense");
    });
    expect(costs.map(({ event, hops, rowsWritten }) => [event, hops, rowsWritten])).toEqual([
      ["operation", 1, 0],
      ["refused", 0, 0],
    ]);
  });
});

describe("a token that does not count", () => {
  const refused = async (token: string, to = PATH) => {
    const answer = await get(to, { headers: bearer(token) });
    expect(answer.headers.get("www-authenticate")).toBe(
      `Bearer error="invalid_token", error_description="${NOT_COUNTED.error_description}"`,
    );
    expect(await read(answer)).toEqual(NOT_COUNTED);
  };

  test("is an ID token, a refresh token, nonsense, or one that was altered", async () => {
    const { id_token, access_token, refresh_token } = await tokensOf();
    const [head, body, signature = ""] = access_token.split(".");
    const other = signature.startsWith("A") ? "B" : "A";
    for (const token of [id_token, refresh_token, "a.b.c", `${head}.${body}.${other}${signature.slice(1)}`]) {
      await refused(token);
    }
  });

  test("is that of a client that acts for itself", async () => {
    await makeApi(pool);
    await refused((await read(takeToken(await makeMachine(pool)))).access_token);
  });

  test.each(["AdminUserGlobalSignOut", "AdminDisableUser", "AdminDeleteUser", "AdminResetUserPassword"])(
    "is that of a user after %s",
    async (act) => {
      await makeUser(pool, act, { email: "x@example.com", email_verified: "true" });
      const { access_token } = await tokensOf({}, { name: act });
      expect(await ask(access_token)).toMatchObject({ status: 200 });
      await call(act, { UserPoolId: pool, Username: act });
      await refused(access_token);
    },
  );

  test("is one whose family was revoked", async () => {
    const { access_token, refresh_token } = await tokensOf();
    await post("/oauth2/revoke", { token: refresh_token, client_id: client });
    await refused(access_token);
  });

  test("is one of a client that is gone", async () => {
    const { ClientId } = await makeWebClient(pool);
    const { access_token } = await tokensOf({}, { ClientId });
    await call("DeleteUserPoolClient", { UserPoolId: pool, ClientId });
    await refused(access_token);
  });

  test("is one that has expired", async () => {
    const { access_token } = await tokensOf();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    await refused(access_token).finally(() => vi.useRealTimers());
  });

  test("is, at a pool's own domain, that of another pool", async () => {
    const other = await makePool();
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1" };
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "own.example.com", CustomDomainConfig });
    await call("CreateUserPoolDomain", { UserPoolId: other, Domain: "other.example.com", CustomDomainConfig });
    const { access_token } = await tokensOf();
    expect(await ask(access_token, `http://own.example.com${PATH}`)).toMatchObject({ status: 200, sub });
    await refused(access_token, `http://other.example.com${PATH}`);
  });

  test("[RFC 9449 §7.2] is one that is bound to a key, sent as if it were not", async () => {
    const { access_token, token_type } = await tokensOf({}, { headers: await dpop(await makeKey()) });
    expect(token_type).toBe("DPoP");
    expect(await ask(access_token)).toEqual(NOT_COUNTED);
    expect(await read(post(PATH, { access_token }))).toEqual(NOT_COUNTED);
  });
});

describe("a token without openid", () => {
  const error_description = "Access token does not contain openid scope";

  test("is invalid at Cognito", async () => {
    const { AccessToken } = (await signIn(client, "ada")).AuthenticationResult;
    expect(await ask(AccessToken)).toEqual({ status: 401, error: "invalid_token", error_description });
  });

  test("[RFC 6750 §3.1] has too little scope in a pool that keeps to the standard", async () => {
    const conformant = await makePool({ OAuthConfiguration: { Conformance: "OPENID" } });
    await makeUser(conformant, "ada");
    const { AccessToken } = (await signIn((await makeWebClient(conformant)).ClientId, "ada")).AuthenticationResult;
    const answer = await get(PATH, { headers: bearer(AccessToken) });
    expect(answer.headers.get("www-authenticate")).toBe(
      `Bearer error="insufficient_scope", error_description="${error_description}", scope="openid"`,
    );
    expect(await read(answer)).toEqual({ status: 403, error: "insufficient_scope", error_description });
  });
});

describe("the claims", () => {
  const { email, email_verified, phone_number, phone_number_verified } = ATTRIBUTES;
  const profile = { name: "Ada", updated_at: "1700000000", "custom:team": "engine" };

  test.each<[string, object]>([
    ["openid", ATTRIBUTES],
    ["openid aws.cognito.signin.user.admin", ATTRIBUTES],
    ["openid email", { email, email_verified }],
    ["openid phone", { phone_number, phone_number_verified }],
    ["openid profile", profile],
    [ALL, { email, email_verified, phone_number, phone_number_verified, ...profile }],
  ])("of %s are as the attributes are kept, all of them text", async (scope, shown) => {
    expect(await claimsFor({ scope })).toEqual({ sub, username: "ada", ...shown });
  });

  test("are those that the client may read", async () => {
    const { ClientId } = await makeWebClient(pool, { ReadAttributes: ["name", "email", "email_verified"] });
    const shown = { sub, username: "ada", name: "Ada", email, email_verified };
    expect(await claimsFor({ scope: "openid profile email" }, ClientId)).toEqual(shown);
    expect(await claimsFor({ scope: "openid" }, ClientId)).toEqual(shown);
  });

  test("[OpenID Connect Core 1.0 §5.5] are also those that were asked for by name, of what the client may read", async () => {
    const ask = (names: string[]) =>
      JSON.stringify({
        userinfo: Object.fromEntries(names.map((name) => [name, { essential: true }])),
        id_token: { name: null },
      });
    const claims = ask(["address", "phone_number", "dev:custom:note", "__proto__", "groups"]);
    const { address } = ATTRIBUTES;
    const base = { sub, username: "ada", email, email_verified };
    expect(await claimsFor({ scope: "openid email", claims })).toEqual({ ...base, address, phone_number });
    const { ClientId } = await makeWebClient(pool, { ReadAttributes: ["email", "email_verified", "address"] });
    expect(await claimsFor({ scope: "openid email", claims }, ClientId)).toEqual({ ...base, address });
  });

  test("are those of now", async () => {
    await makeUser(pool, "eve", { name: "Eve", email: "eve@example.com" });
    const { access_token } = await tokensOf({ scope: ALL }, { name: "eve" });
    const UserAttributes = [
      { Name: "name", Value: "Eva" },
      { Name: "email", Value: "" },
    ];
    await call("AdminUpdateUserAttributes", { UserPoolId: pool, Username: "eve", UserAttributes });
    expect(await ask(access_token)).toEqual({
      status: 200,
      sub: expect.any(String),
      name: "Eva",
      username: "eve",
    });
  });
});

describe("the claims in a pool that keeps to the standard", () => {
  let own: string;
  let whose: string;
  beforeAll(async () => {
    const conformant = await makePool({ Schema, OAuthConfiguration: { Conformance: "OPENID" } });
    const made = await makeWebClient(conformant, { OAuthConfiguration: { RequirePKCE: false } });
    own = made.ClientId;
    whose = await makeUser(conformant, "ada", { ...ATTRIBUTES, "custom:team": " " });
  });

  test("[OpenID Connect Core 1.0 §5.1] have their types, and none is empty", async () => {
    expect(await claimsFor({ scope: ALL, claims: '{"userinfo":{"address":null}}' }, own)).toEqual({
      sub: whose,
      email: "ada@example.com",
      email_verified: true,
      phone_number: "+12065550100",
      phone_number_verified: false,
      name: "Ada",
      updated_at: 1_700_000_000,
      address: { formatted: "12 St James's Square" },
      username: "ada",
    });
  });

  test("[OpenID Connect Core 1.0 §5.4] are sub alone for openid alone, and else what was asked for", async () => {
    expect(await claimsFor({ scope: "openid" }, own)).toEqual({ sub: whose });
    const email = { email: "ada@example.com", email_verified: true };
    expect(await claimsFor({ scope: "openid email" }, own)).toEqual({ sub: whose, ...email });
    const claims = '{"userinfo":{"username":null,"name":null}}';
    expect(await claimsFor({ scope: "openid", claims }, own)).toEqual({ sub: whose, username: "ada", name: "Ada" });
  });
});

describe("the answer", () => {
  test("is kept by nobody and read by scripts of any origin, refusals too", async () => {
    const { access_token } = await tokensOf();
    for (const [token, status] of [
      [access_token, 200],
      ["nonsense", 401],
    ] as const) {
      const answer = await get(PATH, { headers: { ...bearer(token), origin: "https://app.test" } });
      expect(answer.status).toBe(status);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-type": "application/json;charset=UTF-8",
        "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
        pragma: "no-cache",
        expires: "0",
        "strict-transport-security": "max-age=31536000 ; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-xss-protection": "1; mode=block",
        "access-control-allow-origin": "*",
        "x-amz-cognito-request-id": expect.stringMatching(/^[\da-f-]{36}$/),
      });
      expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
      if (status === 401) expect(answer.headers.get("access-control-expose-headers")).toBe("WWW-Authenticate");
    }
  });

  test("[Fetch standard, CORS] to a preflight lets scripts send the token, and what Amplify sends", async () => {
    const headers = (names?: string) => ({
      origin: "https://app.test",
      "access-control-request-method": "GET",
      ...(names !== undefined && { "access-control-request-headers": names }),
    });
    for (const names of [undefined, "authorization,x-amz-user-agent"]) {
      const answer = await get(PATH, { method: "OPTIONS", headers: headers(names) });
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-methods")).toBe("GET, POST");
      const allowed = answer.headers.get("access-control-allow-headers");
      // A wildcard would not cover this one.
      expect(allowed).toContain("authorization");
      expect(allowed).toContain("x-amz-user-agent");
    }
  });

  test("[RFC 9110 §9.3.2] to HEAD has no body; to any other method it is 405", async () => {
    const { access_token } = await tokensOf();
    const head = await get(PATH, { method: "HEAD", headers: bearer(access_token) });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const answer = await get(PATH, { method, headers: bearer(access_token) });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    }
  });

  test("says no more than that it failed where the database does", async () => {
    const { access_token } = await tokensOf();
    const DB = {
      prepare() {
        throw new Error("secret detail");
      },
      batch() {
        throw new Error("secret detail");
      },
    };
    const answer = await get(`${ORIGIN}${PATH}`, { headers: bearer(access_token) }, { DB });
    expect(await read(answer)).toEqual({ status: 500, error: "server_error" });
  });
});
