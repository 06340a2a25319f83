import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, requestOf } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { meanwhile } from "../../meanwhile.ts";
import { openSrp } from "../../srp-client.ts";
import { customPool, ISSUE, next, QUESTION, RIGHT } from "./custom-pool.ts";
import { FAILED, FOREIGN, USED } from "./refusals.ts";

const ENDLESS = { DefineAuthChallenge: next("CUSTOM_CHALLENGE") };
const HIDING = { PreventUserExistenceErrors: "ENABLED" };

afterEach(() => vi.useRealTimers());

/** Base64 HMAC of name and client under the client's secret (Amazon Cognito: computing secret hash values). */
async function secretHash(secret: string, name: string, clientId: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, bytes(name + clientId));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}

describe("the Session of a custom challenge", () => {
  it("takes one of a hundred answers that arrive at once, and asks the trigger of no other", async () => {
    const pool = await customPool();
    const { Session } = await pool.start();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        pool.answer(Session, at === 0 ? RIGHT : `guess ${at}`).catch(({ message }) => message),
      ),
    );
    const judged = answers.filter((each) => typeof each !== "string");
    expect(judged).toHaveLength(1);
    expect(new Set(answers.filter((each) => typeof each === "string"))).toEqual(new Set([USED.message]));
    expect((await pool.asked()).filter((source) => source === "VerifyAuthChallengeResponse")).toHaveLength(1);
  });

  it("is consumed by an answer, right or wrong", async () => {
    const pool = await customPool();
    const first = await pool.start();
    const second = await pool.answer(first.Session, "Oslo");
    await expect(pool.answer(first.Session, RIGHT)).rejects.toMatchObject(USED);
    expect(await pool.answer(second.Session, RIGHT)).toHaveProperty("AuthenticationResult");
    await expect(pool.answer(second.Session, RIGHT)).rejects.toMatchObject(USED);
  });

  it.each(["VerifyAuthChallengeResponse", "DefineAuthChallenge", "CreateAuthChallenge", "PostAuthentication"])(
    "is consumed although %s fails: the client begins anew",
    async (trigger) => {
      const pool = await customPool();
      const { Session } = await pool.start();
      await pool.fn.script({ [trigger]: { error: "Out of order" } });
      const ANSWER = trigger === "CreateAuthChallenge" ? "Oslo" : RIGHT;
      await expect(pool.answer(Session, ANSWER)).rejects.toMatchObject({
        name: "UserLambdaValidationException",
        message: `${trigger} failed with error Out of order.`,
      });
      await pool.fn.script({});
      await expect(pool.answer(Session, RIGHT)).rejects.toMatchObject(USED);
      expect(await pool.answer((await pool.start()).Session, RIGHT)).toHaveProperty("AuthenticationResult");
    },
  );

  it("is not consumed by what is no answer: none, or an empty one", async () => {
    const pool = await customPool();
    const { Session } = await pool.start();
    const missing = { name: "InvalidParameterException", message: "Missing required parameter ANSWER" };
    await expect(pool.respond("CUSTOM_CHALLENGE", Session, {})).rejects.toMatchObject(missing);
    await expect(pool.answer(Session, "")).rejects.toMatchObject(missing);
    expect(await pool.answer(Session, RIGHT)).toHaveProperty("AuthenticationResult");
  });

  it("gives another device where the one that is named is unknown", async () => {
    const pool = await customPool({ pool: { DeviceConfiguration: {} } });
    const { Session } = await pool.start();
    const { AuthenticationResult } = await pool.answer(Session, RIGHT, { DEVICE_KEY: "us-east-1_gone" });
    expect(AuthenticationResult.NewDeviceMetadata.DeviceKey).toMatch(/^us-east-1_[0-9a-f-]{36}$/);
  });

  it("is its client's, its user's and its challenge's, and nothing that was altered", async () => {
    const pool = await customPool();
    const { UserPoolId } = pool;
    const other = await makeClient(UserPoolId, { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH"] });
    const elsewhere = await makeClient(await makePool(), { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH"] });
    await makeUser(UserPoolId, "mallory");
    const { Session } = await pool.start();
    for (const { ClientId } of [other, elsewhere]) {
      await expect(pool.answer(Session, RIGHT, {}, { ClientId })).rejects.toMatchObject(FOREIGN);
    }
    for (const [name, key] of [
      ["SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"],
      ["SMS_MFA", "SMS_MFA_CODE"],
      ["NEW_PASSWORD_REQUIRED", "NEW_PASSWORD"],
      ["EMAIL_OTP", "EMAIL_OTP_CODE"],
    ] as const) {
      await expect(pool.respond(name, Session, { [key]: "000000" })).rejects.toMatchObject(FOREIGN);
    }
    const altered = Session.slice(0, 60) + (Session[60] === "A" ? "B" : "A") + Session.slice(61);
    await expect(pool.answer(altered, RIGHT)).rejects.toMatchObject(FOREIGN);
    await expect(pool.answer(undefined, RIGHT)).rejects.toMatchObject(FOREIGN);
    expect(await pool.asked()).not.toContain("VerifyAuthChallengeResponse");
    await expect(pool.answer(Session, RIGHT, { USERNAME: "mallory" })).rejects.toMatchObject(FOREIGN);
    expect(await pool.asked()).not.toContain("VerifyAuthChallengeResponse");
  });

  it("ends with the client's AuthSessionValidity, with another password, and with the user", async () => {
    const pool = await customPool({ client: { AuthSessionValidity: 4 } });
    const { UserPoolId, name: Username } = pool;
    const [late, changed] = [await pool.start(), await pool.start()];
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 4 * 60_000 });
    await expect(pool.answer(late.Session, RIGHT)).rejects.toMatchObject({
      message: "Invalid session for the user, session is expired.",
    });
    vi.useRealTimers();
    await call("AdminSetUserPassword", { UserPoolId, Username, Password: `${PASSWORD}2`, Permanent: true });
    await expect(pool.answer(changed.Session, RIGHT)).rejects.toMatchObject(FOREIGN);
    const { Session } = await pool.start();
    await call("AdminDeleteUser", { UserPoolId, Username });
    await expect(pool.answer(Session, RIGHT)).rejects.toMatchObject(FOREIGN);
  });

  it("gives no tokens to a user who is disabled between the answer and the tokens", async () => {
    const pool = await customPool();
    const { UserPoolId, ClientId, name: Username } = pool;
    const { Session } = await pool.start();
    const ChallengeResponses = { USERNAME: Username, ANSWER: RIGHT };
    const input = { ClientId, ChallengeName: "CUSTOM_CHALLENGE", Session, ChallengeResponses };
    const { DB, happened } = meanwhile('delete from "attempts"', () =>
      call("AdminDisableUser", { UserPoolId, Username }),
    );
    const response = await get("/", { method: "POST", ...(await requestOf("RespondToAuthChallenge", input)) }, { DB });
    expect(happened()).toBe(true);
    expect(await response.json()).toMatchObject({ __type: "NotAuthorizedException" });
  });
});

describe("guessing at custom challenges", () => {
  it("ends a flow with its hundredth answer, and leaves a user a hundred answers until a quarter of an hour was quiet", async () => {
    const pool = await customPool();
    await pool.fn.script(ENDLESS);
    let { Session } = await pool.start();
    for (let n = 1; n < 100; n++) ({ Session } = await pool.answer(Session, "Oslo"));
    expect(Session.length).toBeLessThanOrEqual(2_048);
    await expect(pool.answer(Session, "Oslo")).rejects.toMatchObject(FAILED);
    await pool.fn.script({});
    const locked = { name: "NotAuthorizedException", message: "Code attempts exceeded" };
    await expect(pool.answer((await pool.start()).Session, RIGHT)).rejects.toMatchObject(locked);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 15 * 60_000 });
    expect(await pool.answer((await pool.start()).Session, RIGHT)).toHaveProperty("AuthenticationResult");
  }, 60_000);

  it("is forgotten by a sign-in", async () => {
    const pool = await customPool();
    const counted = async () =>
      (
        await env.DB.prepare("select count from attempts where subject = ? and kind = 'custom-challenge'")
          .bind(pool.sub)
          .all()
      ).results;
    const { Session } = await pool.answer((await pool.start()).Session, "Oslo");
    expect(await counted()).toEqual([{ count: 1 }]);
    await pool.answer(Session, RIGHT);
    expect(await counted()).toEqual([]);
  });
});

describe("who may sign in by CUSTOM_AUTH", () => {
  it("proves a client's secret with the begin and with each answer", async () => {
    const pool = await customPool({ client: { GenerateSecret: true } });
    const { ClientId, ClientSecret, name } = pool;
    const SECRET_HASH = await secretHash(ClientSecret, name, ClientId);
    await expect(pool.start()).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(await pool.asked()).toEqual([]);
    const { Session } = await pool.start(name, { SECRET_HASH });
    await expect(pool.answer(Session, RIGHT)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(await pool.answer(Session, RIGHT, { SECRET_HASH })).toHaveProperty("AuthenticationResult");
  });

  it("is told the state of their account once the challenges are passed, and no sooner", async () => {
    const pool = await customPool({ client: HIDING });
    const { UserPoolId, ClientId, name: Username } = pool;
    await call("SignUp", { ClientId, Username: "newcomer", Password: PASSWORD });
    const { Session } = await pool.start("newcomer");
    const again = await pool.answer(Session, "Oslo", { USERNAME: "newcomer" });
    await expect(pool.answer(again.Session, RIGHT, { USERNAME: "newcomer" })).rejects.toMatchObject({
      name: "UserNotConfirmedException",
    });
    await call("AdminDisableUser", { UserPoolId, Username });
    const disabled = { name: "NotAuthorizedException", message: "User is disabled." };
    await expect(pool.answer((await pool.start()).Session, RIGHT)).rejects.toMatchObject(disabled);
    const { ClientId: open } = await makeClient(UserPoolId, { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH"] });
    await expect(pool.start(Username, {}, { ClientId: open })).rejects.toMatchObject(disabled);
  });

  it("chooses a password before tokens, where the one they have is temporary", async () => {
    const pool = await customPool();
    const { UserPoolId } = pool;
    const TemporaryPassword = PASSWORD;
    await call("AdminCreateUser", { UserPoolId, Username: "kim", TemporaryPassword, MessageAction: "SUPPRESS" });
    const asked = await pool.answer((await pool.start("kim")).Session, RIGHT, { USERNAME: "kim" });
    expect(asked.ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    const chosen = { USERNAME: "kim", NEW_PASSWORD: `${PASSWORD}2` };
    const reply = await pool.respond("NEW_PASSWORD_REQUIRED", asked.Session, chosen);
    expect(reply).toHaveProperty("AuthenticationResult");
    expect((await pool.asked()).at(-1)).toBe("TokenGeneration_NewPasswordChallenge");
  });
});

describe("a name that nobody has", () => {
  it("is led through the same challenges at the same cost where the client hides users, and never signs in", async () => {
    const pool = await customPool({ client: HIDING });
    await pool.start();
    await pool.fn.script({
      DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), next("CUSTOM_CHALLENGE"), ISSUE],
      VerifyAuthChallengeResponse: { response: { answerCorrect: true } },
    });
    const before = (await pool.fn.events()).length;
    const costs = await costsOf(async () => {
      const { Session, ...shown } = await pool.start("nobody");
      expect(shown).toEqual({
        ChallengeName: "CUSTOM_CHALLENGE",
        ChallengeParameters: { question: QUESTION, USERNAME: "nobody" },
      });
      const again = await pool.answer(Session, "Oslo", { USERNAME: "nobody" });
      expect(again.ChallengeName).toBe("CUSTOM_CHALLENGE");
      await expect(pool.answer(again.Session, RIGHT, { USERNAME: "nobody" })).rejects.toMatchObject(FAILED);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 1]);
    const events = (await pool.fn.events()).slice(before);
    expect(events.map(({ userName, request }) => [userName, request.userNotFound, request.userAttributes])).toEqual(
      events.map(() => ["nobody", true, {}]),
    );
    expect(events).toHaveLength(8);
    expect(await pool.asked()).not.toContain("PostAuthentication");
  });

  it("does not sign in by challenges of ours either: no password is right, and no second factor is posed", async () => {
    const pool = await customPool({ client: HIDING });
    const { SRP_A, answer } = openSrp(pool.UserPoolId);
    const asked = await pool.start("nobody", { CHALLENGE_NAME: "SRP_A", SRP_A });
    expect(Object.keys(asked.ChallengeParameters).sort()).toEqual(
      ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"].sort(),
    );
    const proof = answer(asked.ChallengeParameters, PASSWORD);
    await expect(pool.respond("PASSWORD_VERIFIER", asked.Session, proof)).rejects.toMatchObject(FAILED);
    await pool.fn.script({ DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), next("SOFTWARE_TOKEN_MFA")] });
    const { Session } = await pool.start("nobody");
    await expect(pool.answer(Session, RIGHT, { USERNAME: "nobody" })).rejects.toMatchObject(FAILED);
    await pool.fn.script({ DefineAuthChallenge: ISSUE });
    await expect(pool.start("nobody")).rejects.toMatchObject(FAILED);
  });

  it("is named where the client does not hide users, and no trigger hears of it", async () => {
    const pool = await customPool();
    const unknown = { name: "UserNotFoundException", message: "User does not exist." };
    await expect(pool.start("nobody")).rejects.toMatchObject(unknown);
    expect(await pool.asked()).toEqual([]);
  });
});
