import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf } from "../../authenticator-app.ts";
import { call, makeUser, PASSWORD, requestOf, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { confirmedDevice, trackingPool } from "../../device-client.ts";
import { get } from "../../fetch.ts";
import { meanwhile } from "../../meanwhile.ts";
import { openSrp } from "../../srp-client.ts";

afterEach(() => void vi.useRealTimers());

type Device = Awaited<ReturnType<typeof confirmedDevice>>;

const NOT_FOUND = { name: "ResourceNotFoundException", message: "Device does not exist." };
const USED = { message: "Invalid session for the user, session can only be used once." };

const answer = (ClientId: string, ChallengeName: string, Session: string | undefined, ChallengeResponses: object) =>
  call("RespondToAuthChallenge", { ClientId, ChallengeName, Session, ChallengeResponses });

/** Gives a user an app and asks for it from now on. @returns the app's seed */
async function withApp(AccessToken: string): Promise<string> {
  const { SecretCode } = await call("AssociateSoftwareToken", { AccessToken });
  await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(SecretCode, -1) });
  await call("SetUserMFAPreference", { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
  return SecretCode;
}

async function poolWith(DeviceConfiguration: object) {
  const made = await trackingPool(DeviceConfiguration);
  const { UserPoolId } = made;
  const factors = { SoftwareTokenMfaConfiguration: { Enabled: true } };
  await call("SetUserPoolMfaConfig", { UserPoolId, MfaConfiguration: "OPTIONAL", ...factors });
  return made;
}

let UserPoolId: string;
let ClientId: string;

beforeAll(async () => {
  ({ UserPoolId, ClientId } = await poolWith({ ChallengeRequiredOnNewDevice: true }));
});

/** A user of her own, with an app that is asked for, and a device. */
async function someone(client = ClientId, pool = UserPoolId) {
  const name = `u${crypto.randomUUID()}`;
  await makeUser(pool, name);
  const device = await confirmedDevice(client, name);
  return { name, device, seed: await withApp(device.AccessToken) };
}

const byPassword = (name: string, { DeviceKey }: Pick<Device, "DeviceKey">, client = ClientId) =>
  signIn(client, name, PASSWORD, { DEVICE_KEY: DeviceKey });

/** Answers DEVICE_SRP_AUTH. */
async function openExchange(name: string, device: Device, Session: string, client = ClientId) {
  const exchange = device.open();
  const { SRP_A } = exchange;
  const DEVICE_KEY = device.DeviceKey;
  const challenge = await answer(client, "DEVICE_SRP_AUTH", Session, { USERNAME: name, DEVICE_KEY, SRP_A });
  return { challenge, answer: exchange.answer };
}

/** Goes so far as to have a DEVICE_PASSWORD_VERIFIER to answer. */
async function untilProof(name: string, device: Device) {
  const { Session } = await byPassword(name, device);
  const { challenge, answer: sign } = await openExchange(name, device, Session);
  return { ...challenge, sign } as {
    Session: string;
    ChallengeParameters: Record<string, string>;
    sign: typeof sign;
  };
}

const prove = (Session: string, responses: object) => answer(ClientId, "DEVICE_PASSWORD_VERIFIER", Session, responses);

describe("a remembered device", () => {
  it("is asked to prove itself in the place of the second factor, and gets tokens that name it", async () => {
    const { name, device } = await someone();
    const asked = await byPassword(name, device);
    expect(asked).toEqual({
      ChallengeName: "DEVICE_SRP_AUTH",
      ChallengeParameters: {},
      Session: expect.stringMatching(/^.{20,2048}$/),
    });
    const { challenge, answer: sign } = await openExchange(name, device, asked.Session);
    expect(challenge).toEqual({
      ChallengeName: "DEVICE_PASSWORD_VERIFIER",
      ChallengeParameters: {
        DEVICE_KEY: device.DeviceKey,
        USERNAME: name,
        SALT: expect.stringMatching(/^[1-9a-f][0-9a-f]*$/),
        SRP_B: expect.stringMatching(/^[1-9a-f][0-9a-f]*$/),
        SECRET_BLOCK: expect.any(String),
      },
      Session: expect.stringMatching(/^.{20,2048}$/),
    });
    const before = Date.now();
    const { AuthenticationResult } = await prove(challenge.Session, sign(challenge.ChallengeParameters));
    expect(AuthenticationResult.NewDeviceMetadata).toBeUndefined();
    expect(decodeJwt(AuthenticationResult.AccessToken)).toMatchObject({
      username: name,
      device_key: device.DeviceKey,
    });
    const { AccessToken } = AuthenticationResult;
    const { Device } = await call("GetDevice", { AccessToken, DeviceKey: device.DeviceKey });
    expect(Device.DeviceLastAuthenticatedDate * 1000).toBeGreaterThanOrEqual(before - 1);
  });

  it("follows a first factor by SRP alike", async () => {
    const { name, device } = await someone();
    const { SRP_A, answer: sign } = openSrp(UserPoolId);
    const AuthParameters = { USERNAME: name, SRP_A, DEVICE_KEY: device.DeviceKey };
    const challenge = await call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters });
    const next = await answer(ClientId, "PASSWORD_VERIFIER", undefined, {
      ...sign(challenge.ChallengeParameters, PASSWORD),
      DEVICE_KEY: device.DeviceKey,
    });
    expect(next.ChallengeName).toBe("DEVICE_SRP_AUTH");
  });

  it("takes two hops at most for each answer", async () => {
    const { name, device } = await someone();
    const costs = await costsOf(async () => {
      const { Session, ChallengeParameters, sign } = await untilProof(name, device);
      await prove(Session, sign(ChallengeParameters));
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 2]);
  });

  it("comes after the second factor where it does not stand in for it", async () => {
    const pool = await poolWith({ ChallengeRequiredOnNewDevice: false });
    const { name, device, seed } = await someone(pool.ClientId, pool.UserPoolId);
    const asked = await byPassword(name, device, pool.ClientId);
    expect(asked.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    const next = await answer(pool.ClientId, "SOFTWARE_TOKEN_MFA", asked.Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
      DEVICE_KEY: device.DeviceKey,
    });
    expect(next.ChallengeName).toBe("DEVICE_SRP_AUTH");
    const { challenge, answer: sign } = await openExchange(name, device, next.Session, pool.ClientId);
    const { AuthenticationResult } = await answer(
      pool.ClientId,
      "DEVICE_PASSWORD_VERIFIER",
      challenge.Session,
      sign(challenge.ChallengeParameters),
    );
    expect(decodeJwt(AuthenticationResult.AccessToken).device_key).toBe(device.DeviceKey);
  });

  it("may come with the Session of the code that was answered just before, once, but not of one that was not", async () => {
    const pool = await poolWith({ ChallengeRequiredOnNewDevice: false });
    const { name, device, seed } = await someone(pool.ClientId, pool.UserPoolId);
    const { Session } = await byPassword(name, device, pool.ClientId);
    await expect(openExchange(name, device, Session, pool.ClientId)).rejects.toMatchObject(USED);
    const again = await byPassword(name, device, pool.ClientId);
    await answer(pool.ClientId, "SOFTWARE_TOKEN_MFA", again.Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
      DEVICE_KEY: device.DeviceKey,
    });
    const { challenge } = await openExchange(name, device, again.Session, pool.ClientId);
    expect(challenge.ChallengeName).toBe("DEVICE_PASSWORD_VERIFIER");
    await expect(openExchange(name, device, again.Session, pool.ClientId)).rejects.toMatchObject(USED);
  });
});

describe("the proof of a device", () => {
  it("is taken once, of a hundred right answers that arrive at once", async () => {
    const { name, device } = await someone();
    const { Session, ChallengeParameters, sign } = await untilProof(name, device);
    const right = sign(ChallengeParameters);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => prove(Session, right).catch(({ message }) => message)),
    );
    expect(answers.filter((each) => each.AuthenticationResult)).toHaveLength(1);
    expect(new Set(answers.filter((each) => !each.AuthenticationResult))).toEqual(new Set([USED.message]));
  });

  it("is refused when wrong, and the right one after it in the same session", async () => {
    const { name, device } = await someone();
    const { Session, ChallengeParameters, sign } = await untilProof(name, device);
    await expect(prove(Session, sign(ChallengeParameters, new Date(), "another secret"))).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Incorrect username or password.",
    });
    await expect(prove(Session, sign(ChallengeParameters))).rejects.toMatchObject(USED);
  });

  it("is turned away for a while after too many wrong ones", async () => {
    // A lock of a second must outlast the test.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { name, device } = await someone();
    for (let tries = 0; tries < 5; tries++) {
      const { Session, ChallengeParameters, sign } = await untilProof(name, device);
      await expect(prove(Session, sign(ChallengeParameters, new Date(), "wrong"))).rejects.toMatchObject({
        message: "Incorrect username or password.",
      });
    }
    const { Session, ChallengeParameters, sign } = await untilProof(name, device);
    await expect(prove(Session, sign(ChallengeParameters))).rejects.toMatchObject({
      message: "Code attempts exceeded",
    });
  });

  it("belongs to the SECRET_BLOCK, the Session, the key and the time that it was asked with", async () => {
    const { name, device } = await someone();
    const refused = { name: "NotAuthorizedException" };
    const hourAgo = new Date(Date.now() - 3_600_000);
    const one = await untilProof(name, device);
    await expect(prove(one.Session, one.sign(one.ChallengeParameters, hourAgo))).rejects.toMatchObject(refused);
    const [two, three] = [await untilProof(name, device), await untilProof(name, device)];
    await expect(prove(three.Session, two.sign(two.ChallengeParameters))).rejects.toMatchObject(refused);
    const four = await untilProof(name, device);
    const responses = four.sign(four.ChallengeParameters);
    for (const missing of Object.keys(responses)) {
      const rest = Object.fromEntries(Object.entries(responses).filter(([key]) => key !== missing));
      await expect(prove(four.Session, rest), missing).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: `Missing required parameter ${missing}`,
      });
    }
    expect((await prove(four.Session, responses)).AuthenticationResult).toBeDefined();
  });

  it("is not that of another device of the same user, nor of somebody else", async () => {
    const name = `u${crypto.randomUUID()}`;
    await makeUser(UserPoolId, name);
    const [device, other] = [await confirmedDevice(ClientId, name), await confirmedDevice(ClientId, name)];
    const refused = { name: "NotAuthorizedException" };
    const one = await untilProof(name, device);
    const DEVICE_KEY = other.DeviceKey;
    await expect(prove(one.Session, { ...one.sign(one.ChallengeParameters), DEVICE_KEY })).rejects.toMatchObject(
      refused,
    );
    const { Session } = await byPassword(name, device);
    const { challenge } = await openExchange(name, { ...other, DeviceKey: device.DeviceKey }, Session);
    const signed = other.open().answer(challenge.ChallengeParameters);
    await expect(prove(challenge.Session, { ...signed, DEVICE_KEY: device.DeviceKey })).rejects.toMatchObject(refused);
    const two = await untilProof(name, device);
    const stranger = await someone();
    await expect(
      prove(two.Session, { ...two.sign(two.ChallengeParameters), USERNAME: stranger.name }),
    ).rejects.toMatchObject(refused);
  });
});

describe("a device that does not count", () => {
  it("is as good as none by password when it is unknown, forgotten or another user's: there is a second factor, and another device", async () => {
    const { name, device, seed } = await someone();
    const { device: foreign } = await someone();
    const unknown = { DeviceKey: `us-east-1_${crypto.randomUUID()}` };
    await call("AdminForgetDevice", { UserPoolId, Username: name, DeviceKey: device.DeviceKey });
    for (const each of [foreign, unknown, device]) {
      expect((await byPassword(name, each)).ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    }
    const { Session } = await byPassword(name, device);
    const { AuthenticationResult } = await answer(ClientId, "SOFTWARE_TOKEN_MFA", Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
      DEVICE_KEY: device.DeviceKey,
    });
    const { NewDeviceMetadata, AccessToken } = AuthenticationResult;
    expect(NewDeviceMetadata.DeviceKey).not.toBe(device.DeviceKey);
    expect(decodeJwt(AccessToken).device_key).toBe(NewDeviceMetadata.DeviceKey);
  });

  it("is told at a proof by SRP, which may come once more without it", async () => {
    const { name, device } = await someone();
    const { device: foreign } = await someone();
    await call("AdminForgetDevice", { UserPoolId, Username: name, DeviceKey: device.DeviceKey });
    const unknown = `us-east-1_${crypto.randomUUID()}`;
    const { SRP_A, answer: sign } = openSrp(UserPoolId);
    const AuthParameters = { USERNAME: name, SRP_A };
    const challenge = await call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters });
    const responses = sign(challenge.ChallengeParameters, PASSWORD);
    for (const DEVICE_KEY of [unknown, foreign.DeviceKey, device.DeviceKey]) {
      const told = answer(ClientId, "PASSWORD_VERIFIER", undefined, { ...responses, DEVICE_KEY });
      await expect(told).rejects.toMatchObject(NOT_FOUND);
    }
    const next = await answer(ClientId, "PASSWORD_VERIFIER", undefined, responses);
    expect(next.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
  });

  it("does not stand in for the second factor while it is not remembered", async () => {
    const { name, device } = await someone();
    const { AccessToken, DeviceKey } = device;
    const remember = (DeviceRememberedStatus: string) =>
      call("UpdateDeviceStatus", { AccessToken, DeviceKey, DeviceRememberedStatus });
    const { Session } = await byPassword(name, device);
    await remember("not_remembered");
    expect((await byPassword(name, device)).ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    await expect(openExchange(name, device, Session)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await remember("remembered");
    expect((await byPassword(name, device)).ChallengeName).toBe("DEVICE_SRP_AUTH");
  });

  it("does not stand in for it by proofs that were begun before it was forgotten or not remembered", async () => {
    const { name, device } = await someone();
    const { DeviceKey } = device;
    const one = await untilProof(name, device);
    const admin = { UserPoolId, Username: name, DeviceKey };
    await call("AdminUpdateDeviceStatus", { ...admin, DeviceRememberedStatus: "not_remembered" });
    const next = await prove(one.Session, one.sign(one.ChallengeParameters));
    expect(next.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    await call("AdminUpdateDeviceStatus", { ...admin, DeviceRememberedStatus: "remembered" });
    const two = await untilProof(name, device);
    await call("AdminForgetDevice", admin);
    await expect(prove(two.Session, two.sign(two.ChallengeParameters))).rejects.toMatchObject(NOT_FOUND);
  });

  it("gets no session where it is forgotten at the very moment", async () => {
    const { name, device } = await someone();
    const { Session, ChallengeParameters, sign } = await untilProof(name, device);
    const admin = { UserPoolId, Username: name, DeviceKey: device.DeviceKey };
    const { DB, happened } = meanwhile("insert into sessions", () => call("AdminForgetDevice", admin));
    const { body, headers } = await requestOf("RespondToAuthChallenge", {
      ClientId,
      ChallengeName: "DEVICE_PASSWORD_VERIFIER",
      Session,
      ChallengeResponses: sign(ChallengeParameters),
    });
    const response = await get("/", { method: "POST", body, headers }, { DB });
    expect(happened()).toBe(true);
    expect(await response.json()).toMatchObject({ __type: "NotAuthorizedException" });
    const open = await env.DB.prepare("select count(*) count from sessions where device_key = ?")
      .bind(device.DeviceKey)
      .first();
    expect(open).toEqual({ count: 0 });
  });

  it("binds no session once it was forgotten while its user signed in, remembered or not", async () => {
    const tracking = await trackingPool({ DeviceOnlyRememberedOnUserPrompt: true });
    const { DeviceKey } = await confirmedDevice(tracking.ClientId, "jane");
    const admin = { UserPoolId: tracking.UserPoolId, Username: "jane", DeviceKey };
    const { DB, happened } = meanwhile("insert into sessions", () => call("AdminForgetDevice", admin));
    const { body, headers } = await requestOf("InitiateAuth", {
      ClientId: tracking.ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: "jane", PASSWORD, DEVICE_KEY: DeviceKey },
    });
    const response = await get("/", { method: "POST", body, headers }, { DB });
    expect(happened()).toBe(true);
    expect(await response.json()).toMatchObject({ __type: "NotAuthorizedException" });
    const open = await env.DB.prepare("select count(*) count from sessions where device_key = ?")
      .bind(DeviceKey)
      .first();
    expect(open).toEqual({ count: 0 });
  });

  it("is not asked for where the key is that of a browser, which its cookie alone proves", async () => {
    const { name, device } = await someone();
    await env.DB.prepare("update devices set verifier = null, secret_hash = 'x' where key = ?")
      .bind(device.DeviceKey)
      .run();
    expect((await byPassword(name, device)).ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
  });

  it("is neither asked for nor told where the pool remembers devices no more", async () => {
    const pool = await poolWith({ ChallengeRequiredOnNewDevice: true });
    const { name, device, seed } = await someone(pool.ClientId, pool.UserPoolId);
    await call("UpdateUserPool", { UserPoolId: pool.UserPoolId, MfaConfiguration: "OPTIONAL" });
    const asked = await byPassword(name, device, pool.ClientId);
    expect(asked.ChallengeName).toBe("SOFTWARE_TOKEN_MFA");
    const { AuthenticationResult } = await answer(pool.ClientId, "SOFTWARE_TOKEN_MFA", asked.Session, {
      USERNAME: name,
      SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed),
      DEVICE_KEY: device.DeviceKey,
    });
    expect(AuthenticationResult.NewDeviceMetadata).toBeUndefined();
    expect(decodeJwt(AuthenticationResult.AccessToken)).not.toHaveProperty("device_key");
  });
});
