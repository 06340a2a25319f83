import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf } from "../../authenticator-app.ts";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { SECOND_FACTORS } from "../../factors.ts";
import { wrongCodes } from "./people.ts";
import { USED } from "../../flows/sign-in/refusals.ts";

const MISMATCH = { name: "EnableSoftwareTokenMFAException", message: "Code mismatch" };
const BAD = { name: "NotAuthorizedException", message: "Invalid session for the user." };

let UserPoolId: string;
let ClientId: string;
beforeAll(async () => {
  UserPoolId = await makePool();
  ClientId = (await makeClient(UserPoolId)).ClientId;
  await call("SetUserPoolMfaConfig", { UserPoolId, MfaConfiguration: "ON", ...SECOND_FACTORS });
});
afterEach(() => void vi.useRealTimers());

let count = 0;
/** Begins to sign someone in who has no second factor yet. */
async function begin() {
  const name = `new-${count++}`;
  const sub = await makeUser(UserPoolId, name);
  const { ChallengeName, Session } = await signIn(ClientId, name);
  expect(ChallengeName).toBe("MFA_SETUP");
  return { name, sub, Session };
}
const associate = (Session: string) => call("AssociateSoftwareToken", { Session });
const verify = (Session: string, UserCode: string, more: object = {}) =>
  call("VerifySoftwareToken", { Session, UserCode, ...more });
const finish = (Session: string, USERNAME: string, more: object = {}) =>
  call("RespondToAuthChallenge", {
    ClientId,
    ChallengeName: "MFA_SETUP",
    Session,
    ChallengeResponses: { USERNAME, ...more },
  });
const shown = async (Username: string) => {
  const { UserMFASettingList, PreferredMfaSetting } = await call("AdminGetUser", { UserPoolId, Username });
  return { UserMFASettingList, PreferredMfaSetting };
};

describe("an app that is set up while signing in", () => {
  it("is given its seed by a session, proven by the next, and asked for from then on", async () => {
    const { name, Session } = await begin();
    const given = await associate(Session);
    expect(given).toEqual({
      SecretCode: expect.stringMatching(/^[A-Z2-7]{32}$/),
      Session: expect.stringMatching(/^.{20,2048}$/),
    });
    expect(await shown(name)).toEqual({});
    const proven = await verify(given.Session, await codeOf(given.SecretCode), { FriendlyDeviceName: "phone" });
    expect(proven).toEqual({ Status: "SUCCESS", Session: expect.stringMatching(/^.{20,2048}$/) });
    expect(await shown(name)).toEqual({
      UserMFASettingList: ["SOFTWARE_TOKEN_MFA"],
      PreferredMfaSetting: "SOFTWARE_TOKEN_MFA",
    });
    expect(await signIn(ClientId, name)).toMatchObject({
      ChallengeName: "SOFTWARE_TOKEN_MFA",
      ChallengeParameters: { FRIENDLY_DEVICE_NAME: "phone" },
    });
    expect(await finish(proven.Session, name)).toHaveProperty("AuthenticationResult");
  });

  it("takes a code once more after a wrong one, in the same session", async () => {
    const { Session } = await begin();
    const given = await associate(Session);
    const [wrong = ""] = await wrongCodes(given.SecretCode);
    await expect(verify(given.Session, wrong)).rejects.toMatchObject(MISMATCH);
    expect(await verify(given.Session, await codeOf(given.SecretCode))).toMatchObject({ Status: "SUCCESS" });
  });

  it("is proven by the session of its own seed alone, and by none that has no seed", async () => {
    const { Session } = await begin();
    const [one, two] = [await associate(Session), await associate(Session)];
    expect(one.SecretCode).not.toBe(two.SecretCode);
    const code = await codeOf(one.SecretCode);
    await expect(verify(Session, code)).rejects.toMatchObject(MISMATCH);
    await expect(verify(two.Session, code)).rejects.toMatchObject(MISMATCH);
    expect(await verify(one.Session, code)).toMatchObject({ Status: "SUCCESS" });
  });

  it("ends every other set-up of its user: no second app takes its place, and no code counts twice", async () => {
    const { name, Session } = await begin();
    const [one, two] = [await associate(Session), await associate(Session)];
    const other = await associate((await signIn(ClientId, name)).Session);
    const proven = await verify(one.Session, await codeOf(one.SecretCode, -1));
    await expect(associate(Session)).rejects.toMatchObject(USED);
    await expect(associate(proven.Session)).rejects.toMatchObject(USED);
    await expect(verify(one.Session, await codeOf(one.SecretCode))).rejects.toMatchObject(USED);
    await expect(verify(two.Session, await codeOf(two.SecretCode))).rejects.toMatchObject(USED);
    await expect(verify(other.Session, await codeOf(other.SecretCode))).rejects.toMatchObject(USED);
    await finish(proven.Session, name);
    await expect(finish(proven.Session, name)).rejects.toMatchObject(USED);
    await expect(associate(proven.Session)).rejects.toMatchObject(USED);
  });

  it("is stored by one of 100 right codes at once", async () => {
    const { name, sub, Session } = await begin();
    const given = await Promise.all(Array.from({ length: 4 }, () => associate(Session)));
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, async (_, n) => {
        const { SecretCode, Session: session } = given[n % 4];
        return verify(session, await codeOf(SecretCode), { FriendlyDeviceName: `app ${n}` });
      }),
    );
    const taken = results.flatMap((result, n) => (result.status === "fulfilled" ? [{ n, ...result.value }] : []));
    expect(taken).toHaveLength(1);
    const factors = await env.DB.prepare("select factors from users where sub = ?").bind(sub).first<string>("factors");
    expect(JSON.parse(factors ?? "").softwareToken.name).toBe(`app ${taken[0]?.n}`);
    expect(await finish(taken[0]?.Session, name)).toHaveProperty("AuthenticationResult");
  });

  it("is guessed at 15 times an hour, over all sessions", async () => {
    const { name, Session } = await begin();
    const given = await associate(Session);
    const guesses = await wrongCodes(given.SecretCode, 40);
    const results = await Promise.allSettled(guesses.map((guess) => verify(given.Session, guess)));
    const names = results.map((result) => result.status === "rejected" && result.reason.name);
    expect(names.filter((each) => each === MISMATCH.name)).toHaveLength(15);
    expect(names.filter((each) => each === "LimitExceededException")).toHaveLength(25);
    const fresh = await associate((await signIn(ClientId, name)).Session);
    await expect(verify(fresh.Session, await codeOf(fresh.SecretCode))).rejects.toMatchObject({
      name: "LimitExceededException",
    });
    expect(await shown(name)).toEqual({});
  });

  it.each([
    [
      "another password",
      (Username: string) =>
        call("AdminSetUserPassword", { UserPoolId, Username, Password: "An0ther-Horse!", Permanent: true }),
    ],
    ["a sign-out everywhere", (Username: string) => call("AdminUserGlobalSignOut", { UserPoolId, Username })],
    ["a lock", (Username: string) => call("AdminDisableUser", { UserPoolId, Username })],
    ["their deletion", (Username: string) => call("AdminDeleteUser", { UserPoolId, Username })],
  ])("is not set up by a user who has met with %s since the password", async (_, end) => {
    const { name, Session } = await begin();
    const given = await associate(Session);
    await end(name);
    const refused = { name: "NotAuthorizedException" };
    await expect(associate(Session)).rejects.toMatchObject(refused);
    await expect(verify(given.Session, await codeOf(given.SecretCode))).rejects.toMatchObject(refused);
  });

  it("cannot be begun or proven by the session of another challenge, an altered one, or one made up", async () => {
    const { name, Session } = await begin();
    const given = await associate(Session);
    const UserCode = await codeOf(given.SecretCode);
    const other = await makeClient(UserPoolId);
    const [client = "", goal = "", sealed = ""] = given.Session.split(".");
    const altered = [
      sealed,
      `${client}.browser-session.${sealed}`,
      `${other.ClientId}.${goal}.${sealed}`,
      `nobody.${goal}.${sealed}`,
      `${given.Session}.x`,
      `${given.Session.slice(0, -8)}AAAAAAA=`,
      "x".repeat(2048),
    ];
    await makeUser(UserPoolId, `sms-${name}`, { phone_number: "+15550120001" });
    altered.push((await signIn(ClientId, `sms-${name}`)).Session);
    for (const session of altered) {
      await expect(associate(session), session.slice(0, 60)).rejects.toMatchObject(BAD);
      await expect(verify(session, UserCode), session.slice(0, 60)).rejects.toMatchObject(BAD);
    }
  });

  it("has as long for each step as the client gives a challenge", async () => {
    const { Session } = await begin();
    const later = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
    later(2 * 60_000);
    const given = await associate(Session);
    later(2 * 60_000);
    await expect(associate(Session)).rejects.toMatchObject({
      message: "Invalid session for the user, session is expired.",
    });
    expect(await verify(given.Session, await codeOf(given.SecretCode))).toMatchObject({ Status: "SUCCESS" });
  });

  it("ends no sign-in once an administrator has taken it away", async () => {
    const { name, Session } = await begin();
    const given = await associate(Session);
    const proven = await verify(given.Session, await codeOf(given.SecretCode));
    await call("AdminDeleteSoftwareToken", { UserPoolId, Username: name });
    await expect(finish(proven.Session, name)).rejects.toMatchObject(BAD);
  });

  it("is not put off for ever by asking for seed after seed", async () => {
    let { Session } = await begin();
    const began = Date.now();
    const at = (minutes: number) => vi.useFakeTimers({ toFake: ["Date"], now: began + minutes * 60_000 });
    const goOn = async () => {
      for (let minutes = 2; minutes <= 20; minutes += 2) {
        at(minutes);
        ({ Session } = await associate(Session));
      }
    };
    await expect(goOn()).rejects.toMatchObject({ message: "Invalid session for the user, session is expired." });
  });

  it("cannot be set up where the pool does not offer apps", async () => {
    const pool = await makePool();
    const client = (await makeClient(pool)).ClientId;
    await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration: "ON", EmailMfaConfiguration: {} });
    await makeUser(pool, "jane");
    const { Session, ChallengeParameters } = await signIn(client, "jane");
    expect(ChallengeParameters.MFAS_CAN_SETUP).toBe('["EMAIL_OTP"]');
    await expect(associate(Session)).rejects.toMatchObject({ name: "SoftwareTokenMFANotFoundException" });
  });

  it("takes one hop for the seed, two for its proof and one for a wrong code", async () => {
    const { Session } = await begin();
    const costs = await costsOf(async () => {
      const given = await associate(Session);
      const [wrong = ""] = await wrongCodes(given.SecretCode);
      await verify(given.Session, wrong).catch(() => undefined);
      await verify(given.Session, await codeOf(given.SecretCode));
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 2]);
  });
});
