import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { openSrp } from "../../srp-client.ts";

const TEMPORARY = "T3mporary-Horse!";
let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool({ Schema: [{ Name: "name", Required: true, Mutable: true }] });
  client = (await makeClient(pool)).ClientId;
});

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
      answers.filter((each) => "message" in each && each.message === "Invalid session for the user."),
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
