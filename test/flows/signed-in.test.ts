import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openCall } from "../../src/call.ts";
import { MissingScope, signedIn } from "../../src/flows/signed-in.ts";
import { call, makeClient, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../endpoints/login/person.ts";
import { dpop, type Key, makeKey } from "../endpoints/oauth/keys.ts";
import { type Fields, makeApi, makeMachine, post, read, takeToken } from "../endpoints/oauth/requests.ts";

const HOUR = 3_600_000;
let pool: string;

beforeAll(async () => {
  pool = await makePool();
  await makeUser(pool, "jane");
});
afterEach(() => vi.useRealTimers());

const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
const open = async (settings: object = {}) => {
  const { ClientId } = await makeClient(pool, settings);
  const { AccessToken, RefreshToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
  const refresh = () => call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
  return { AccessToken, RefreshToken, refresh, getUser: () => call("GetUser", { AccessToken }) };
};

it("an access token ends at the second that it says", async () => {
  const { getUser } = await open();
  later(HOUR - 10_000);
  expect(await getUser()).toMatchObject({ Username: "jane" });
  vi.useRealTimers();
  later(HOUR);
  await expect(getUser()).rejects.toMatchObject({
    name: "NotAuthorizedException",
    message: "Access Token has expired",
  });
});

it("an access token may outlive the refresh token beside it, which says that it has expired", async () => {
  const hours = { RefreshToken: "hours", AccessToken: "hours" };
  const settings = { RefreshTokenValidity: 1, AccessTokenValidity: 24, TokenValidityUnits: hours };
  const { getUser, refresh } = await open(settings);
  const rotating = await open({
    ...settings,
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
    RefreshTokenRotation: { Feature: "ENABLED" },
  });
  later(HOUR);
  const expired = { name: "NotAuthorizedException", message: "Refresh Token has expired" };
  await expect(refresh()).rejects.toMatchObject(expired);
  await expect(rotating.refresh()).rejects.toMatchObject(expired);
  expect(await getUser()).toMatchObject({ Username: "jane" });
  await call("AdminUserGlobalSignOut", { UserPoolId: pool, Username: "jane" });
  await expect(getUser()).rejects.toMatchObject({ message: "Access Token has been revoked" });
});

it("an access token without the scope of one's own account is refused", async () => {
  const { AccessToken, refresh } = await open();
  await env.DB.prepare("update sessions set scope = 'openid email' where id = ?")
    .bind(decodeJwt(AccessToken).origin_jti)
    .run();
  const { AuthenticationResult } = await refresh();
  await expect(call("GetUser", { AccessToken: AuthenticationResult.AccessToken })).rejects.toMatchObject({
    name: "NotAuthorizedException",
    message: "Access Token does not have required scopes",
  });
});

describe("whose an access token is", () => {
  let app: string;
  let key: Key;
  beforeAll(async () => {
    app = (await makeWebClient(pool)).ClientId;
    key = await makeKey();
    await makeUser(pool, "ada");
  });

  /** An access token of an authorization at the pages. */
  async function tokenOf(parameters: Fields = {}, headers: Fields = {}): Promise<string> {
    const person = new Person();
    await person.visit(authorizeUrl(app, parameters));
    await person.submit({ username: "ada", password: PASSWORD });
    const { code = "" } = person.sentToClient();
    const fields = { grant_type: "authorization_code", client_id: app, code, redirect_uri: CALLBACK };
    return (await read(post("/oauth2/token", fields, headers))).access_token;
  }

  const ask = async (token: string, wanted: Parameters<typeof signedIn>[2] = { scope: "openid" }) =>
    signedIn(await openCall(new Request(ORIGIN), env, { waitUntil: () => undefined }), token, wanted);
  const invalid = { name: "NotAuthorizedException", message: "Invalid Access Token" };

  it("is told with its scopes and with what the authorization fixed", async () => {
    const resource = "https://api.test";
    const token = await tokenOf({ scope: "email openid", resource, claims: '{"userinfo":{"name":null}}' });
    expect(await ask(token)).toMatchObject({
      pool: { id: pool },
      client: { id: app },
      user: { username: "ada" },
      session: decodeJwt(token).origin_jti,
      scopes: ["email", "openid"],
      terms: { resource, claims: { userinfo: ["name"], idToken: [] } },
    });
    const { AccessToken } = (await signIn(app, "ada")).AuthenticationResult;
    expect(await ask(AccessToken, {})).toMatchObject({ scopes: ["aws.cognito.signin.user.admin"], terms: null });
  });

  it("is not told for another scope than the token has", async () => {
    const token = await tokenOf({ scope: "openid email" });
    for (const wanted of [{}, { scope: "phone" }, { scope: "open" }, { scope: "" }]) {
      await expect(ask(token, wanted)).rejects.toBeInstanceOf(MissingScope);
    }
    await expect(call("GetUser", { AccessToken: token })).rejects.toMatchObject({
      message: "Access Token does not have required scopes",
    });
    expect(
      await call("GetUser", { AccessToken: await tokenOf({ scope: "aws.cognito.signin.user.admin" }) }),
    ).toMatchObject({ Username: "ada" });
  });

  it("[RFC 9449 §7.1] is told to whoever holds the key that it is bound to, and to nobody else", async () => {
    const token = await tokenOf({}, await dpop(key));
    const scope = "openid";
    expect(await ask(token, { scope, boundTo: key.jkt })).toMatchObject({ user: { username: "ada" } });
    for (const boundTo of [undefined, "", (await makeKey()).jkt]) {
      await expect(ask(token, { scope, boundTo })).rejects.toMatchObject(invalid);
    }
  });

  it("[RFC 9449 §7.1] is not told to the holder of a key where it is bound to none", async () => {
    await expect(ask(await tokenOf(), { scope: "openid", boundTo: key.jkt })).rejects.toMatchObject(invalid);
  });

  it("[RFC 9449 §7.2] is not told by the API, which asks for no proof, where it is bound to a key", async () => {
    const scope = "aws.cognito.signin.user.admin";
    const AccessToken = await tokenOf({ scope }, await dpop(key));
    await expect(call("GetUser", { AccessToken })).rejects.toMatchObject(invalid);
    expect(await call("GetUser", { AccessToken: await tokenOf({ scope }) })).toMatchObject({ Username: "ada" });
  });

  it("is nobody's where a client acts for itself, whatever its scope", async () => {
    await makeApi(pool);
    const { access_token, scope } = await read(takeToken(await makeMachine(pool)));
    await expect(ask(access_token, { scope: String(scope).split(" ")[0] as string })).rejects.toMatchObject(invalid);
  });
});
