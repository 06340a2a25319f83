import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { call } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { customPool, ISSUE, next, QUESTION, RIGHT, TRIGGERS, UNRECOGNIZABLE } from "./custom-pool.ts";
import { FAILED } from "./refusals.ts";

const SESSION = expect.stringMatching(/^[A-Za-z0-9+/=]{20,2048}$/);
const CORRECT = { challengeName: "CUSTOM_CHALLENGE", challengeResult: true, challengeMetadata: "QUESTION" };
const WRONG = { ...CORRECT, challengeResult: false };

/** The event of a trigger as a pool's user causes it. */
const eventOf =
  ({ UserPoolId, ClientId, name, sub }: { UserPoolId: string; ClientId: string; name: string; sub: string }) =>
  (source: string, request: object, response: object) => ({
    version: "1",
    triggerSource: `${source}_Authentication`,
    region: "us-east-1",
    userPoolId: UserPoolId,
    userName: name,
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
    request: { userAttributes: { sub, "cognito:user_status": "CONFIRMED" }, ...request },
    response,
  });
const DEFINES = { challengeName: null, issueTokens: null, failAuthentication: null };
const CREATES = { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null };

describe("[Amazon Cognito: custom authentication challenge] CUSTOM_AUTH", () => {
  it("asks PreAuthentication, DefineAuthChallenge with an empty session and CreateAuthChallenge, and poses the challenge", async () => {
    const pool = await customPool();
    const event = eventOf(pool);
    expect(await pool.start()).toEqual({
      ChallengeName: "CUSTOM_CHALLENGE",
      ChallengeParameters: { question: QUESTION, USERNAME: pool.name },
      Session: SESSION,
    });
    expect(await pool.fn.events()).toEqual([
      event("PreAuthentication", { userNotFound: false }, {}),
      event("DefineAuthChallenge", { session: [], userNotFound: false }, DEFINES),
      event("CreateAuthChallenge", { challengeName: "CUSTOM_CHALLENGE", session: [], userNotFound: false }, CREATES),
    ]);
  });

  it("asks VerifyAuthChallengeResponse, DefineAuthChallenge, PostAuthentication and PreTokenGeneration of a right answer, and gives tokens", async () => {
    const pool = await customPool();
    const event = eventOf(pool);
    const { Session } = await pool.start();
    const { AuthenticationResult, ChallengeParameters, ChallengeName } = await pool.answer(Session, RIGHT);
    expect([ChallengeName, ChallengeParameters]).toEqual([undefined, {}]);
    expect(decodeJwt(AuthenticationResult.AccessToken)).toMatchObject({ username: pool.name, sub: pool.sub });
    expect(decodeJwt(AuthenticationResult.IdToken)).toMatchObject({ plan: "gold" });
    const refresh = { ClientId: pool.ClientId, AuthFlow: "REFRESH_TOKEN_AUTH" };
    const AuthParameters = { REFRESH_TOKEN: AuthenticationResult.RefreshToken };
    expect(await call("InitiateAuth", { ...refresh, AuthParameters })).toHaveProperty("AuthenticationResult");
    const asked = {
      privateChallengeParameters: { answer: RIGHT },
      challengeAnswer: RIGHT,
      userNotFound: false,
    };
    expect((await pool.fn.events()).slice(3, 6)).toEqual([
      event("VerifyAuthChallengeResponse", asked, { answerCorrect: null }),
      event("DefineAuthChallenge", { session: [CORRECT], userNotFound: false }, DEFINES),
      event("PostAuthentication", { newDeviceUsed: false }, {}),
    ]);
    expect((await pool.asked()).slice(6)).toEqual(["TokenGeneration", "TokenGeneration_RefreshTokens"]);
  });

  it("does not fail by wrong answers: DefineAuthChallenge is told of them, and decides", async () => {
    const pool = await customPool();
    let { Session } = await pool.start();
    for (const answer of ["Oslo", "Bergen"]) {
      const again = await pool.answer(Session, answer);
      expect(again).toEqual({
        ChallengeName: "CUSTOM_CHALLENGE",
        ChallengeParameters: { question: QUESTION, USERNAME: pool.name },
        Session: SESSION,
      });
      Session = again.Session;
    }
    expect(await pool.answer(Session, RIGHT)).toHaveProperty("AuthenticationResult");
    expect(await pool.told()).toEqual([[], [WRONG], [WRONG, WRONG], [WRONG, WRONG, CORRECT]]);
    const create = (await pool.fn.events()).filter(({ triggerSource }) => triggerSource.startsWith("Create"));
    expect(create.map(({ request }) => request.session)).toEqual([[], [WRONG], [WRONG, WRONG]]);
  });

  it("refuses as a wrong password what DefineAuthChallenge fails, even beside issueTokens", async () => {
    const pool = await customPool();
    let { Session } = await pool.start();
    for (const answer of ["Oslo", "Bergen"]) ({ Session } = await pool.answer(Session, answer));
    await expect(pool.answer(Session, "Turku")).rejects.toMatchObject(FAILED);
    await pool.fn.script({ DefineAuthChallenge: { response: { issueTokens: true, failAuthentication: true } } });
    await expect(pool.start()).rejects.toMatchObject(FAILED);
    expect(await pool.asked()).not.toContain("PostAuthentication");
  });

  it("gives tokens at once where DefineAuthChallenge says so at once", async () => {
    const pool = await customPool();
    await pool.fn.script({
      DefineAuthChallenge: { response: { issueTokens: true, challengeName: "CUSTOM_CHALLENGE" } },
    });
    expect(await pool.start()).toHaveProperty("AuthenticationResult.AccessToken");
    expect(await pool.asked()).toEqual([
      "PreAuthentication",
      "DefineAuthChallenge",
      "PostAuthentication",
      "TokenGeneration",
    ]);
  });

  it.each([
    ["nothing", {}],
    ["false of everything", { challengeName: "", issueTokens: false, failAuthentication: false }],
    ["a challenge that nobody knows", { challengeName: "RIDDLE" }],
    ["a challenge that only a flow leads to", { challengeName: "SELECT_CHALLENGE" }],
    ["a password of which no SRP_A came", { challengeName: "PASSWORD_VERIFIER" }],
    ["a second factor before the first", { challengeName: "SOFTWARE_TOKEN_MFA" }],
    ["a device before the first factor", { challengeName: "DEVICE_SRP_AUTH" }],
    ["a value of another type", { issueTokens: "true" }],
  ])("cannot go on where DefineAuthChallenge says %s", async (_, response) => {
    const pool = await customPool();
    await pool.fn.script({ DefineAuthChallenge: { response } });
    await expect(pool.start()).rejects.toMatchObject(UNRECOGNIZABLE);
  });

  it("goes through as many challenges as the owner likes, and tells each its own parameters and all metadata before", async () => {
    const pool = await customPool();
    const create = (step: string) => ({
      response: {
        publicChallengeParameters: { step },
        privateChallengeParameters: { answer: step },
        ...(step !== "two" && { challengeMetadata: step }),
      },
    });
    await pool.fn.script({
      DefineAuthChallenge: [...Array.from({ length: 3 }, () => next("CUSTOM_CHALLENGE")), ISSUE],
      CreateAuthChallenge: ["one", "two", "three"].map(create),
    });
    let reply = await pool.start();
    for (const step of ["one", "two", "three"]) {
      expect(reply.ChallengeParameters).toEqual({ step, USERNAME: pool.name });
      reply = await pool.answer(reply.Session, step === "one" ? "wrong" : step);
    }
    expect(reply).toHaveProperty("AuthenticationResult");
    expect((await pool.told()).at(-1)).toEqual([
      { challengeName: "CUSTOM_CHALLENGE", challengeResult: false, challengeMetadata: "one" },
      { challengeName: "CUSTOM_CHALLENGE", challengeResult: true },
      { challengeName: "CUSTOM_CHALLENGE", challengeResult: true, challengeMetadata: "three" },
    ]);
    const verified = (await pool.fn.events()).filter(({ triggerSource }) => triggerSource.startsWith("Verify"));
    expect(verified.map(({ request }) => request.privateChallengeParameters.answer)).toEqual(["one", "two", "three"]);
  });

  it("does without parameters and metadata where CreateAuthChallenge gives none, and takes no word on the answer for a wrong one", async () => {
    const pool = await customPool();
    await pool.fn.script({
      DefineAuthChallenge: next("CUSTOM_CHALLENGE"),
      CreateAuthChallenge: {},
      VerifyAuthChallengeResponse: {},
    });
    const { Session, ChallengeParameters } = await pool.start();
    expect(ChallengeParameters).toEqual({ USERNAME: pool.name });
    await pool.answer(Session, "whatever");
    expect((await pool.told()).at(-1)).toEqual([{ challengeName: "CUSTOM_CHALLENGE", challengeResult: false }]);
    const verify = (await pool.fn.events()).find(({ triggerSource }) => triggerSource.startsWith("Verify"));
    expect(verify?.request.privateChallengeParameters).toEqual({});
  });

  it("says the user's own name, which no parameter of the owner's can stand in for", async () => {
    const pool = await customPool({ pool: { UsernameAttributes: ["email"] }, name: "jane@example.com" });
    const publicChallengeParameters = { USERNAME: "somebody-else", username: "nobody", question: "?" };
    await pool.fn.script({ CreateAuthChallenge: { response: { publicChallengeParameters } } });
    const { ChallengeParameters, Session } = await pool.start();
    // Where people sign in by e-mail, their username is their sub.
    expect(ChallengeParameters).toEqual({ ...publicChallengeParameters, USERNAME: pool.sub });
    await pool.answer(Session, "?", { USERNAME: pool.sub });
    expect(new Set((await pool.fn.events()).map(({ userName }) => userName))).toEqual(new Set([pool.sub]));
  });

  it("takes one hop to pose a challenge, one to pose the next and two to give tokens, beside the triggers", async () => {
    const pool = await customPool();
    await pool.start();
    const costs = await costsOf(async () => {
      const { Session } = await pool.start();
      const again = await pool.answer(Session, "Oslo");
      await pool.answer(again.Session, RIGHT);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 2]);
    expect(costs[0]?.rowsWritten).toBe(0);
  });

  it("keeps what is too long for a Session, which stays as short as clients can send", async () => {
    const pool = await customPool();
    const secret = "s3cret".repeat(2_000);
    const privateChallengeParameters = { answer: RIGHT, secret };
    await pool.fn.script({ CreateAuthChallenge: { response: { privateChallengeParameters } } });
    const reply = await pool.start();
    expect(reply.Session).toEqual(SESSION);
    expect(JSON.stringify(reply)).not.toContain("s3cret");
    expect(atob(reply.Session)).not.toContain("s3cret");
    expect(await pool.answer(reply.Session, RIGHT)).toHaveProperty("AuthenticationResult");
    const verify = (await pool.fn.events()).find(({ triggerSource }) => triggerSource.startsWith("Verify"));
    expect(verify?.request.privateChallengeParameters).toEqual(privateChallengeParameters);
    await pool.fn.script({ CreateAuthChallenge: { response: { challengeMetadata: "m".repeat(70_000) } } });
    await expect(pool.start()).rejects.toMatchObject(UNRECOGNIZABLE);
  });

  it("takes one hop more to keep that, and none to fetch it beside the user", async () => {
    const pool = await customPool();
    const privateChallengeParameters = { answer: RIGHT, secret: "s3cret".repeat(2_000) };
    await pool.fn.script({ CreateAuthChallenge: { response: { privateChallengeParameters } } });
    await pool.start();
    const costs = await costsOf(async () => {
      const { Session } = await pool.start();
      const again = await pool.answer(Session, "Oslo");
      await pool.answer(again.Session, RIGHT);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 2, 2]);
  });

  it("[Amazon Cognito: ClientMetadata] tells the triggers of a challenge what came with its answer, and nothing of what came with the begin", async () => {
    const pool = await customPool();
    const { Session } = await pool.start(pool.name, {}, { ClientMetadata: { at: "begin" } });
    await pool.answer(Session, "Oslo", {}, { ClientMetadata: { at: "answer" } });
    const metadata = (await pool.fn.events()).map(({ triggerSource, request }) => [
      triggerSource.replace("_Authentication", ""),
      request.validationData,
      request.clientMetadata,
    ]);
    expect(metadata).toEqual([
      ["PreAuthentication", { at: "begin" }, undefined],
      ["DefineAuthChallenge", undefined, undefined],
      ["CreateAuthChallenge", undefined, undefined],
      ["VerifyAuthChallengeResponse", undefined, { at: "answer" }],
      ["DefineAuthChallenge", undefined, { at: "answer" }],
      ["CreateAuthChallenge", undefined, { at: "answer" }],
    ]);
  });

  it.each(["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"])(
    "cannot do without %s",
    async (missing) => {
      const pool = await customPool({ triggers: TRIGGERS.filter((trigger) => trigger !== missing) });
      const signIn = async () => pool.answer((await pool.start()).Session, RIGHT);
      await expect(signIn()).rejects.toMatchObject({
        name: "InvalidUserPoolConfigurationException",
        message: "Custom auth lambda trigger is not configured for the user pool.",
      });
      expect(await pool.asked()).not.toContain("PostAuthentication");
    },
  );

  it("is not begun where PreAuthentication refuses", async () => {
    const pool = await customPool();
    await pool.fn.script({ PreAuthentication: { error: "Not today" } });
    await expect(pool.start()).rejects.toMatchObject({
      name: "UserLambdaValidationException",
      message: "PreAuthentication failed with error Not today.",
    });
    expect(await pool.asked()).toEqual(["PreAuthentication"]);
  });

  it("is led by administrators, too", async () => {
    const { UserPoolId, ClientId, name } = await customPool();
    const input = { UserPoolId, ClientId };
    const { Session } = await call("AdminInitiateAuth", {
      ...input,
      AuthFlow: "CUSTOM_AUTH",
      AuthParameters: { USERNAME: name },
    });
    const { AuthenticationResult } = await call("AdminRespondToAuthChallenge", {
      ...input,
      ChallengeName: "CUSTOM_CHALLENGE",
      Session,
      ChallengeResponses: { USERNAME: name, ANSWER: RIGHT },
    });
    expect(decodeJwt(AuthenticationResult.AccessToken).username).toBe(name);
  });
});
