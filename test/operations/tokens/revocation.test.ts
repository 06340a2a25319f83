import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";

let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane");
});

const revoked = { name: "NotAuthorizedException", message: "Access Token has been revoked" };
const getUser = (AccessToken: string) => call("GetUser", { AccessToken });

describe("RevokeToken", () => {
  it("ends the refresh token and the access tokens of its family, and no other family", async () => {
    const [one, two] = [await signIn(client, "jane"), await signIn(client, "jane")].map(
      (each) => each.AuthenticationResult,
    );
    expect(await call("RevokeToken", { Token: one.RefreshToken, ClientId: client })).toEqual({});
    await expect(getUser(one.AccessToken)).rejects.toMatchObject(revoked);
    await expect(
      call("GetTokensFromRefreshToken", { RefreshToken: one.RefreshToken, ClientId: client }),
    ).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
    expect(await getUser(two.AccessToken)).toMatchObject({ Username: "jane" });
  });

  it("succeeds for a token that is revoked already", async () => {
    const { RefreshToken } = (await signIn(client, "jane")).AuthenticationResult;
    await call("RevokeToken", { Token: RefreshToken, ClientId: client });
    expect(await call("RevokeToken", { Token: RefreshToken, ClientId: client })).toEqual({});
  });

  it("refuses access and ID tokens, nonsense, other clients' tokens, and clients that have it off", async () => {
    const tokens = (await signIn(client, "jane")).AuthenticationResult;
    const other = (await makeClient(pool)).ClientId;
    const off = (await makeClient(pool, { EnableTokenRevocation: false })).ClientId;
    const revoke = (Token: string, ClientId = client) => call("RevokeToken", { Token, ClientId });
    await expect(revoke(tokens.AccessToken)).rejects.toMatchObject({ name: "UnsupportedTokenTypeException" });
    await expect(revoke(tokens.IdToken)).rejects.toMatchObject({ name: "UnsupportedTokenTypeException" });
    await expect(revoke("nonsense")).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(revoke(tokens.RefreshToken, other)).rejects.toMatchObject({ name: "UnauthorizedException" });
    await expect(revoke(tokens.RefreshToken, off)).rejects.toMatchObject({ name: "UnsupportedOperationException" });
    expect(await getUser(tokens.AccessToken)).toMatchObject({ Username: "jane" });
  });

  it("needs the secret of a confidential client", async () => {
    const { secretHash } = await import("../../../src/mechanisms/callers/secret-hash.ts");
    const { ClientId, ClientSecret } = await makeClient(pool, { GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret as string, "jane", ClientId);
    const { RefreshToken: Token } = (await signIn(ClientId, "jane", undefined, { SECRET_HASH })).AuthenticationResult;
    await expect(call("RevokeToken", { Token, ClientId })).rejects.toMatchObject({ name: "UnauthorizedException" });
    expect(await call("RevokeToken", { Token, ClientId, ClientSecret })).toEqual({});
  });
});

describe("GlobalSignOut", () => {
  it("ends every sign-in of the user, also at clients whose tokens name no family, and none that comes after", async () => {
    const off = (await makeClient(pool, { EnableTokenRevocation: false })).ClientId;
    const [one, two, bare] = [
      await signIn(client, "jane"),
      await signIn(client, "jane"),
      await signIn(off, "jane"),
    ].map((each) => each.AuthenticationResult);
    expect(await call("GlobalSignOut", { AccessToken: one.AccessToken })).toEqual({});
    for (const { AccessToken } of [one, two, bare]) await expect(getUser(AccessToken)).rejects.toMatchObject(revoked);
    await expect(call("GlobalSignOut", { AccessToken: one.AccessToken })).rejects.toMatchObject(revoked);
    const later = (await signIn(client, "jane")).AuthenticationResult;
    expect(await getUser(later.AccessToken)).toMatchObject({ Username: "jane" });
  });

  it("is what AdminUserGlobalSignOut does for an administrator", async () => {
    const { AccessToken } = (await signIn(client, "jane")).AuthenticationResult;
    await call("AdminUserGlobalSignOut", { UserPoolId: pool, Username: "jane" });
    await expect(getUser(AccessToken)).rejects.toMatchObject(revoked);
  });
});
