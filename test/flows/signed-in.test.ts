import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../client.ts";

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
