import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";

let UserPoolId: string;
let ClientId: string;
beforeAll(async () => {
  UserPoolId = await makePool();
  ({ ClientId } = await makeClient(UserPoolId));
});

const on = (operation: string, Username: string) => call(operation, { UserPoolId, Username });
const REVOKED = { name: "NotAuthorizedException", message: "Access Token has been revoked" };

const refresh = (REFRESH_TOKEN: string) =>
  call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN } });

describe("AdminDisableUser and AdminEnableUser", () => {
  it("keep the user out and let the user in again, by the username or the sub, as often as one likes", async () => {
    const sub = await makeUser(UserPoolId, "jane");
    expect(await on("AdminDisableUser", "jane")).toEqual({});
    await on("AdminDisableUser", sub);
    expect(await on("AdminGetUser", "jane")).toMatchObject({ Enabled: false, UserStatus: "CONFIRMED" });
    await expect(signIn(ClientId, "jane")).rejects.toMatchObject({ message: "User is disabled." });
    expect(await on("AdminEnableUser", sub)).toEqual({});
    await on("AdminEnableUser", "jane");
    expect(await on("AdminGetUser", "jane")).toMatchObject({ Enabled: true });
    expect(await signIn(ClientId, "jane")).toHaveProperty("AuthenticationResult");
  });

  it("end every token, which enabling does not bring back", async () => {
    await makeUser(UserPoolId, "joe");
    const { AccessToken, RefreshToken } = (await signIn(ClientId, "joe")).AuthenticationResult;
    await on("AdminDisableUser", "joe");
    await expect(call("GetUser", { AccessToken })).rejects.toMatchObject(REVOKED);
    await on("AdminEnableUser", "joe");
    await expect(call("GetUser", { AccessToken })).rejects.toMatchObject(REVOKED);
    await expect(refresh(RefreshToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("leave no session open, however many sign-ins race with the disabling", async () => {
    await makeUser(UserPoolId, "racer");
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 4 }, () => signIn(ClientId, "racer")),
      on("AdminDisableUser", "racer"),
      ...Array.from({ length: 4 }, () => signIn(ClientId, "racer")),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status !== "fulfilled" || !outcome.value.AuthenticationResult) continue;
      const { AccessToken, RefreshToken } = outcome.value.AuthenticationResult;
      await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ name: "NotAuthorizedException" });
      await expect(refresh(RefreshToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    }
  });

  it("refuse who is not there", async () => {
    for (const operation of ["AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut", "AdminGetUser"]) {
      await expect(on(operation, "nobody")).rejects.toMatchObject({
        name: "UserNotFoundException",
        message: "User does not exist.",
      });
    }
  });

  it("take one hop each", async () => {
    await makeUser(UserPoolId, "counted");
    const costs = await costsOf(async () => {
      for (const operation of ["AdminDisableUser", "AdminEnableUser", "AdminUserGlobalSignOut", "AdminGetUser"]) {
        await on(operation, "counted");
      }
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 1, 1]);
  });
});

describe("AdminUserGlobalSignOut", () => {
  it("ends every session of this user and of no other; signing in again is free", async () => {
    await makeUser(UserPoolId, "out");
    await makeUser(UserPoolId, "bystander");
    const tokens = await Promise.all([1, 2].map(async () => (await signIn(ClientId, "out")).AuthenticationResult));
    const { AccessToken: theirs } = (await signIn(ClientId, "bystander")).AuthenticationResult;
    expect(await on("AdminUserGlobalSignOut", "out")).toEqual({});
    for (const { AccessToken, RefreshToken } of tokens) {
      await expect(call("GetUser", { AccessToken })).rejects.toMatchObject(REVOKED);
      await expect(refresh(RefreshToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    }
    await expect(call("GetUser", { AccessToken: theirs })).resolves.toMatchObject({ Username: "bystander" });
    const { AccessToken } = (await signIn(ClientId, "out")).AuthenticationResult;
    await expect(call("GetUser", { AccessToken })).resolves.toMatchObject({ Username: "out" });
  });
});
