import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { codeOf } from "../../authenticator-app.ts";
import { call, codeSentTo, makeClient, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { makeDevice } from "../../device-client.ts";
import { openSrp } from "../../srp-client.ts";
import { customPool, ISSUE, next, RIGHT, UNRECOGNIZABLE } from "./custom-pool.ts";
import { FAILED, FOREIGN, USED } from "./refusals.ts";

type Pool = Awaited<ReturnType<typeof customPool>>;

const SRP_FIRST = { challengeName: "SRP_A", challengeResult: true };
const passed = (challengeName: string) => ({ challengeName, challengeResult: true });
const CORRECT = { ...passed("CUSTOM_CHALLENGE"), challengeMetadata: "QUESTION" };

/** Begins with SRP. @returns the reply, and what proves the password */
async function startSrp(pool: Pool, key = "CHALLENGE_NAME", name = pool.name) {
  const { SRP_A, answer } = openSrp(pool.UserPoolId);
  const reply = await pool.start(name, { [key]: "SRP_A", SRP_A });
  return { reply, proof: (password = PASSWORD) => answer(reply.ChallengeParameters, password) };
}

/** Makes the user's second factor an app. @returns its seed */
async function withApp({ UserPoolId, name }: Pool, more: object = {}): Promise<string> {
  const factors = { SoftwareTokenMfaConfiguration: { Enabled: true }, ...more };
  await call("SetUserPoolMfaConfig", { UserPoolId, MfaConfiguration: "OPTIONAL", ...factors });
  const { ClientId } = await makeClient(UserPoolId);
  const { AccessToken } = (await signIn(ClientId, name)).AuthenticationResult;
  const { SecretCode } = await call("AssociateSoftwareToken", { AccessToken });
  await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(SecretCode, -1) });
  await call("SetUserMFAPreference", { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
  return SecretCode;
}

describe("[Amazon Cognito: SRP password verification in custom authentication flow] CUSTOM_AUTH with SRP_A", () => {
  it.each(["CHALLENGE_NAME", "ChallengeName"])(
    "tells DefineAuthChallenge of SRP_A by %s, and asks for the password with a Session, then the challenge",
    async (key) => {
      const pool = await customPool();
      const { reply, proof } = await startSrp(pool, key);
      expect(reply).toEqual({
        ChallengeName: "PASSWORD_VERIFIER",
        ChallengeParameters: {
          SALT: expect.stringMatching(/^[0-9a-f]+$/),
          SRP_B: expect.stringMatching(/^[1-9a-f][0-9a-f]+$/),
          SECRET_BLOCK: expect.any(String),
          USERNAME: pool.name,
          USER_ID_FOR_SRP: pool.name,
        },
        Session: expect.stringMatching(/^.{20,2048}$/),
      });
      const challenge = await pool.respond("PASSWORD_VERIFIER", reply.Session, proof());
      expect(challenge.ChallengeName).toBe("CUSTOM_CHALLENGE");
      const { AuthenticationResult } = await pool.answer(challenge.Session, RIGHT);
      expect(decodeJwt(AuthenticationResult.AccessToken).username).toBe(pool.name);
      expect(await pool.told()).toEqual([
        [SRP_FIRST],
        [SRP_FIRST, passed("PASSWORD_VERIFIER")],
        [SRP_FIRST, passed("PASSWORD_VERIFIER"), CORRECT],
      ]);
      expect(await pool.asked()).toEqual([
        "PreAuthentication",
        "DefineAuthChallenge",
        "DefineAuthChallenge",
        "CreateAuthChallenge",
        "VerifyAuthChallengeResponse",
        "DefineAuthChallenge",
        "PostAuthentication",
        "TokenGeneration",
      ]);
    },
  );

  it("takes at most two hops to each answer", async () => {
    const pool = await customPool();
    await pool.start();
    const costs = await costsOf(async () => {
      const { reply, proof } = await startSrp(pool);
      const { Session } = await pool.respond("PASSWORD_VERIFIER", reply.Session, proof());
      await pool.answer(Session, RIGHT);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 2]);
  });

  it("refuses a wrong password at once, without asking DefineAuthChallenge, and counts it", async () => {
    const pool = await customPool();
    for (let n = 0; n < 5; n++) {
      const { reply, proof } = await startSrp(pool);
      await expect(pool.respond("PASSWORD_VERIFIER", reply.Session, proof("Wr0ng!"))).rejects.toMatchObject(FAILED);
    }
    expect(await pool.told()).toHaveLength(5);
    const { reply, proof } = await startSrp(pool);
    await expect(pool.respond("PASSWORD_VERIFIER", reply.Session, proof())).rejects.toMatchObject({
      message: "Password attempts exceeded",
    });
  });

  it("refuses another CHALLENGE_NAME, and SRP_A that is missing or proves anything", async () => {
    const pool = await customPool();
    for (const [more, message] of [
      [{ CHALLENGE_NAME: "PASSWORD_VERIFIER" }, "CHALLENGE_NAME can be nothing but SRP_A."],
      [{ CHALLENGE_NAME: "SRP_A" }, "Missing required parameter SRP_A"],
      [{ CHALLENGE_NAME: "SRP_A", SRP_A: "0" }, "SRP_A is not a valid value."],
    ] as const) {
      const refusal = { name: "InvalidParameterException", message };
      await expect(pool.start(pool.name, more)).rejects.toMatchObject(refusal);
    }
    expect(await pool.asked()).toEqual([]);
  });

  it("asks for the password after the owner's challenge, where DefineAuthChallenge wants it so, and once", async () => {
    const pool = await customPool();
    const PROVE = next("PASSWORD_VERIFIER");
    await pool.fn.script({ DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), PROVE, PROVE] });
    const { SRP_A, answer } = openSrp(pool.UserPoolId);
    const { Session } = await pool.start(pool.name, { CHALLENGE_NAME: "SRP_A", SRP_A });
    const asked = await pool.answer(Session, RIGHT);
    expect(asked.ChallengeName).toBe("PASSWORD_VERIFIER");
    const proof = answer(asked.ChallengeParameters, PASSWORD);
    await expect(pool.respond("PASSWORD_VERIFIER", asked.Session, proof)).rejects.toMatchObject(UNRECOGNIZABLE);
    expect((await pool.told()).at(-1)).toEqual([SRP_FIRST, CORRECT, passed("PASSWORD_VERIFIER")]);
  });

  it("gives a Session that answers nothing by itself, and a block that leads nowhere but to DefineAuthChallenge", async () => {
    const pool = await customPool();
    const { reply, proof } = await startSrp(pool);
    const right = proof();
    const stolen = { ...right, PASSWORD_CLAIM_SECRET_BLOCK: reply.Session };
    await expect(pool.respond("PASSWORD_VERIFIER", reply.Session, stolen)).rejects.toMatchObject(FOREIGN);
    await expect(pool.answer(reply.Session, RIGHT)).rejects.toMatchObject(FOREIGN);
    await pool.fn.script({ DefineAuthChallenge: { response: { failAuthentication: true } } });
    await expect(pool.respond("PASSWORD_VERIFIER", reply.Session, right)).rejects.toMatchObject(FAILED);
    await expect(pool.respond("PASSWORD_VERIFIER", reply.Session, right)).rejects.toMatchObject(USED);
  });
});

describe("challenges of ours in a custom flow", () => {
  it("asks for the second factor after the password, then tells DefineAuthChallenge of both", async () => {
    const pool = await customPool();
    const seed = await withApp(pool);
    const before = (await pool.told()).length;
    const { reply, proof } = await startSrp(pool);
    const asked = await pool.respond("PASSWORD_VERIFIER", reply.Session, proof());
    expect(asked.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    const SOFTWARE_TOKEN_MFA_CODE = await codeOf(seed);
    const challenge = await pool.respond("SOFTWARE_TOKEN_MFA", asked.Session, { SOFTWARE_TOKEN_MFA_CODE });
    expect(challenge.ChallengeName).toBe("CUSTOM_CHALLENGE");
    expect(await pool.answer(challenge.Session, RIGHT)).toHaveProperty("AuthenticationResult");
    expect((await pool.told()).slice(before)).toEqual([
      [SRP_FIRST],
      [SRP_FIRST, passed("PASSWORD_VERIFIER"), passed("SOFTWARE_TOKEN_MFA")],
      [SRP_FIRST, passed("PASSWORD_VERIFIER"), passed("SOFTWARE_TOKEN_MFA"), CORRECT],
    ]);
  });

  it("asks for the second factor before tokens where no password was among the challenges, and DefineAuthChallenge no more", async () => {
    const pool = await customPool();
    const seed = await withApp(pool);
    const { Session } = await pool.start();
    const asked = await pool.answer(Session, RIGHT);
    expect(asked.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    const told = (await pool.told()).length;
    const SOFTWARE_TOKEN_MFA_CODE = await codeOf(seed);
    const reply = await pool.respond("SOFTWARE_TOKEN_MFA", asked.Session, { SOFTWARE_TOKEN_MFA_CODE });
    expect(reply).toHaveProperty("AuthenticationResult");
    expect(await pool.told()).toHaveLength(told);
  });

  it("poses a second factor that DefineAuthChallenge names after a right answer, which then is due no more", async () => {
    const pool = await customPool();
    const seed = await withApp(pool);
    await pool.fn.script({ DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), next("SOFTWARE_TOKEN_MFA"), ISSUE] });
    const asked = await pool.answer((await pool.start()).Session, RIGHT);
    expect(asked).toMatchObject({
      ChallengeName: "SOFTWARE_TOKEN_MFA",
      ChallengeParameters: { USER_ID_FOR_SRP: pool.name },
    });
    const respond = (SOFTWARE_TOKEN_MFA_CODE: string) =>
      pool.respond("SOFTWARE_TOKEN_MFA", asked.Session, { SOFTWARE_TOKEN_MFA_CODE });
    await expect(respond("000000")).rejects.toMatchObject({ name: "CodeMismatchException" });
    expect(await respond(await codeOf(seed))).toHaveProperty("AuthenticationResult");
    expect((await pool.told()).at(-1)).toEqual([CORRECT, passed("SOFTWARE_TOKEN_MFA")]);
  });

  it("asks for no new password before DefineAuthChallenge has let the user in, though a second factor came between", async () => {
    const pool = await customPool();
    const seed = await withApp(pool);
    const { UserPoolId, name: Username } = pool;
    await call("AdminSetUserPassword", { UserPoolId, Username, Password: `${PASSWORD}2`, Permanent: false });
    await pool.fn.script({
      DefineAuthChallenge: [
        next("CUSTOM_CHALLENGE"),
        next("SOFTWARE_TOKEN_MFA"),
        { response: { failAuthentication: true } },
      ],
    });
    const factor = await pool.answer((await pool.start()).Session, RIGHT);
    expect(factor.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    const code = { SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed) };
    await expect(pool.respond("SOFTWARE_TOKEN_MFA", factor.Session, code)).rejects.toMatchObject(FAILED);
  });

  it("sends the code of the factor that is named, be another preferred", async () => {
    const SmsConfiguration = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };
    const pool = await customPool();
    const { UserPoolId, name: Username } = pool;
    const phone = `+1${Math.floor(Math.random() * 1e10)}`.padEnd(12, "0");
    const UserAttributes = [{ Name: "phone_number", Value: phone }];
    await call("AdminUpdateUserAttributes", { UserPoolId, Username, UserAttributes });
    await withApp(pool, { SmsMfaConfiguration: { SmsConfiguration } });
    const SMSMfaSettings = { Enabled: true };
    await call("AdminSetUserMFAPreference", { UserPoolId, Username, SMSMfaSettings });
    await pool.fn.script({ DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), next("SMS_MFA"), ISSUE] });
    const asked = await pool.answer((await pool.start()).Session, RIGHT);
    expect(asked.ChallengeName).toBe("SMS_MFA");
    const SMS_MFA_CODE = await codeSentTo(phone);
    expect(await pool.respond("SMS_MFA", asked.Session, { SMS_MFA_CODE })).toHaveProperty("AuthenticationResult");
  });

  it.each([
    ["a second factor that the user does not have", RIGHT, ["SMS_MFA"]],
    ["a second factor after nothing but wrong answers", "Oslo", ["SOFTWARE_TOKEN_MFA"]],
    ["a device that is not remembered", RIGHT, ["DEVICE_SRP_AUTH"]],
    ["a challenge that its own comes before", RIGHT, ["DEVICE_PASSWORD_VERIFIER"]],
    ["what stored facts alone ask for", RIGHT, ["NEW_PASSWORD_REQUIRED"]],
  ])("cannot go on where DefineAuthChallenge names %s", async (_, answer, [named = ""]) => {
    const pool = await customPool();
    await withApp(pool);
    await pool.fn.script({ DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), next(named)] });
    const { Session } = await pool.start();
    await expect(pool.answer(Session, answer)).rejects.toMatchObject(UNRECOGNIZABLE);
  });

  it("lets no second factor be passed twice", async () => {
    const pool = await customPool();
    const seed = await withApp(pool);
    await pool.fn.script({ DefineAuthChallenge: [next("CUSTOM_CHALLENGE"), next("SOFTWARE_TOKEN_MFA")] });
    const asked = await pool.answer((await pool.start()).Session, RIGHT);
    const SOFTWARE_TOKEN_MFA_CODE = await codeOf(seed);
    await expect(pool.respond("SOFTWARE_TOKEN_MFA", asked.Session, { SOFTWARE_TOKEN_MFA_CODE })).rejects.toMatchObject(
      UNRECOGNIZABLE,
    );
  });

  it("tells DefineAuthChallenge of a device that has proven itself by both its challenges", async () => {
    const pool = await customPool({ pool: { DeviceConfiguration: { ChallengeRequiredOnNewDevice: true } } });
    const { AuthenticationResult } = await pool.answer((await pool.start()).Session, RIGHT);
    const device = makeDevice(AuthenticationResult.NewDeviceMetadata);
    const { DeviceKey, DeviceSecretVerifierConfig } = device;
    const { AccessToken } = AuthenticationResult;
    await call("ConfirmDevice", { AccessToken, DeviceKey, DeviceSecretVerifierConfig });
    const { SRP_A, answer } = openSrp(pool.UserPoolId);
    const begin = await pool.start(pool.name, { CHALLENGE_NAME: "SRP_A", SRP_A, DEVICE_KEY: DeviceKey });
    const proof = { ...answer(begin.ChallengeParameters, PASSWORD), DEVICE_KEY: DeviceKey };
    const asked = await pool.respond("PASSWORD_VERIFIER", begin.Session, proof);
    expect(asked.ChallengeName).toBe("DEVICE_SRP_AUTH");
    const exchange = device.open();
    const opened = await pool.respond("DEVICE_SRP_AUTH", asked.Session, {
      SRP_A: exchange.SRP_A,
      DEVICE_KEY: DeviceKey,
    });
    const proven = exchange.answer(opened.ChallengeParameters);
    const challenge = await pool.respond("DEVICE_PASSWORD_VERIFIER", opened.Session, proven);
    expect(challenge.ChallengeName).toBe("CUSTOM_CHALLENGE");
    expect((await pool.told()).at(-1)).toEqual([
      SRP_FIRST,
      ...["PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"].map(passed),
    ]);
  });
});
