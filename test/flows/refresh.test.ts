import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../client.ts";
import { costsOf } from "../cost.ts";
import { newFunction } from "../triggers/functions.ts";

const ROTATING = ["ALLOW_USER_PASSWORD_AUTH"];
const rotation = (RetryGracePeriodSeconds: number) => ({
  ExplicitAuthFlows: ROTATING,
  RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds },
});
let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane", { name: "Jane" });
});

const refresh = (RefreshToken: string, ClientId = client, more: object = {}) =>
  call("GetTokensFromRefreshToken", { RefreshToken, ClientId, ...more });
const initiate = (REFRESH_TOKEN: string, ClientId = client) =>
  call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN } });

describe("refresh", () => {
  it("gives new tokens of the same sign-in, with what has changed since, and no new refresh token", async () => {
    const { AuthenticationResult: first } = await signIn(client, "jane");
    await call("AdminUpdateUserAttributes", {
      UserPoolId: pool,
      Username: "jane",
      UserAttributes: [{ Name: "nickname", Value: "JJ" }],
    });
    for (const again of [await initiate(first.RefreshToken), await refresh(first.RefreshToken)]) {
      const { AuthenticationResult: next } = again;
      expect(next.RefreshToken).toBeUndefined();
      const [before, after] = [decodeJwt(first.IdToken), decodeJwt(next.IdToken)];
      expect(after.nickname).toBe("JJ");
      for (const claim of ["sub", "origin_jti", "event_id", "auth_time", "aud"])
        expect(after[claim]).toBe(before[claim]);
      expect(after.jti).not.toBe(before.jti);
    }
  });

  it("takes one hop, rotation included", async () => {
    const rotating = (await makeClient(pool, rotation(0))).ClientId;
    const plain = (await signIn(client, "jane")).AuthenticationResult.RefreshToken;
    const traded = (await signIn(rotating, "jane")).AuthenticationResult.RefreshToken;
    const costs = await costsOf(async () => {
      await refresh(plain);
      await refresh(traded, rotating);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1]);
  });

  it("refuses foreign, altered and other clients' tokens, and tokens that are no refresh tokens", async () => {
    const { AuthenticationResult: tokens } = await signIn(client, "jane");
    const other = (await makeClient(pool)).ClientId;
    const elsewhere = (await makeClient(await makePool())).ClientId;
    await expect(refresh(tokens.RefreshToken, other)).rejects.toMatchObject({ message: "Invalid Refresh Token." });
    await expect(refresh(tokens.RefreshToken, elsewhere)).rejects.toMatchObject({ message: "Invalid Refresh Token" });
    await expect(refresh(tokens.AccessToken)).rejects.toMatchObject({ message: "Invalid Refresh Token" });
    const altered = `${tokens.RefreshToken.slice(0, -2)}${tokens.RefreshToken.endsWith("AA") ? "BB" : "AA"}`;
    await expect(refresh(altered)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("refuses after the user was disabled, deleted or signed out", async () => {
    for (const [name, act] of [
      ["gone1", "AdminDisableUser"],
      ["gone2", "AdminDeleteUser"],
      ["gone3", "AdminUserGlobalSignOut"],
    ] as const) {
      await makeUser(pool, name);
      const { RefreshToken } = (await signIn(client, name)).AuthenticationResult;
      await call(act, { UserPoolId: pool, Username: name });
      await expect(refresh(RefreshToken)).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
    }
  });

  it("needs the secret of a confidential client", async () => {
    const { secretHash } = await import("../../src/mechanisms/callers/secret-hash.ts");
    const { ClientId, ClientSecret } = await makeClient(pool, { GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret as string, "jane", ClientId);
    const { RefreshToken } = (await signIn(ClientId, "jane", undefined, { SECRET_HASH })).AuthenticationResult;
    await expect(refresh(RefreshToken, ClientId)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await expect(refresh(RefreshToken, ClientId, { ClientSecret: `${ClientSecret}x` })).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
    expect(await refresh(RefreshToken, ClientId, { ClientSecret })).toHaveProperty("AuthenticationResult");
    const AuthParameters = { REFRESH_TOKEN: RefreshToken };
    await expect(
      call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }),
    ).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const answer = await call("InitiateAuth", {
      ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { ...AuthParameters, SECRET_HASH },
    });
    expect(answer).toHaveProperty("AuthenticationResult");
  });

  it("refuses a secret hash made for somebody else, whoever is named beside it", async () => {
    const { secretHash } = await import("../../src/mechanisms/callers/secret-hash.ts");
    const { ClientId, ClientSecret } = await makeClient(pool, { GenerateSecret: true });
    await makeUser(pool, "mallory");
    const hashFor = (name: string) => secretHash(ClientSecret as string, name, ClientId);
    const { AuthenticationResult } = await signIn(ClientId, "jane", undefined, { SECRET_HASH: await hashFor("jane") });
    const as = async (USERNAME: string) => {
      const AuthParameters = {
        REFRESH_TOKEN: AuthenticationResult.RefreshToken,
        USERNAME,
        SECRET_HASH: await hashFor(USERNAME),
      };
      return call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters });
    };
    await expect(as("mallory")).rejects.toMatchObject({
      message: `Unable to verify secret hash for client ${ClientId}`,
    });
    expect(await as("jane")).toHaveProperty("AuthenticationResult");
  });
});

describe("rotation", () => {
  it("gives a new refresh token each time and keeps the sign-in's identity", async () => {
    const { ClientId } = await makeClient(pool, rotation(0));
    const first = (await signIn(ClientId, "jane")).AuthenticationResult;
    const second = (await refresh(first.RefreshToken, ClientId)).AuthenticationResult;
    const third = (await refresh(second.RefreshToken, ClientId)).AuthenticationResult;
    expect(new Set([first.RefreshToken, second.RefreshToken, third.RefreshToken]).size).toBe(3);
    expect(decodeJwt(third.AccessToken).origin_jti).toBe(decodeJwt(first.AccessToken).origin_jti);
  });

  it("lets one of a hundred rotations of the same token win; the others are reuse and end the family", async () => {
    const { ClientId } = await makeClient(pool, rotation(0));
    const { RefreshToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => refresh(RefreshToken, ClientId).catch(({ name }) => name)),
    );
    const [winner, ...others] = answers.filter((answer) => answer.AuthenticationResult);
    expect(others).toHaveLength(0);
    expect(answers.filter((name) => name === "RefreshTokenReuseException").length).toBeGreaterThanOrEqual(1);
    await expect(refresh(winner.AuthenticationResult.RefreshToken, ClientId)).rejects.toMatchObject({
      message: "Refresh Token has been revoked",
    });
    await expect(call("GetUser", { AccessToken: winner.AuthenticationResult.AccessToken })).rejects.toMatchObject({
      message: "Access Token has been revoked",
    });
  });

  it("answers a retry within the grace period with the very token that was lost, to a hundred at once", async () => {
    const { ClientId } = await makeClient(pool, rotation(60));
    const { RefreshToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(RefreshToken, ClientId)));
    const successors = new Set(answers.map(({ AuthenticationResult }) => AuthenticationResult.RefreshToken));
    expect(successors.size).toBe(1);
    const [next] = successors;
    expect(next).not.toBe(RefreshToken);
    expect(await refresh(next as string, ClientId)).toHaveProperty("AuthenticationResult");
  });

  it("takes the token before the last for reuse, grace period or not, and ends the family", async () => {
    const { ClientId } = await makeClient(pool, rotation(60));
    const first = (await signIn(ClientId, "jane")).AuthenticationResult.RefreshToken;
    const second = (await refresh(first, ClientId)).AuthenticationResult.RefreshToken;
    const third = (await refresh(second, ClientId)).AuthenticationResult.RefreshToken;
    await expect(refresh(first, ClientId)).rejects.toMatchObject({ name: "RefreshTokenReuseException" });
    await expect(refresh(third, ClientId)).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
  });

  it("closes REFRESH_TOKEN_AUTH", async () => {
    const { ClientId } = await makeClient(pool, rotation(0));
    const { RefreshToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    await expect(initiate(RefreshToken, ClientId)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "REFRESH_TOKEN_AUTH is not enabled for the client.",
    });
  });
});

describe("rotation where a trigger has a say in tokens", () => {
  const asking = async () => {
    const fn = newFunction();
    const asked = await makePool({ LambdaConfig: { PreTokenGeneration: fn.arn } });
    const { ClientId } = await makeClient(asked, rotation(0));
    await makeUser(asked, "jane");
    return { fn, ClientId, token: (await signIn(ClientId, "jane")).AuthenticationResult.RefreshToken as string };
  };

  it("leaves the client its token where the trigger refuses, and gives what it says the next time", async () => {
    const { fn, ClientId, token } = await asking();
    const claimsOverrideDetails = { claimsToAddOrOverride: { shoe: "42" } };
    await fn.script({
      TokenGeneration_RefreshTokens: [{ error: "not now" }, { response: { claimsOverrideDetails } }],
    });
    await expect(refresh(token, ClientId)).rejects.toMatchObject({ name: "UserLambdaValidationException" });
    const { AuthenticationResult } = await refresh(token, ClientId);
    expect(decodeJwt(AuthenticationResult.IdToken).shoe).toBe("42");
    expect(AuthenticationResult.RefreshToken).not.toBe(token);
    expect((await fn.events()).map(({ triggerSource }) => triggerSource)).toEqual([
      "TokenGeneration_Authentication",
      "TokenGeneration_RefreshTokens",
      "TokenGeneration_RefreshTokens",
    ]);
  });

  it("asks nobody about a token that was used before, and ends the family", async () => {
    const { fn, ClientId, token } = await asking();
    const { RefreshToken } = (await refresh(token, ClientId)).AuthenticationResult;
    const before = (await fn.events()).length;
    await expect(refresh(token, ClientId)).rejects.toMatchObject({ name: "RefreshTokenReuseException" });
    expect(await fn.events()).toHaveLength(before);
    await expect(refresh(RefreshToken, ClientId)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("lets one of twenty rotations of the same token win", async () => {
    const { ClientId, token } = await asking();
    const tried = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(token, ClientId)));
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
