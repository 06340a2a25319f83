import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { openSrp } from "../../srp-client.ts";

const TEMPORARY = "T3mporary-Horse!";
let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool({ Schema: [{ Name: "name", Required: true, Mutable: true }] });
  client = (await makeClient(pool)).ClientId;
});

afterEach(() => vi.useRealTimers());

const invite = (Username: string, UserAttributes: { Name: string; Value: string }[] = []) =>
  call("AdminCreateUser", {
    UserPoolId: pool,
    Username,
    UserAttributes,
    TemporaryPassword: TEMPORARY,
    MessageAction: "SUPPRESS",
  });
const respond = (Session: string, ChallengeResponses: object, ClientId = client) =>
  call("RespondToAuthChallenge", { ClientId, ChallengeName: "NEW_PASSWORD_REQUIRED", Session, ChallengeResponses });

describe("NEW_PASSWORD_REQUIRED", () => {
  it("asks for a new password and missing required attributes, then lets in with the new password only", async () => {
    await invite("ann", [{ Name: "email", Value: "ann@example.com" }]);
    const challenge = await signIn(client, "ann", TEMPORARY);
    expect(challenge.ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    expect(challenge.Session.length).toBeGreaterThanOrEqual(20);
    expect(challenge.Session.length).toBeLessThanOrEqual(2048);
    expect(JSON.parse(challenge.ChallengeParameters.requiredAttributes)).toEqual(["userAttributes.name"]);
    expect(JSON.parse(challenge.ChallengeParameters.userAttributes)).toMatchObject({ email: "ann@example.com" });
    await expect(respond(challenge.Session, { USERNAME: "ann", NEW_PASSWORD: PASSWORD })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Attributes did not conform to the schema: name: The attribute is required\n",
    });
    await expect(
      respond(challenge.Session, { USERNAME: "ann", NEW_PASSWORD: "short1", "userAttributes.name": "Ann" }),
    ).rejects.toMatchObject({ name: "InvalidPasswordException" });
    await expect(
      respond(challenge.Session, {
        USERNAME: "ann",
        NEW_PASSWORD: PASSWORD,
        "userAttributes.name": "Ann",
        "userAttributes.email": "eve@example.com",
      }),
    ).rejects.toMatchObject({ name: "NotAuthorizedException", message: "Cannot modify an already provided email" });
    const { AuthenticationResult } = await respond(challenge.Session, {
      USERNAME: "ann",
      NEW_PASSWORD: PASSWORD,
      "userAttributes.name": "Ann",
    });
    expect(decodeJwt(AuthenticationResult.IdToken).name).toBe("Ann");
    expect((await call("AdminGetUser", { UserPoolId: pool, Username: "ann" })).UserStatus).toBe("CONFIRMED");
    await expect(signIn(client, "ann", TEMPORARY)).rejects.toMatchObject({
      message: "Incorrect username or password.",
    });
    expect(await signIn(client, "ann")).toHaveProperty("AuthenticationResult");
  });

  it("takes one of a hundred right answers, in two hops", async () => {
    await invite("bob", [{ Name: "name", Value: "Bob" }]);
    const { Session } = await signIn(client, "bob", TEMPORARY);
    let answers: { AuthenticationResult?: object }[] = [];
    const costs = await costsOf(async () => {
      answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          respond(Session, { USERNAME: "bob", NEW_PASSWORD: `${PASSWORD}${n}` }).catch((error) => error),
        ),
      );
    });
    expect(answers.filter((each) => each.AuthenticationResult)).toHaveLength(1);
    expect(
      answers.filter((each) => "message" in each && String(each.message).startsWith("Invalid session for the user")),
    ).toHaveLength(99);
    expect(costs.find(({ event }) => event === "operation")?.hops).toBe(2);
    const { results } = await env.DB.prepare("select id from sessions where pool_id = ?").bind(pool).all();
    expect(results.length).toBeGreaterThan(0);
  });

  it("follows SRP with the temporary password, too", async () => {
    await invite("cleo", [{ Name: "name", Value: "Cleo" }]);
    const { SRP_A, answer } = openSrp(pool);
    const { ChallengeParameters } = await call("InitiateAuth", {
      ClientId: client,
      AuthFlow: "USER_SRP_AUTH",
      AuthParameters: { USERNAME: "cleo", SRP_A },
    });
    const { ChallengeName, Session } = await call("RespondToAuthChallenge", {
      ClientId: client,
      ChallengeName: "PASSWORD_VERIFIER",
      ChallengeResponses: answer(ChallengeParameters, TEMPORARY),
    });
    expect(ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    expect(await respond(Session, { USERNAME: "cleo", NEW_PASSWORD: PASSWORD })).toHaveProperty("AuthenticationResult");
  });

  it("takes an answer in the name of the session's user only, by any of their names", async () => {
    const sub = (await invite("fay", [{ Name: "name", Value: "Fay" }])).User.Attributes[0].Value;
    const { Session } = await signIn(client, "fay", TEMPORARY);
    await expect(respond(Session, { USERNAME: "bob", NEW_PASSWORD: PASSWORD })).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
    expect(await respond(Session, { USERNAME: sub, NEW_PASSWORD: PASSWORD })).toHaveProperty("AuthenticationResult");
  });

  it("takes a session for its own client and challenge only, and while the temporary password is the one it was made for", async () => {
    await invite("dora", [{ Name: "name", Value: "Dora" }]);
    const { Session } = await signIn(client, "dora", TEMPORARY);
    const other = (await makeClient(pool)).ClientId;
    await expect(respond(Session, { USERNAME: "dora", NEW_PASSWORD: PASSWORD }, other)).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
    await expect(
      respond(`${Session.slice(0, -8)}AAAAAAA=`, { USERNAME: "dora", NEW_PASSWORD: PASSWORD }),
    ).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
    await call("AdminSetUserPassword", { UserPoolId: pool, Username: "dora", Password: TEMPORARY });
    await expect(respond(Session, { USERNAME: "dora", NEW_PASSWORD: PASSWORD })).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
  });

  it("is answered once: who comes later is told so, as is who comes too late", async () => {
    await invite("flo", [{ Name: "name", Value: "Flo" }]);
    const { ClientId } = await makeClient(pool, { AuthSessionValidity: 5 });
    const { Session } = await signIn(ClientId, "flo", TEMPORARY);
    const answer = { USERNAME: "flo", NEW_PASSWORD: PASSWORD };
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5 * 60_000 });
    await expect(respond(Session, answer, ClientId)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid session for the user, session is expired.",
    });
    vi.useRealTimers();
    expect(await respond(Session, answer, ClientId)).toHaveProperty("AuthenticationResult");
    await expect(respond(Session, answer, ClientId)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid session for the user, session can only be used once.",
    });
  });

  it("takes the temporary password again where the pool keeps no history, and refuses it where it does", async () => {
    await invite("gus", [{ Name: "name", Value: "Gus" }]);
    const { Session } = await signIn(client, "gus", TEMPORARY);
    expect(await respond(Session, { USERNAME: "gus", NEW_PASSWORD: TEMPORARY })).toHaveProperty("AuthenticationResult");
    const remembering = await makePool({ Policies: { PasswordPolicy: { PasswordHistorySize: 1 } } });
    const { ClientId } = await makeClient(remembering);
    await call("AdminCreateUser", { UserPoolId: remembering, Username: "gus", TemporaryPassword: TEMPORARY });
    const again = await signIn(ClientId, "gus", TEMPORARY);
    await expect(respond(again.Session, { USERNAME: "gus", NEW_PASSWORD: TEMPORARY }, ClientId)).rejects.toMatchObject({
      name: "PasswordHistoryPolicyViolationException",
    });
  });

  it("needs the secret hash of a confidential client, and can be answered by an administrator", async () => {
    await invite("hua", [{ Name: "name", Value: "Hua" }]);
    const { secretHash } = await import("../../../src/mechanisms/callers/secret-hash.ts");
    const { ClientId, ClientSecret } = await makeClient(pool, { GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret as string, "hua", ClientId);
    const { Session, ChallengeName } = await signIn(ClientId, "hua", TEMPORARY, { SECRET_HASH });
    const answer = { USERNAME: "hua", NEW_PASSWORD: PASSWORD };
    await expect(respond(Session, answer, ClientId)).rejects.toMatchObject({
      message: `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    });
    const byAdministrator = (ChallengeResponses: object) =>
      call("AdminRespondToAuthChallenge", { UserPoolId: pool, ClientId, ChallengeName, Session, ChallengeResponses });
    await expect(byAdministrator({ ...answer, SECRET_HASH: "AAAA" })).rejects.toMatchObject({
      message: `Unable to verify secret hash for client ${ClientId}`,
    });
    expect(await byAdministrator({ ...answer, SECRET_HASH })).toHaveProperty("AuthenticationResult");
  });

  it("refuses a temporary password that has expired", async () => {
    await invite("emil");
    await env.DB.prepare(
      "update users set credentials = json_set(credentials, '$.expiresAt', ?) where username = 'emil'",
    )
      .bind(Date.now() - 1)
      .run();
    await expect(signIn(client, "emil", TEMPORARY)).rejects.toMatchObject({
      message: "Temporary password has expired and must be reset by an administrator.",
    });
  });
});

it("refuses an e-mail address that somebody else signs in with, and can be answered again", async () => {
  const pool = await makePool({ UsernameAttributes: ["email", "phone_number"] });
  const { ClientId } = await makeClient(pool);
  await makeUser(pool, "jane@example.com");
  const Username = "+12065550100";
  await call("AdminCreateUser", { UserPoolId: pool, Username, TemporaryPassword: PASSWORD, MessageAction: "SUPPRESS" });
  const { Session } = await signIn(ClientId, Username);
  const answer = (email: string) =>
    call("RespondToAuthChallenge", {
      ClientId,
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      Session,
      ChallengeResponses: { USERNAME: Username, NEW_PASSWORD: `${PASSWORD}2`, "userAttributes.email": email },
    });
  await expect(answer("jane@example.com")).rejects.toMatchObject({ name: "AliasExistsException" });
  expect(await answer("john@example.com")).toHaveProperty("AuthenticationResult");
});
