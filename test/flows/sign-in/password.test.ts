import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };
let pool: string;
let client: string;
let sub: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  sub = await makeUser(pool, "jane", { email: "jane@example.com", email_verified: "true", address: "Elm Street 1" });
});

describe("sign-in by password", () => {
  it("answers with tokens that say who signed in, when, where and for whom", async () => {
    const { AuthenticationResult: result, ChallengeParameters } = await signIn(client, "jane");
    expect(ChallengeParameters).toEqual({});
    expect(result).toMatchObject({ TokenType: "Bearer", ExpiresIn: 3600, RefreshToken: expect.any(String) });
    const [id, access] = [decodeJwt(result.IdToken), decodeJwt(result.AccessToken)];
    expect(id).toMatchObject({
      sub,
      iss: `${ORIGIN}/${pool}`,
      aud: client,
      token_use: "id",
      "cognito:username": "jane",
      email: "jane@example.com",
      email_verified: true,
      address: { formatted: "Elm Street 1" },
    });
    expect(access).toMatchObject({
      sub,
      iss: `${ORIGIN}/${pool}`,
      client_id: client,
      token_use: "access",
      scope: "aws.cognito.signin.user.admin",
      username: "jane",
    });
    expect(access.aud).toBeUndefined();
    expect(access.email).toBeUndefined();
    expect((id.exp as number) - (id.iat as number)).toBe(3600);
    expect(id.origin_jti).toBe(access.origin_jti);
    expect(id.jti).not.toBe(access.jti);
    expect(id.auth_time).toBe(id.iat);
  });

  it("takes two hops, and as many for a wrong password and for a name that nobody has", async () => {
    await signIn(client, "jane");
    const costs = await costsOf(async () => {
      await signIn(client, "jane");
      await signIn(client, "jane", "Wr0ng-Horse!").catch(() => undefined);
      await signIn(client, "nobody").catch(() => undefined);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 2, 1]);
  });

  it("costs the same for a name that nobody has, where the client hides users", async () => {
    const hiding = (await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" })).ClientId;
    await signIn(hiding, "jane");
    const [known, unknown] = await costsOf(async () => {
      await expect(signIn(hiding, "jane", "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
      await expect(signIn(hiding, "never-seen", "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    });
    expect(unknown?.hops).toBe(known?.hops);
    expect(unknown?.rowsWritten).toBe(known?.rowsWritten);
  });

  it("says which flow a client does not allow, and which parameter is missing", async () => {
    const closed = (await makeClient(pool, { ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH"] })).ClientId;
    await expect(signIn(closed, "jane")).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "USER_PASSWORD_AUTH flow not enabled for this client",
    });
    await expect(
      call("InitiateAuth", { ClientId: client, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters: {} }),
    ).rejects.toMatchObject({ message: "Initiate Auth method not supported." });
    await expect(
      call("InitiateAuth", { ClientId: client, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME: "jane" } }),
    ).rejects.toMatchObject({ message: "Missing required parameter PASSWORD" });
  });

  it("lets an administrator sign in for a user with the admin flow", async () => {
    const { AuthenticationResult } = await call("AdminInitiateAuth", {
      UserPoolId: pool,
      ClientId: client,
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: sub, PASSWORD },
    });
    expect(decodeJwt(AuthenticationResult.AccessToken).username).toBe("jane");
  });

  it("refuses a client of another pool", async () => {
    const other = await makePool();
    await expect(
      call("AdminInitiateAuth", {
        UserPoolId: other,
        ClientId: client,
        AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "jane", PASSWORD },
      }),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("names an unknown user only where the client does not hide users", async () => {
    await expect(signIn(client, "nobody")).rejects.toMatchObject({
      name: "UserNotFoundException",
      message: "User does not exist.",
    });
  });

  it("refuses disabled, unconfirmed and reset users, and tells a client that hides users so only after the right password", async () => {
    const hiding = (await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" })).ClientId;
    await makeUser(pool, "off");
    await call("AdminDisableUser", { UserPoolId: pool, Username: "off" });
    await expect(signIn(client, "off")).rejects.toMatchObject({ message: "User is disabled." });
    await expect(signIn(hiding, "off", "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    await expect(signIn(hiding, "off")).rejects.toMatchObject({ message: "User is disabled." });
    await call("SignUp", { ClientId: client, Username: "fresh", Password: PASSWORD });
    await expect(signIn(hiding, "fresh", "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    await expect(signIn(client, "fresh")).rejects.toMatchObject({ name: "UserNotConfirmedException" });
    await makeUser(pool, "reset", { email: "reset@example.com", email_verified: "true" });
    await call("AdminResetUserPassword", { UserPoolId: pool, Username: "reset" });
    await expect(signIn(client, "reset")).rejects.toMatchObject({ name: "PasswordResetRequiredException" });
  });

  it("finds users by alias, whatever the case where the pool ignores it, and takes tries at any alias as tries at the user", async () => {
    const aliases = await makePool({ AliasAttributes: ["email"], UsernameConfiguration: { CaseSensitive: false } });
    const { ClientId } = await makeClient(aliases, { PreventUserExistenceErrors: "ENABLED" });
    await makeUser(aliases, "Zoë", { email: "Zoe@Example.com", email_verified: "true" });
    for (const name of ["ZOË", "zoe@example.COM"]) {
      const { AuthenticationResult } = await signIn(ClientId, name);
      expect(decodeJwt(AuthenticationResult.AccessToken).username).toBe("Zoë");
    }
    for (const name of ["zoë", "ZOE@example.com", "Zoë", "zoe@Example.com", "ZOË"]) {
      await expect(signIn(ClientId, name, "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    }
    await expect(signIn(ClientId, "zoë")).rejects.toMatchObject({ message: "Password attempts exceeded" });
  });
});

describe("lockout", () => {
  it("turns tries away after five wrong passwords, right or wrong, and lets go after the lock", async () => {
    await makeUser(pool, "forgetful");
    for (let n = 0; n < 5; n++) {
      await expect(signIn(client, "forgetful", "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    }
    await expect(signIn(client, "forgetful")).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Password attempts exceeded",
    });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await signIn(client, "forgetful")).toHaveProperty("AuthenticationResult");
    await expect(signIn(client, "forgetful", "Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    expect(await signIn(client, "forgetful")).toHaveProperty("AuthenticationResult");
  });

  it("treats a name that nobody has as one that somebody has", async () => {
    const hiding = (await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" })).ClientId;
    for (let n = 0; n < 5; n++) await expect(signIn(hiding, "phantom")).rejects.toMatchObject(wrong);
    await expect(signIn(hiding, "phantom")).rejects.toMatchObject({ message: "Password attempts exceeded" });
  });

  it("judges at most thirty of a hundred guesses made at once", async () => {
    await makeUser(pool, "target");
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        signIn(client, "target", `Wr0ng-Horse!${n}`).catch(({ message }) => message),
      ),
    );
    const judged = answers.filter((message) => message === wrong.message).length;
    expect(judged).toBeGreaterThanOrEqual(5);
    expect(judged).toBeLessThanOrEqual(30);
    expect(answers.filter((message) => message === "Password attempts exceeded")).toHaveLength(100 - judged);
  });
});

describe("secret hash", () => {
  it("is needed by a confidential client, may be over alias or username, and is refused when wrong or uncalled for", async () => {
    const { ClientId, ClientSecret } = await makeClient(pool, { GenerateSecret: true });
    const { secretHash } = await import("../../../src/mechanisms/callers/secret-hash.ts");
    const SECRET_HASH = await secretHash(ClientSecret as string, "jane", ClientId);
    expect(await signIn(ClientId, "jane", PASSWORD, { SECRET_HASH })).toHaveProperty("AuthenticationResult");
    await expect(signIn(ClientId, "jane")).rejects.toMatchObject({
      message: `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    });
    await expect(signIn(ClientId, "jane", PASSWORD, { SECRET_HASH: "AAAA" })).rejects.toMatchObject({
      message: `Unable to verify secret hash for client ${ClientId}`,
    });
    await expect(signIn(client, "jane", PASSWORD, { SECRET_HASH })).rejects.toMatchObject({
      message: `Unable to verify secret hash for client ${client}`,
    });
  });
});
