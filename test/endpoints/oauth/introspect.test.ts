import { env } from "cloudflare:workers";
import { decodeJwt, importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { call, makeClient, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, makeWebClient, Person } from "../login/person.ts";
import { API, basic, makeApi, makeMachine, type Machine, post, read, takeToken } from "./requests.ts";

const PATH = "/oauth2/introspect";
const INACTIVE = { status: 200, active: false };

let pool: string;
let api: Machine;
let open: string;

beforeAll(async () => {
  pool = await makePool();
  await makeApi(pool);
  api = await makeMachine(pool);
  open = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane");
});
afterEach(() => void vi.useRealTimers());

const introspect = (token: string, one: Machine = api, more: object = {}) =>
  read(post(PATH, { token, ...more }, basic(one.id, one.secret)));
const tokensOf = async (name = "jane", ClientId = open) => (await signIn(ClientId, name)).AuthenticationResult;

/** A confidential client with refresh tokens of its own. */
async function appWithTokens(settings: object = {}): Promise<{ app: Machine; tokens: Record<string, string> }> {
  const { ClientId, ClientSecret = "" } = await makeClient(pool, { GenerateSecret: true, ...settings });
  const SECRET_HASH = await secretHash(ClientSecret, "jane", ClientId);
  const { AuthenticationResult } = await signIn(ClientId, "jane", PASSWORD, { SECRET_HASH });
  return { app: { id: ClientId, secret: ClientSecret }, tokens: AuthenticationResult };
}

describe("an access token", () => {
  it("[RFC 7662 §2.2] of a user is described, to any confidential client of the pool", async () => {
    const { AccessToken } = await tokensOf();
    const { sub, exp, iat, jti } = decodeJwt(AccessToken);
    expect(await introspect(AccessToken)).toEqual({
      status: 200,
      active: true,
      scope: "aws.cognito.signin.user.admin",
      client_id: open,
      username: "jane",
      token_type: "Bearer",
      exp,
      iat,
      sub,
      iss: `${ORIGIN}/${pool}`,
      jti,
    });
  });

  it("[RFC 8707 §2] is described with the audience that it was asked for", async () => {
    const { ClientId } = await makeWebClient(pool, { AllowedOAuthFlows: ["implicit"] });
    const person = new Person();
    await person.visit(authorizeUrl(ClientId, { response_type: "token", resource: "https://photos.test" }));
    await person.submit({ username: "jane", password: PASSWORD });
    const { access_token = "" } = person.sentToClient();
    expect(await introspect(access_token)).toMatchObject({
      active: true,
      aud: "https://photos.test",
      scope: "openid",
      token_type: "Bearer",
    });
  });

  it("of a machine is described without a user", async () => {
    const { access_token } = await read(takeToken(api, { scope: `${API}/read` }));
    const { exp, iat, jti } = decodeJwt(access_token);
    expect(await introspect(access_token)).toEqual({
      status: 200,
      active: true,
      scope: `${API}/read`,
      client_id: api.id,
      token_type: "Bearer",
      exp,
      iat,
      sub: api.id,
      iss: `${ORIGIN}/${pool}`,
      jti,
    });
  });

  it("is inactive once its user is disabled, deleted or signed out, or its family revoked", async () => {
    for (const act of ["AdminDisableUser", "AdminDeleteUser", "AdminUserGlobalSignOut"]) {
      await makeUser(pool, act);
      const { AccessToken } = await tokensOf(act);
      expect(await introspect(AccessToken)).toMatchObject({ active: true });
      await call(act, { UserPoolId: pool, Username: act });
      expect(await introspect(AccessToken)).toEqual(INACTIVE);
    }
    const tokens = await tokensOf();
    await post("/oauth2/revoke", { token: tokens.RefreshToken, client_id: open });
    expect(await introspect(tokens.AccessToken)).toEqual(INACTIVE);
  });

  it("is inactive once its user is signed out also where it names no family", async () => {
    await makeUser(pool, "ann");
    const { ClientId } = await makeClient(pool, { EnableTokenRevocation: false });
    const { AccessToken } = await tokensOf("ann", ClientId);
    expect(await introspect(AccessToken)).toMatchObject({ active: true });
    await call("AdminUserGlobalSignOut", { UserPoolId: pool, Username: "ann" });
    expect(await introspect(AccessToken)).toEqual(INACTIVE);
  });

  it("is inactive once its client is gone, a person's as well as a machine's", async () => {
    const gone = (await makeClient(pool)).ClientId;
    const machine = await makeMachine(pool);
    const tokens = [(await tokensOf("jane", gone)).AccessToken, (await read(takeToken(machine))).access_token];
    for (const token of tokens) expect(await introspect(token)).toMatchObject({ active: true });
    for (const ClientId of [gone, machine.id]) await call("DeleteUserPoolClient", { UserPoolId: pool, ClientId });
    for (const token of tokens) expect(await introspect(token)).toEqual(INACTIVE);
  });

  it("is inactive once it has expired", async () => {
    const { AccessToken } = await tokensOf();
    const { access_token } = await read(takeToken(api));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_601_000 });
    expect([await introspect(AccessToken), await introspect(access_token)]).toEqual([INACTIVE, INACTIVE]);
  });

  it("is inactive to clients of another pool, whoever it is of", async () => {
    const other = await makePool();
    await makeApi(other);
    const stranger = await makeMachine(other);
    const { access_token } = await read(takeToken(api));
    expect(await introspect((await tokensOf()).AccessToken, stranger)).toEqual(INACTIVE);
    expect(await introspect(access_token, stranger)).toEqual(INACTIVE);
    expect(await introspect((await read(takeToken(stranger))).access_token)).toEqual(INACTIVE);
  });
});

describe("a refresh token", () => {
  it("[RFC 7662 §2.2] is described to the client that has it, and to no other", async () => {
    const { app, tokens } = await appWithTokens();
    const { sub, iat } = decodeJwt(tokens.AccessToken as string);
    expect(await introspect(tokens.RefreshToken as string, app)).toEqual({
      status: 200,
      active: true,
      scope: "aws.cognito.signin.user.admin",
      client_id: app.id,
      username: "jane",
      exp: (iat as number) + 30 * 86_400,
      iat,
      sub,
      iss: `${ORIGIN}/${pool}`,
    });
    expect(await introspect(tokens.RefreshToken as string)).toEqual(INACTIVE);
    expect(await introspect((await tokensOf()).RefreshToken, app)).toEqual(INACTIVE);
  });

  it("is inactive once it has expired, was revoked, or its user was disabled", async () => {
    const { app, tokens } = await appWithTokens();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * 86_400_000 });
    expect(await introspect(tokens.RefreshToken as string, app)).toEqual(INACTIVE);
    vi.useRealTimers();
    await call("AdminDisableUser", { UserPoolId: pool, Username: "jane" });
    expect(await introspect(tokens.RefreshToken as string, app)).toEqual(INACTIVE);
    await call("AdminEnableUser", { UserPoolId: pool, Username: "jane" });
    const second = await appWithTokens();
    await post(
      "/oauth2/revoke",
      { token: second.tokens.RefreshToken as string },
      basic(second.app.id, second.app.secret),
    );
    expect(await introspect(second.tokens.RefreshToken as string, second.app)).toEqual(INACTIVE);
  });

  it("is inactive once rotation has replaced it, but for the grace period, and asking spends nothing", async () => {
    const RefreshTokenRotation = { Feature: "ENABLED", RetryGracePeriodSeconds: 30 };
    const { app, tokens } = await appWithTokens({
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      RefreshTokenRotation,
    });
    const first = tokens.RefreshToken as string;
    for (let at = 0; at < 2; at++) expect(await introspect(first, app)).toMatchObject({ active: true });
    const fields = { grant_type: "refresh_token", refresh_token: first };
    const { refresh_token } = await read(post("/oauth2/token", fields, basic(app.id, app.secret)));
    expect(await introspect(refresh_token, app)).toMatchObject({ active: true });
    expect(await introspect(first, app)).toMatchObject({ active: true });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    expect(await introspect(first, app)).toEqual(INACTIVE);
    expect(await introspect(refresh_token, app)).toMatchObject({ active: true });
  });
});

describe("whatever else", () => {
  it("is inactive: ID tokens, nonsense, and tokens that were altered", async () => {
    const { IdToken, AccessToken } = await tokensOf();
    const [head, , signature] = AccessToken.split(".");
    const body = btoa(JSON.stringify({ ...decodeJwt(AccessToken), scope: "openid" })).replace(/=+$/, "");
    for (const token of [IdToken, "nonsense", "a.b.c", `${AccessToken}x`, `${head}.${body}.${signature}`]) {
      expect(await introspect(token)).toEqual(INACTIVE);
    }
  });

  it("[RFC 8725 §3.1] is inactive by whatever algorithm or key a forger names", async () => {
    const claims = decodeJwt((await tokensOf()).AccessToken);
    const { keys } = JSON.parse((env as unknown as { SIGNING_KEYS: string }).SIGNING_KEYS) as {
      keys: (JWK & { token_use: string })[];
    };
    const { n, e, kid } = keys.find((key) => key.token_use === "access") as JWK & { kid: string };
    const { keys: published } = await (await get(`/${pool}/.well-known/jwks.json`)).json<{ keys: JWK[] }>();
    expect(published).toContainEqual(expect.objectContaining({ kid, n }));
    const own = await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
      true,
      ["sign", "verify"],
    );
    const { privateKey, publicKey } = own as CryptoKeyPair;
    const jwk = (await crypto.subtle.exportKey("jwk", publicKey)) as JWK;
    const idKey = keys.find((key) => key.token_use === "id") as JWK;
    const hmac = (text: string) =>
      new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid }).sign(new TextEncoder().encode(text));
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await hmac(n as string),
      await hmac(JSON.stringify({ kty: "RSA", n, e })),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, jwk }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, jku: "https://evil.test" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "../../evil" }).sign(privateKey),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: idKey.kid as string })
        .sign(await importJWK(idKey, "RS256")),
    ];
    for (const token of forged) expect(await introspect(token)).toEqual(INACTIVE);
  });
});

describe("who may ask", () => {
  it("[RFC 7662 §2.1] is a confidential client that has proved itself: others get 401", async () => {
    const { AccessToken } = await tokensOf();
    for (const answer of [
      await post(PATH, { token: AccessToken, client_id: open }),
      await post(PATH, { token: AccessToken, client_id: api.id }),
      await post(PATH, { token: AccessToken }, basic(api.id, "x")),
      await post(PATH, { token: AccessToken }, basic("nobody", "x")),
      await post(PATH, { token: AccessToken }, { authorization: `Bearer ${AccessToken}` }),
    ]) {
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
      expect(await read(answer)).toMatchObject({ status: 401, error: "invalid_client" });
    }
    const byForm = { token: AccessToken, client_id: api.id, client_secret: api.secret };
    expect(await read(post(PATH, byForm))).toMatchObject({ active: true });
  });

  it("says a token; the hint is a hint", async () => {
    expect(await introspect("")).toMatchObject({ status: 400, error: "invalid_request" });
    const { AccessToken } = await tokensOf();
    for (const token_type_hint of ["access_token", "refresh_token", "nonsense"]) {
      expect(await introspect(AccessToken, api, { token_type_hint })).toMatchObject({ active: true });
    }
  });

  it("is no script in a browser, and nobody keeps the answer", async () => {
    const answer = await post(PATH, { token: "x" }, basic(api.id, api.secret));
    expect(answer.headers.has("access-control-allow-origin")).toBe(false);
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(answer.headers.get("content-type")).toBe("application/json;charset=UTF-8");
    for (const method of ["OPTIONS", "GET"]) {
      const refused = await get(PATH, { method });
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "POST"]);
      expect(refused.headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  it("asks for one hop, and for none about a machine's token or nonsense", async () => {
    const { app, tokens } = await appWithTokens();
    const { access_token } = await read(takeToken(api));
    await introspect("warm", app);
    const costs = await costsOf(async () => {
      for (const token of [tokens.AccessToken, tokens.RefreshToken, access_token, "nonsense"]) {
        await introspect(token as string, app);
      }
    });
    expect(costs.map(({ hops, rowsWritten }) => [hops, rowsWritten])).toEqual([
      [1, 0],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});
