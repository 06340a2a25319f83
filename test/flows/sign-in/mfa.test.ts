import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf } from "../../authenticator-app.ts";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { OWN_MAIL, SECOND_FACTORS } from "../../factors.ts";

async function poolWith(MfaConfiguration: "ON" | "OPTIONAL", factors: object = SECOND_FACTORS): Promise<string> {
  const pool = await makePool(OWN_MAIL);
  await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration, ...factors });
  return pool;
}

const answer = (ClientId: string, ChallengeName: string, Session: string | undefined, ChallengeResponses: object) =>
  call("RespondToAuthChallenge", { ClientId, ChallengeName, Session, ChallengeResponses });

/** Gives a user an app and asks for it from now on. @returns the app's seed */
async function withApp(client: string, name: string, verifiedBy = -1): Promise<string> {
  const { AccessToken } = (await signIn(client, name)).AuthenticationResult;
  const { SecretCode } = await call("AssociateSoftwareToken", { AccessToken });
  await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(SecretCode, verifiedBy) });
  await call("SetUserMFAPreference", { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
  return SecretCode;
}

let pool: string;
let client: string;
const user = async (attributes: Record<string, string> = {}) => {
  const name = `u${crypto.randomUUID().slice(0, 8)}`;
  await makeUser(pool, name, attributes);
  return name;
};
const prefer = (Username: string, settings: object) =>
  call("AdminSetUserMFAPreference", { UserPoolId: pool, Username, ...settings });

beforeAll(async () => {
  pool = await poolWith("OPTIONAL");
  client = (await makeClient(pool)).ClientId;
});

describe("sign-in by password and authenticator app", () => {
  it("asks for the app's code, by the name that the app was given, and gives tokens for it", async () => {
    const name = await user();
    const seed = await withApp(client, name);
    const asked = await signIn(client, name);
    expect(asked).toEqual({
      ChallengeName: "SOFTWARE_TOKEN_MFA",
      Session: expect.stringMatching(/^.{20,2048}$/),
      ChallengeParameters: { FRIENDLY_DEVICE_NAME: "", USER_ID_FOR_SRP: name },
    });
    const { AuthenticationResult } = await answer(client, "SOFTWARE_TOKEN_MFA", asked.Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
      SMS_MFA_CODE: await codeOf(seed),
    });
    expect(decodeJwt(AuthenticationResult.AccessToken).username).toBe(name);
  });

  it("lets a wrong code be mended, in the same session", async () => {
    const name = await user();
    const seed = await withApp(client, name);
    const { Session } = await signIn(client, name);
    const code = await codeOf(seed);
    const wrong = code === "000000" ? "000001" : "000000";
    await expect(
      answer(client, "SOFTWARE_TOKEN_MFA", Session, { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: wrong }),
    ).rejects.toMatchObject({ name: "CodeMismatchException", message: "Invalid code received for user" });
    const { AuthenticationResult } = await answer(client, "SOFTWARE_TOKEN_MFA", Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: code,
    });
    expect(AuthenticationResult.AccessToken).toBeDefined();
  });

  it("[RFC 6238 §5.2] takes each code once, in another session, too", async () => {
    const name = await user();
    const seed = await withApp(client, name);
    const code = await codeOf(seed);
    const [one, two] = [await signIn(client, name), await signIn(client, name)];
    const responses = { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: code };
    await answer(client, "SOFTWARE_TOKEN_MFA", one.Session, responses);
    await expect(answer(client, "SOFTWARE_TOKEN_MFA", two.Session, responses)).rejects.toMatchObject({
      name: "ExpiredCodeException",
      message: "Your software token has already been used once.",
    });
  });

  it("uses a session up by the right answer", async () => {
    const name = await user();
    const seed = await withApp(client, name);
    const { Session } = await signIn(client, name);
    await answer(client, "SOFTWARE_TOKEN_MFA", Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
    });
    await expect(
      answer(client, "SOFTWARE_TOKEN_MFA", Session, { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed, 1) }),
    ).rejects.toMatchObject({ message: "Invalid session for the user, session can only be used once." });
  });

  it("gives tokens to one of 100 right answers at once, in one session and in two", async () => {
    const name = await user();
    const seed = await withApp(client, name);
    const sessions = [(await signIn(client, name)).Session, (await signIn(client, name)).Session];
    const code = await codeOf(seed);
    const tried = await Promise.allSettled(
      Array.from({ length: 100 }, (_, at) =>
        answer(client, "SOFTWARE_TOKEN_MFA", sessions[at % 2], { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: code }),
      ),
    );
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("turns away guesses after thirty, and the right code with them, until time has passed", async () => {
    const name = await user();
    await withApp(client, name);
    const { Session } = await signIn(client, name);
    const guesses = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) =>
        answer(client, "SOFTWARE_TOKEN_MFA", Session, {
          USERNAME: name,
          SOFTWARE_TOKEN_MFA_CODE: String(at).padStart(6, "0"),
        }),
      ),
    );
    const messages = guesses.map((guess) => (guess.status === "rejected" ? (guess.reason as Error).message : "right"));
    expect(messages.filter((message) => message === "Invalid code received for user").length).toBeLessThanOrEqual(30);
    expect(messages).toContain("Code attempts exceeded");
  });

  it("costs two hops for the right code and for a wrong one", async () => {
    const name = await user();
    const seed = await withApp(client, name);
    const { Session } = await signIn(client, name);
    const responses = { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: "12345x" };
    const costs = await costsOf(async () => {
      await answer(client, "SOFTWARE_TOKEN_MFA", Session, responses).catch(() => undefined);
      await answer(client, "SOFTWARE_TOKEN_MFA", Session, {
        ...responses,
        SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
      });
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 2]);
  });
});

describe("a session of a challenge", () => {
  it("is good for its user, client and challenge alone", async () => {
    const [name, other] = [await user({ phone_number: "+15550100001" }), await user()];
    const seed = await withApp(client, name);
    const elsewhere = (await makeClient(pool)).ClientId;
    const { Session } = await signIn(client, name);
    const code = await codeOf(seed);
    const bad = { name: "NotAuthorizedException", message: "Invalid session for the user." };
    const app = { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: code };
    await expect(answer(client, "SOFTWARE_TOKEN_MFA", Session, { ...app, USERNAME: other })).rejects.toMatchObject(bad);
    await expect(answer(elsewhere, "SOFTWARE_TOKEN_MFA", Session, app)).rejects.toMatchObject(bad);
    await expect(answer(client, "SMS_MFA", Session, { USERNAME: name, SMS_MFA_CODE: code })).rejects.toMatchObject(bad);
    await expect(answer(client, "MFA_SETUP", Session, { USERNAME: name })).rejects.toMatchObject(bad);
    const altered = `${Session.slice(0, 40)}${Session[40] === "A" ? "B" : "A"}${Session.slice(41)}`;
    await expect(answer(client, "SOFTWARE_TOKEN_MFA", altered, app)).rejects.toMatchObject(bad);
    await expect(answer(client, "SOFTWARE_TOKEN_MFA", undefined, app)).rejects.toMatchObject(bad);
    expect((await answer(client, "SOFTWARE_TOKEN_MFA", Session, app)).AuthenticationResult).toBeDefined();
  });

  it("counts no more once the user has another password, or was signed out everywhere, or disabled", async () => {
    const ends = [
      ["AdminSetUserPassword", { Password: "An0ther-Horse!", Permanent: true }],
      ["AdminUserGlobalSignOut", {}],
      ["AdminDisableUser", {}],
    ] as const;
    for (const [operation, input] of ends) {
      const name = await user();
      const seed = await withApp(client, name);
      const { Session } = await signIn(client, name);
      await call(operation, { UserPoolId: pool, Username: name, ...input });
      await expect(
        answer(client, "SOFTWARE_TOKEN_MFA", Session, { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed) }),
        operation,
      ).rejects.toMatchObject({ name: "NotAuthorizedException" });
    }
  });
});

describe("sign-in by password and a code that is sent", () => {
  it("sends six digits to the phone, and takes them once", async () => {
    const phone_number = "+15550100002";
    const name = await user({ phone_number });
    await prefer(name, { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    const asked = await signIn(client, name);
    expect(asked).toEqual({
      ChallengeName: "SMS_MFA",
      Session: expect.any(String),
      ChallengeParameters: {
        CODE_DELIVERY_DELIVERY_MEDIUM: "SMS",
        CODE_DELIVERY_DESTINATION: "+*******0002",
        USER_ID_FOR_SRP: name,
      },
    });
    const code = await codeSentTo(phone_number);
    expect(code).toMatch(/^\d{6}$/);
    const responses = { USERNAME: name, SMS_MFA_CODE: code };
    await expect(
      answer(client, "SMS_MFA", asked.Session, { ...responses, SMS_MFA_CODE: "wrong1" }),
    ).rejects.toMatchObject({ name: "CodeMismatchException", message: "Invalid code or auth state for the user." });
    const tried = await Promise.allSettled(
      Array.from({ length: 20 }, () => answer(client, "SMS_MFA", asked.Session, responses)),
    );
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("sends eight digits to the e-mail address", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const name = await user({ email });
    await prefer(name, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
    const asked = await signIn(client, name);
    expect(asked).toMatchObject({
      ChallengeName: "EMAIL_OTP",
      ChallengeParameters: { CODE_DELIVERY_DELIVERY_MEDIUM: "EMAIL", USER_ID_FOR_SRP: name },
    });
    const code = await codeSentTo(email);
    expect(code).toMatch(/^\d{8}$/);
    const { AuthenticationResult } = await answer(client, "EMAIL_OTP", asked.Session, {
      USERNAME: name,
      EMAIL_OTP_CODE: code,
    });
    expect(AuthenticationResult.AccessToken).toBeDefined();
  });

  it("takes the code of another sign-in for wrong", async () => {
    const phone_number = "+15550100003";
    const name = await user({ phone_number });
    await prefer(name, { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    const first = await signIn(client, name);
    const code = await codeSentTo(phone_number);
    const second = await signIn(client, name);
    if ((await codeSentTo(phone_number)) === code) return;
    const responses = { USERNAME: name, SMS_MFA_CODE: code };
    await expect(answer(client, "SMS_MFA", second.Session, responses)).rejects.toMatchObject({
      name: "CodeMismatchException",
    });
    expect((await answer(client, "SMS_MFA", first.Session, responses)).AuthenticationResult).toBeDefined();
  });

  it("sends an address twenty codes an hour", async () => {
    const phone_number = "+15550100004";
    const name = await user({ phone_number });
    await prefer(name, { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    for (let at = 0; at < 20; at++) await signIn(client, name);
    await expect(signIn(client, name)).rejects.toMatchObject({ name: "LimitExceededException" });
    expect(await outbox(phone_number)).toHaveLength(20);
  });

  it("stores no code and logs none", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const name = await user({ email });
    await prefer(name, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const { Session } = await signIn(client, name);
    const code = await codeSentTo(email);
    const wrong = code === "12345678" ? "87654321" : "12345678";
    await answer(client, "EMAIL_OTP", Session, { USERNAME: name, EMAIL_OTP_CODE: wrong }).catch(() => undefined);
    await answer(client, "EMAIL_OTP", Session, { USERNAME: name, EMAIL_OTP_CODE: code });
    const logged = JSON.stringify(log.mock.calls);
    log.mockRestore();
    expect(logged).toContain("RespondToAuthChallenge");
    expect(logged).not.toContain(code);
    expect(logged).not.toContain(wrong);
    expect(Session).not.toContain(code);
    expect(atob(Session)).not.toContain(code);
    const { results: tables } = await env.DB.prepare("select name from sqlite_master where type = 'table'").all();
    const kept = tables.map(({ name }) => String(name)).filter((table) => /^[a-z]+(_[a-z]+)*$/.test(table));
    expect(kept).toContain("attempts");
    for (const table of kept.filter((each) => each !== "outbox" && !each.startsWith("sqlite"))) {
      const { results } = await env.DB.prepare(`select * from ${table}`).all();
      const texts = results.flatMap((row) => Object.values(row)).filter((value) => typeof value === "string");
      expect(
        texts.filter((text) => text.includes(code)),
        table,
      ).toEqual([]);
    }
  });
});

describe("several second factors", () => {
  it("lets the user choose where they prefer none, by every name that is documented", async () => {
    for (const ANSWER of ["SMS_MFA", "EMAIL_OTP", "EMAIL_MFA"]) {
      const [phone_number, email] = [
        `+1555${Math.random().toString().slice(2, 9)}`,
        `${crypto.randomUUID()}@example.com`,
      ];
      const name = await user({ phone_number, email });
      await prefer(name, { SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true } });
      const asked = await signIn(client, name);
      expect(asked.ChallengeName).toBe("SELECT_MFA_TYPE");
      expect(JSON.parse(asked.ChallengeParameters.MFAS_CAN_CHOOSE).sort()).toEqual(["EMAIL_OTP", "SMS_MFA"]);
      const next = await answer(client, "SELECT_MFA_TYPE", asked.Session, { USERNAME: name, ANSWER });
      const bySms = ANSWER === "SMS_MFA";
      expect(next.ChallengeName).toBe(bySms ? "SMS_MFA" : "EMAIL_OTP");
      const code = await codeSentTo(bySms ? phone_number : email);
      const { AuthenticationResult } = await answer(client, next.ChallengeName, next.Session, {
        USERNAME: name,
        [`${next.ChallengeName}_CODE`]: code,
      });
      expect(AuthenticationResult.AccessToken).toBeDefined();
    }
  });

  it("refuses what cannot be chosen, and goes on from one session once", async () => {
    const name = await user({ phone_number: "+15550100006", email: "several@example.com" });
    await prefer(name, { SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true } });
    const { Session } = await signIn(client, name);
    const choose = (ANSWER: string) => answer(client, "SELECT_MFA_TYPE", Session, { USERNAME: name, ANSWER });
    await expect(choose("SOFTWARE_TOKEN_MFA")).rejects.toMatchObject({ name: "InvalidParameterException" });
    const costs = await costsOf(() => choose("SMS_MFA"));
    // The third is the outbox, in the place of what would send the message.
    expect(costs.map(({ hops }) => hops)).toEqual([3]);
    await expect(choose("SMS_MFA")).rejects.toMatchObject({
      message: "Invalid session for the user, session can only be used once.",
    });
  });
});

describe("a second factor that was switched on while a code in the place of a password was on its way", () => {
  it("is chosen among the others: the channel that the sign-in began with is no second one", async () => {
    const pool = await makePool({
      ...OWN_MAIL,
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
    });
    await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration: "OPTIONAL", ...SECOND_FACTORS });
    const ExplicitAuthFlows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    const { ClientId } = await makeClient(pool, { ExplicitAuthFlows });
    const email = `${crypto.randomUUID()}@example.com`;
    await makeUser(pool, "jane", { email, phone_number: "+15550100099" });
    const { AccessToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    const { SecretCode } = await call("AssociateSoftwareToken", { AccessToken });
    await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(SecretCode) });
    const AuthParameters = { USERNAME: "jane", PREFERRED_CHALLENGE: "EMAIL_OTP" };
    const { Session } = await call("InitiateAuth", { ClientId, AuthFlow: "USER_AUTH", AuthParameters });
    const Enabled = { Enabled: true };
    await call("AdminSetUserMFAPreference", {
      UserPoolId: pool,
      Username: "jane",
      SMSMfaSettings: Enabled,
      EmailMfaSettings: Enabled,
      SoftwareTokenMfaSettings: Enabled,
    });
    const asked = await answer(ClientId, "EMAIL_OTP", Session, {
      USERNAME: "jane",
      EMAIL_OTP_CODE: await codeSentTo(email),
    });
    expect(asked.ChallengeName).toBe("SELECT_MFA_TYPE");
    expect(JSON.parse(asked.ChallengeParameters.MFAS_CAN_CHOOSE).sort()).toEqual(["SMS_MFA", "SOFTWARE_TOKEN_MFA"]);
    await expect(
      answer(ClientId, "SELECT_MFA_TYPE", asked.Session, { USERNAME: "jane", ANSWER: "EMAIL_OTP" }),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("a pool that demands a second factor", () => {
  let strict: string;
  let app: string;
  const newUser = async (attributes: Record<string, string> = {}) => {
    const name = `u${crypto.randomUUID().slice(0, 8)}`;
    await makeUser(strict, name, attributes);
    return name;
  };
  beforeAll(async () => {
    strict = await poolWith("ON");
    app = (await makeClient(strict)).ClientId;
  });

  it("has a user without one set up an app, through three sessions, before there are tokens", async () => {
    const name = await newUser();
    const asked = await signIn(app, name);
    expect(asked).toMatchObject({ ChallengeName: "MFA_SETUP", ChallengeParameters: { USER_ID_FOR_SRP: name } });
    expect(JSON.parse(asked.ChallengeParameters.MFAS_CAN_SETUP)).toContain("SOFTWARE_TOKEN_MFA");
    const associated = await call("AssociateSoftwareToken", { Session: asked.Session });
    const verified = await call("VerifySoftwareToken", {
      Session: associated.Session,
      UserCode: await codeOf(associated.SecretCode, -1),
      FriendlyDeviceName: "phone",
    });
    expect(verified.Status).toBe("SUCCESS");
    // Active from here, whatever becomes of this sign-in.
    const again = await signIn(app, name);
    expect(again).toMatchObject({
      ChallengeName: "SOFTWARE_TOKEN_MFA",
      ChallengeParameters: { FRIENDLY_DEVICE_NAME: "phone" },
    });
    const { AuthenticationResult } = await answer(app, "MFA_SETUP", verified.Session, { USERNAME: name });
    expect(AuthenticationResult.AccessToken).toBeDefined();
    const code = await codeOf(associated.SecretCode);
    const responses = { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: code };
    expect((await answer(app, "SOFTWARE_TOKEN_MFA", again.Session, responses)).AuthenticationResult).toBeDefined();
  });

  it("gives no tokens for a set-up that was not finished", async () => {
    const name = await newUser();
    const { Session } = await signIn(app, name);
    const refused = { name: "InvalidParameterException" };
    await expect(answer(app, "MFA_SETUP", Session, { USERNAME: name })).rejects.toMatchObject(refused);
    const associated = await call("AssociateSoftwareToken", { Session });
    await expect(answer(app, "MFA_SETUP", associated.Session, { USERNAME: name })).rejects.toMatchObject(refused);
  });

  it("takes the session of a finished set-up once, from 20 at once", async () => {
    const name = await newUser();
    const { Session } = await signIn(app, name);
    const associated = await call("AssociateSoftwareToken", { Session });
    const UserCode = await codeOf(associated.SecretCode);
    const verified = await call("VerifySoftwareToken", { Session: associated.Session, UserCode });
    const tried = await Promise.allSettled(
      Array.from({ length: 20 }, () => answer(app, "MFA_SETUP", verified.Session, { USERNAME: name })),
    );
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("sets up an e-mail address by a code that is sent there, and verifies it with that", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const name = await newUser();
    const asked = await signIn(app, name);
    const sent = await answer(app, "MFA_SETUP", asked.Session, { USERNAME: name, EMAIL: email });
    expect(sent.ChallengeName).toBe("EMAIL_OTP");
    const before = await call("AdminGetUser", { UserPoolId: strict, Username: name });
    expect(before.UserAttributes).not.toContainEqual({ Name: "email", Value: email });
    const responses = { USERNAME: name, EMAIL_OTP_CODE: await codeSentTo(email) };
    const { AuthenticationResult } = await answer(app, "EMAIL_OTP", sent.Session, responses);
    expect(AuthenticationResult.AccessToken).toBeDefined();
    const after = await call("AdminGetUser", { UserPoolId: strict, Username: name });
    expect(after.UserAttributes).toContainEqual({ Name: "email", Value: email });
    expect(after.UserAttributes).toContainEqual({ Name: "email_verified", Value: "true" });
    expect(after.UserMFASettingList).toEqual(["EMAIL_OTP"]);
  });

  it("sets up no address beside a factor that the user got meanwhile", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const name = await newUser();
    const older = await signIn(app, name);
    const sent = await answer(app, "MFA_SETUP", older.Session, { USERNAME: name, EMAIL: email });
    const { Session } = await signIn(app, name);
    const associated = await call("AssociateSoftwareToken", { Session });
    const UserCode = await codeOf(associated.SecretCode);
    await call("VerifySoftwareToken", { Session: associated.Session, UserCode });
    const used = { message: "Invalid session for the user, session can only be used once." };
    const EMAIL_OTP_CODE = await codeSentTo(email);
    await expect(answer(app, "EMAIL_OTP", sent.Session, { USERNAME: name, EMAIL_OTP_CODE })).rejects.toMatchObject(
      used,
    );
    await expect(answer(app, "MFA_SETUP", Session, { USERNAME: name, EMAIL: email })).rejects.toMatchObject(used);
  });

  it("moves no address that its owner has verified", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const name = await newUser({ email, email_verified: "true" });
    const { Session } = await signIn(app, name);
    const set = (EMAIL: string) => answer(app, "MFA_SETUP", Session, { USERNAME: name, EMAIL });
    await expect(set("mallory@example.com")).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await outbox("mallory@example.com")).toEqual([]);
    expect((await set(email)).ChallengeName).toBe("EMAIL_OTP");
  });

  it("takes a phone number for a factor of someone who has chosen none", async () => {
    const name = await newUser({ phone_number: "+15550100007" });
    expect((await signIn(app, name)).ChallengeName).toBe("SMS_MFA");
  });

  it("asks for it after a new password", async () => {
    const name = `u${crypto.randomUUID().slice(0, 8)}`;
    await call("AdminCreateUser", {
      UserPoolId: strict,
      Username: name,
      TemporaryPassword: PASSWORD,
      MessageAction: "SUPPRESS",
    });
    const { ChallengeName, Session } = await signIn(app, name);
    expect(ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    const next = await answer(app, ChallengeName, Session, { USERNAME: name, NEW_PASSWORD: "An0ther-Horse!" });
    expect(next.ChallengeName).toBe("MFA_SETUP");
  });

  it("asks nobody once MFA is off", async () => {
    const off = await poolWith("ON");
    const client = (await makeClient(off)).ClientId;
    await makeUser(off, "jane", { phone_number: "+15550100008" });
    expect((await signIn(client, "jane")).ChallengeName).toBe("SMS_MFA");
    await call("SetUserPoolMfaConfig", { UserPoolId: off, MfaConfiguration: "OFF" });
    expect((await signIn(client, "jane")).AuthenticationResult).toBeDefined();
  });
});

describe("what has changed since a code was asked for", () => {
  const address = () => `${crypto.randomUUID()}@example.com`;
  const phone = () => `+1${Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte % 10).join("")}`;
  const update = (Username: string, attributes: Record<string, string>, UserPoolId = pool) =>
    call("AdminUpdateUserAttributes", {
      UserPoolId,
      Username,
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    });
  const bad = { name: "NotAuthorizedException", message: "Invalid session for the user." };
  const mismatch = { name: "CodeMismatchException", message: "Invalid code or auth state for the user." };

  it("a factor that was switched off is no second factor any more, though its code be right", async () => {
    const phone_number = phone();
    const name = await user({ phone_number });
    const seed = await withApp(client, name);
    await prefer(name, { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    const bySms = await signIn(client, name);
    await prefer(name, { SMSMfaSettings: { Enabled: false }, SoftwareTokenMfaSettings: { Enabled: true } });
    const SMS_MFA_CODE = await codeSentTo(phone_number);
    await expect(answer(client, "SMS_MFA", bySms.Session, { USERNAME: name, SMS_MFA_CODE })).rejects.toMatchObject(bad);

    const byApp = await signIn(client, name);
    await prefer(name, {
      SMSMfaSettings: { Enabled: true, PreferredMfa: true },
      SoftwareTokenMfaSettings: { Enabled: false },
    });
    const SOFTWARE_TOKEN_MFA_CODE = await codeOf(seed);
    await expect(
      answer(client, "SOFTWARE_TOKEN_MFA", byApp.Session, { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE }),
    ).rejects.toMatchObject(bad);

    const email = address();
    await update(name, { email });
    await prefer(name, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
    const byMail = await signIn(client, name);
    await prefer(name, { EmailMfaSettings: { Enabled: false } });
    const EMAIL_OTP_CODE = await codeSentTo(email);
    await expect(answer(client, "EMAIL_OTP", byMail.Session, { USERNAME: name, EMAIL_OTP_CODE })).rejects.toMatchObject(
      bad,
    );
  });

  it("a code to an address that is the user's no more is a wrong one", async () => {
    const [phone_number, email] = [phone(), address()];
    const name = await user({ phone_number, email });
    await prefer(name, { SMSMfaSettings: { Enabled: true, PreferredMfa: true } });
    const bySms = await signIn(client, name);
    await update(name, { phone_number: phone() });
    const SMS_MFA_CODE = await codeSentTo(phone_number);
    await expect(answer(client, "SMS_MFA", bySms.Session, { USERNAME: name, SMS_MFA_CODE })).rejects.toMatchObject(
      mismatch,
    );

    await prefer(name, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
    const byMail = await signIn(client, name);
    await update(name, { email: address() });
    const EMAIL_OTP_CODE = await codeSentTo(email);
    await expect(answer(client, "EMAIL_OTP", byMail.Session, { USERNAME: name, EMAIL_OTP_CODE })).rejects.toMatchObject(
      mismatch,
    );
  });

  it("an address that its owner has verified is moved no more, though setting another up had begun", async () => {
    const strict = await poolWith("ON", {
      SoftwareTokenMfaConfiguration: { Enabled: true },
      EmailMfaConfiguration: {},
    });
    const app = (await makeClient(strict)).ClientId;
    const [email, other] = [address(), address()];
    await makeUser(strict, "jane", { email });
    const { Session } = await signIn(app, "jane");
    const sent = await answer(app, "MFA_SETUP", Session, { USERNAME: "jane", EMAIL: other });
    await update("jane", { email_verified: "true" }, strict);
    const EMAIL_OTP_CODE = await codeSentTo(other);
    await expect(answer(app, "EMAIL_OTP", sent.Session, { USERNAME: "jane", EMAIL_OTP_CODE })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    const { UserAttributes } = await call("AdminGetUser", { UserPoolId: strict, Username: "jane" });
    expect(UserAttributes).toContainEqual({ Name: "email", Value: email });
  });
});
