import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../client.ts";
import { costsOf } from "../cost.ts";
import { confirmedDevice, trackingPool } from "../device-client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../endpoints/login/person.ts";
import { post, read } from "../endpoints/oauth/requests.ts";

const INVALID = { name: "NotAuthorizedException", message: "Invalid Refresh Token" };
let UserPoolId: string;
let ClientId: string;
let rotating: string;

beforeAll(async () => {
  ({ UserPoolId, ClientId } = await trackingPool());
  const RefreshTokenRotation = { Feature: "ENABLED", RetryGracePeriodSeconds: 0 };
  const ExplicitAuthFlows = ["ALLOW_USER_PASSWORD_AUTH"];
  rotating = (await makeClient(UserPoolId, { ExplicitAuthFlows, RefreshTokenRotation })).ClientId;
});

const initiate = (REFRESH_TOKEN: string, more: object = {}, client = ClientId) =>
  call("InitiateAuth", {
    ClientId: client,
    AuthFlow: "REFRESH_TOKEN_AUTH",
    AuthParameters: { REFRESH_TOKEN, ...more },
  });
const get = (RefreshToken: string, more: object = {}, client = ClientId) =>
  call("GetTokensFromRefreshToken", { RefreshToken, ClientId: client, ...more });
const atEndpoint = (refresh_token: string, client = ClientId) =>
  read(post("/oauth2/token", { grant_type: "refresh_token", client_id: client, refresh_token }));

describe("the refresh token of a device", () => {
  it("is good with its key, whether or not the device was confirmed, and names it on", async () => {
    const unconfirmed = (await signIn(ClientId, "jane")).AuthenticationResult;
    const confirmed = await confirmedDevice(ClientId, "jane");
    for (const [token, DeviceKey] of [
      [unconfirmed.RefreshToken, unconfirmed.NewDeviceMetadata.DeviceKey],
      [confirmed.RefreshToken, confirmed.DeviceKey],
    ]) {
      for (const { AuthenticationResult } of [
        await initiate(token, { DEVICE_KEY: DeviceKey }),
        await get(token, { DeviceKey }),
      ]) {
        expect(decodeJwt(AuthenticationResult.AccessToken).device_key).toBe(DeviceKey);
        expect(AuthenticationResult.NewDeviceMetadata).toBeUndefined();
      }
    }
  });

  it("is good with no other key, nor with none", async () => {
    const { RefreshToken } = await confirmedDevice(ClientId, "jane");
    const other = await confirmedDevice(ClientId, "jane");
    await expect(initiate(RefreshToken)).rejects.toMatchObject(INVALID);
    await expect(get(RefreshToken)).rejects.toMatchObject(INVALID);
    for (const key of [other.DeviceKey, `us-east-1_${crypto.randomUUID()}`]) {
      await expect(initiate(RefreshToken, { DEVICE_KEY: key })).rejects.toMatchObject(INVALID);
      await expect(get(RefreshToken, { DeviceKey: key })).rejects.toMatchObject(INVALID);
    }
  });

  it("is not good at the token endpoint, which knows no devices", async () => {
    const { RefreshToken } = await confirmedDevice(ClientId, "jane");
    expect(await atEndpoint(RefreshToken)).toEqual({
      status: 400,
      error: "invalid_grant",
      error_description: "Invalid Refresh Token",
    });
  });

  it("is not traded away by whoever lacks the key", async () => {
    const { AuthenticationResult } = await signIn(rotating, "jane");
    const { RefreshToken, NewDeviceMetadata } = AuthenticationResult;
    const { DeviceKey } = NewDeviceMetadata;
    await expect(get(RefreshToken, {}, rotating)).rejects.toMatchObject(INVALID);
    const foreign = { DeviceKey: `us-east-1_${crypto.randomUUID()}` };
    await expect(get(RefreshToken, foreign, rotating)).rejects.toMatchObject(INVALID);
    expect((await atEndpoint(RefreshToken, rotating)).error).toBe("invalid_grant");
    const next = (await get(RefreshToken, { DeviceKey }, rotating)).AuthenticationResult.RefreshToken;
    expect(next).not.toBe(RefreshToken);
    await expect(get(next, {}, rotating)).rejects.toMatchObject(INVALID);
    expect((await get(next, { DeviceKey }, rotating)).AuthenticationResult).toBeDefined();
  });

  it("takes one hop, rotation included", async () => {
    const plain = (await signIn(ClientId, "jane")).AuthenticationResult;
    const traded = (await signIn(rotating, "jane")).AuthenticationResult;
    const costs = await costsOf(async () => {
      await get(plain.RefreshToken, { DeviceKey: plain.NewDeviceMetadata.DeviceKey });
      await get(traded.RefreshToken, { DeviceKey: traded.NewDeviceMetadata.DeviceKey }, rotating);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1]);
  });

  it("is bound no more once the pool remembers devices no more", async () => {
    const { UserPoolId: pool, ClientId: client } = await trackingPool();
    const { RefreshToken } = (await signIn(client, "jane")).AuthenticationResult;
    await expect(initiate(RefreshToken, {}, client)).rejects.toMatchObject(INVALID);
    await call("UpdateUserPool", { UserPoolId: pool });
    expect((await initiate(RefreshToken, {}, client)).AuthenticationResult).toBeDefined();
  });
});

describe("a refresh token that came from no device", () => {
  it("is good whatever key comes with it: of sign-ins at the pages, and before devices were remembered", async () => {
    const pool = await makePool();
    const client = (await makeClient(pool)).ClientId;
    await makeUser(pool, "jane");
    const { RefreshToken } = (await signIn(client, "jane")).AuthenticationResult;
    await call("UpdateUserPool", { UserPoolId: pool, DeviceConfiguration: {} });
    const DEVICE_KEY = `us-east-1_${crypto.randomUUID()}`;
    expect((await initiate(RefreshToken, { DEVICE_KEY }, client)).AuthenticationResult).toBeDefined();
    expect((await initiate(RefreshToken, {}, client)).AuthenticationResult).toBeDefined();
    const web = (await makeWebClient(UserPoolId)).ClientId;
    const person = new Person();
    await person.visit(authorizeUrl(web));
    await person.submit({ username: "jane", password: "Corr3ct-Horse!" });
    const { code = "" } = person.sentToClient();
    const fields = { grant_type: "authorization_code", client_id: web, code, redirect_uri: CALLBACK };
    const { refresh_token } = await read(post("/oauth2/token", fields));
    expect((await atEndpoint(refresh_token, web)).status).toBe(200);
  });
});
