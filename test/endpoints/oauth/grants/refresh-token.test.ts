import { decodeJwt } from "jose";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { secretHash } from "../../../../src/mechanisms/callers/secret-hash.ts";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../../client.ts";
import { costsOf } from "../../../cost.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../../login/person.ts";
import { basic, post, read } from "../requests.ts";

const PASSWORDS = ["ALLOW_USER_PASSWORD_AUTH"];
const rotation = (RetryGracePeriodSeconds: number) => ({
  ExplicitAuthFlows: PASSWORDS,
  RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds },
});
const CODE = { AllowedOAuthFlows: ["code"], AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthScopes: ["openid"] };

let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane", { name: "Jane" });
});
afterEach(() => void vi.useRealTimers());

const refresh = (refresh_token: string, client_id = client, more: object = {}) =>
  read(post("/oauth2/token", { grant_type: "refresh_token", client_id, refresh_token, ...more }));
const tokensOf = async (ClientId = client, name = "jane") => (await signIn(ClientId, name)).AuthenticationResult;
const invalid = (error_description: string) => ({ status: 400, error: "invalid_grant", error_description });
const revoked = invalid("Refresh Token has been revoked");

/** Gives a sign-in other scopes, as the authorization code grant will. */
const grant = (AccessToken: string, scope: string) =>
  env.DB.prepare("update sessions set scope = ? where id = ?").bind(scope, decodeJwt(AccessToken).origin_jti).run();

describe("refresh_token", () => {
  it("[RFC 6749 §6] gives new tokens of the same sign-in, with what has changed since, and no new refresh token", async () => {
    const first = await tokensOf();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await call("AdminUpdateUserAttributes", {
      UserPoolId: pool,
      Username: "jane",
      UserAttributes: [{ Name: "nickname", Value: "JJ" }],
    });
    const next = await refresh(first.RefreshToken);
    expect(next).toEqual({
      status: 200,
      id_token: expect.any(String),
      access_token: expect.any(String),
      expires_in: 3600,
      token_type: "Bearer",
    });
    const [before, after] = [decodeJwt(first.AccessToken), decodeJwt(next.access_token)];
    for (const claim of ["sub", "scope", "auth_time", "origin_jti", "event_id", "client_id", "username", "iss"]) {
      expect(after[claim]).toEqual(before[claim]);
    }
    expect(after.iat).toBeGreaterThan(before.iat as number);
    expect(after.jti).not.toBe(before.jti);
    expect(decodeJwt(next.id_token)).toMatchObject({ nickname: "JJ", aud: client, auth_time: before.auth_time });
  });

  it("gives tokens that work", async () => {
    const { access_token } = await refresh((await tokensOf()).RefreshToken);
    expect(await call("GetUser", { AccessToken: access_token })).toMatchObject({ Username: "jane" });
  });

  it("never widens or narrows the scopes, whatever is asked for", async () => {
    const tokens = await tokensOf();
    for (const scope of ["openid aws.cognito.signin.user.admin email", "none", "é"]) {
      const { access_token } = await refresh(tokens.RefreshToken, client, { scope });
      expect(decodeJwt(access_token).scope).toBe("aws.cognito.signin.user.admin");
    }
  });

  it("[OpenID Connect Core 1.0 §12.2] gives an ID token where openid was granted, and not elsewhere", async () => {
    const tokens = await tokensOf();
    await grant(tokens.AccessToken, "openid email");
    expect(await refresh(tokens.RefreshToken)).toHaveProperty("id_token");
    await grant(tokens.AccessToken, "phone aws.cognito.signin.user.admin");
    const next = await refresh(tokens.RefreshToken);
    expect(next).not.toHaveProperty("id_token");
    expect(decodeJwt(next.access_token).scope).toBe("phone aws.cognito.signin.user.admin");
  });

  it("needs the token", async () => {
    expect(await read(post("/oauth2/token", { grant_type: "refresh_token", client_id: client }))).toEqual({
      status: 400,
      error: "invalid_request",
      error_description: "refresh_token is missing.",
    });
  });

  it("needs the secret of a confidential client, by header or form", async () => {
    const { ClientId, ClientSecret = "" } = await makeClient(pool, { GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret, "jane", ClientId);
    const { RefreshToken } = (await signIn(ClientId, "jane", PASSWORD, { SECRET_HASH })).AuthenticationResult;
    expect(await refresh(RefreshToken, ClientId)).toMatchObject({ status: 400, error: "invalid_client" });
    expect(await refresh(RefreshToken, ClientId, { client_secret: ClientSecret })).toHaveProperty("access_token");
    const fields = { grant_type: "refresh_token", refresh_token: RefreshToken };
    expect(await read(post("/oauth2/token", fields, basic(ClientId, ClientSecret)))).toHaveProperty("access_token");
  });

  it("refuses tokens of other clients and pools, altered ones, and what is no refresh token", async () => {
    const tokens = await tokensOf();
    const other = (await makeClient(pool)).ClientId;
    const elsewhere = (await makeClient(await makePool())).ClientId;
    const text: string = tokens.RefreshToken;
    const altered = `${text.slice(0, -2)}${text.endsWith("AA") ? "BB" : "AA"}`;
    const tries: [string, string][] = [
      [text, other],
      [text, elsewhere],
      [altered, client],
      [`${text}=`, client],
      [tokens.AccessToken, client],
      [tokens.IdToken, client],
      ["nonsense", client],
    ];
    for (const [given, by] of tries) {
      expect(await refresh(given, by)).toMatchObject({ status: 400, error: "invalid_grant" });
    }
  });

  it("refuses an expired token", async () => {
    const { RefreshToken } = await tokensOf();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * 86_400_000 });
    expect(await refresh(RefreshToken)).toEqual(invalid("Refresh Token has expired"));
  });

  it("refuses after the user was disabled, deleted or signed out, and after revocation", async () => {
    for (const act of ["AdminDisableUser", "AdminDeleteUser", "AdminUserGlobalSignOut"]) {
      await makeUser(pool, act);
      const { RefreshToken } = await tokensOf(client, act);
      await call(act, { UserPoolId: pool, Username: act });
      expect(await refresh(RefreshToken)).toEqual(revoked);
    }
    const { RefreshToken } = await tokensOf();
    await call("RevokeToken", { ClientId: client, Token: RefreshToken });
    expect(await refresh(RefreshToken)).toEqual(revoked);
  });

  it("takes one hop, rotation included", async () => {
    const rotating = (await makeClient(pool, rotation(0))).ClientId;
    const [plain, traded] = [await tokensOf(), await tokensOf(rotating)];
    const costs = await costsOf(async () => {
      await refresh(plain.RefreshToken);
      await refresh(traded.RefreshToken, rotating);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1]);
  });

  it.each([
    ["ALLOW_REFRESH_TOKEN_AUTH", {}],
    [
      "no ExplicitAuthFlows, by default",
      { ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] },
      { ExplicitAuthFlows: [] },
    ],
    ["rotation", rotation(0)],
    ["the code flow", { ExplicitAuthFlows: PASSWORDS, ...CODE }],
    ["a legacy flow", { ExplicitAuthFlows: ["USER_PASSWORD_AUTH"] }],
  ])("is open to a client with %s", async (_, settings, afterwards?: object) => {
    const { ClientId } = await makeClient(pool, settings);
    const { RefreshToken } = await tokensOf(ClientId);
    if (afterwards) await call("UpdateUserPoolClient", { UserPoolId: pool, ClientId, ...afterwards });
    expect(await refresh(RefreshToken, ClientId)).toMatchObject({ status: 200 });
  });

  it.each([
    ["another flow", { ExplicitAuthFlows: PASSWORDS }],
    ["the code flow switched off", { ExplicitAuthFlows: PASSWORDS, ...CODE, AllowedOAuthFlowsUserPoolClient: false }],
  ])("[RFC 6749 §5.2] is closed to a client with %s", async (_, settings) => {
    const { ClientId } = await makeClient(pool, settings);
    const { RefreshToken } = await tokensOf(ClientId);
    expect(await refresh(RefreshToken, ClientId)).toMatchObject({ status: 400, error: "unauthorized_client" });
  });
});

describe("rotation", () => {
  it("gives a new refresh token each time and keeps the family", async () => {
    const { ClientId } = await makeClient(pool, rotation(0));
    const first = await tokensOf(ClientId);
    const second = await refresh(first.RefreshToken, ClientId);
    const third = await refresh(second.refresh_token, ClientId);
    expect(new Set([first.RefreshToken, second.refresh_token, third.refresh_token]).size).toBe(3);
    expect(decodeJwt(third.access_token).origin_jti).toBe(decodeJwt(first.AccessToken).origin_jti);
  });

  it("lets one of a hundred rotations of the same token win; the others are reuse and end the family", async () => {
    const { ClientId } = await makeClient(pool, rotation(0));
    const { RefreshToken } = await tokensOf(ClientId);
    const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(RefreshToken, ClientId)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    expect(losers.every(({ status, error }) => status === 400 && error === "invalid_grant")).toBe(true);
    expect(losers.map((each) => each.error_description)).toContain("Refresh token has been used before.");
    const [winner = {} as never] = winners;
    expect(await refresh(winner.refresh_token, ClientId)).toEqual(revoked);
    await expect(call("GetUser", { AccessToken: winner.access_token })).rejects.toMatchObject({
      message: "Access Token has been revoked",
    });
  });

  it("answers retries within the grace period with the token that was lost, and reuse after it ends the family", async () => {
    const { ClientId } = await makeClient(pool, rotation(60));
    const { RefreshToken } = await tokensOf(ClientId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(RefreshToken, ClientId)));
    const [next, ...others] = new Set(answers.map((each) => each.refresh_token as string));
    expect(others).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    expect(await refresh(RefreshToken, ClientId)).toEqual(invalid("Refresh token has been used before."));
    expect(await refresh(next as string, ClientId)).toEqual(revoked);
  });

  it("spends nothing for a client that has not proved itself", async () => {
    const { ClientId, ClientSecret = "" } = await makeClient(pool, { ...rotation(0), GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret, "jane", ClientId);
    const { RefreshToken } = (await signIn(ClientId, "jane", PASSWORD, { SECRET_HASH })).AuthenticationResult;
    const other = (await makeClient(pool, rotation(0))).ClientId;
    expect(await refresh(RefreshToken, ClientId, { client_secret: "x".repeat(51) })).toMatchObject({
      error: "invalid_client",
    });
    expect(await refresh(RefreshToken, other)).toMatchObject({ error: "invalid_grant" });
    expect(await refresh(RefreshToken, ClientId, { client_secret: ClientSecret })).toMatchObject({ status: 200 });
  });
});

describe("[RFC 8707 §2.2] the resource", () => {
  const RESOURCE = "https://api.test/v1";

  /** Tokens of a sign-in that was for one resource. */
  async function tokensFor(ClientId: string): Promise<Record<string, string>> {
    const person = new Person();
    await person.visit(authorizeUrl(ClientId, { resource: RESOURCE }));
    await person.submit({ username: "jane", password: PASSWORD });
    const code = person.sentToClient().code as string;
    const fields = { grant_type: "authorization_code", client_id: ClientId, code, redirect_uri: CALLBACK };
    return read(post("/oauth2/token", fields)) as never;
  }

  it.each([
    ["a token that stays", {}],
    ["a token that rotates", rotation(0)],
  ])("stays, whether or not it is named again, and is no other: for %s", async (_, settings) => {
    const { ClientId } = await makeWebClient(pool, settings);
    let { refresh_token: current = "" } = await tokensFor(ClientId);
    for (const resource of ["https://api.test/v2", `${RESOURCE}/`, "x"]) {
      expect(await refresh(current, ClientId, { resource })).toMatchObject({ status: 400, error: "invalid_target" });
    }
    // None of which has traded it.
    for (const more of [{ resource: RESOURCE }, {}, { resource: "" }]) {
      const next = await refresh(current, ClientId, more);
      expect(decodeJwt(next.access_token).aud).toBe(RESOURCE);
      current = next.refresh_token ?? current;
    }
  });

  it("is none for a sign-in that named none, by pages or API", async () => {
    const { RefreshToken } = await tokensOf();
    expect(await refresh(RefreshToken, client, { resource: RESOURCE })).toMatchObject({ error: "invalid_target" });
    expect(await refresh(RefreshToken)).toMatchObject({ status: 200 });
  });
});
