import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { confirmedDevice, makeDevice, trackingPool } from "../../device-client.ts";
import { DEVICE } from "../../mechanisms/factors/srp-vectors.ts";

const NOT_FOUND = { name: "ResourceNotFoundException", message: "Device does not exist." };
const INVALID_KEY = { name: "InvalidParameterException", message: "Invalid device key given." };

/** A sign-in from a device that is not known yet, and what its program sends to confirm it. */
async function newcomer(ClientId: string, Username = "jane") {
  const { AccessToken, NewDeviceMetadata } = (await signIn(ClientId, Username)).AuthenticationResult;
  const { DeviceKey, DeviceSecretVerifierConfig } = makeDevice(NewDeviceMetadata);
  return { AccessToken, DeviceKey, DeviceSecretVerifierConfig };
}

describe("a sign-in without a device", () => {
  it("is given the keys of a new one where the pool remembers devices, and tokens that name it", async () => {
    const { ClientId } = await trackingPool();
    const { AccessToken, NewDeviceMetadata } = (await signIn(ClientId, "jane")).AuthenticationResult;
    expect(NewDeviceMetadata).toEqual({
      DeviceKey: expect.stringMatching(/^us-east-1_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      DeviceGroupKey: expect.stringMatching(/^-[A-Za-z0-9]{9}$/),
    });
    expect(decodeJwt(AccessToken).device_key).toBe(NewDeviceMetadata.DeviceKey);
    const again = (await signIn(ClientId, "jane")).AuthenticationResult.NewDeviceMetadata;
    expect(again.DeviceKey).not.toBe(NewDeviceMetadata.DeviceKey);
  });

  it("is given none elsewhere, and stores none before it is confirmed", async () => {
    const pool = await makePool();
    const { ClientId } = await makeClient(pool);
    await makeUser(pool, "jane");
    const { AccessToken, NewDeviceMetadata } = (await signIn(ClientId, "jane")).AuthenticationResult;
    expect(NewDeviceMetadata).toBeUndefined();
    expect(decodeJwt(AccessToken)).not.toHaveProperty("device_key");
    const tracking = await trackingPool();
    const unconfirmed = await newcomer(tracking.ClientId);
    const { AccessToken: token, DeviceKey } = unconfirmed;
    expect(await call("ListDevices", { AccessToken: token })).toEqual({ Devices: [] });
    await expect(call("GetDevice", { AccessToken: token, DeviceKey })).rejects.toMatchObject(NOT_FOUND);
  });
});

describe("ConfirmDevice", () => {
  it("remembers the device at once, or only when its user says so, as the pool is set", async () => {
    for (const [onPrompt, status] of [
      [false, "remembered"],
      [true, "not_remembered"],
    ] as const) {
      const { UserPoolId, ClientId, Username } = await trackingPool({ DeviceOnlyRememberedOnUserPrompt: onPrompt });
      const { DeviceKey, UserConfirmationNecessary } = await confirmedDevice(ClientId, Username);
      expect(UserConfirmationNecessary).toBe(onPrompt);
      const { Device } = await call("AdminGetDevice", { UserPoolId, Username, DeviceKey });
      expect(Device.DeviceAttributes).toContainEqual({ Name: "dev:device_remembered_status", Value: status });
    }
  });

  it("takes two hops, and keeps the verifier sealed", async () => {
    const { UserPoolId, ClientId } = await trackingPool();
    const input = await newcomer(ClientId);
    const [cost] = await costsOf(() => call("ConfirmDevice", input));
    expect(cost?.hops).toBe(2);
    const row = await env.DB.prepare("select * from devices where pool_id = ?").bind(UserPoolId).first();
    const bytes = Buffer.from(input.DeviceSecretVerifierConfig.PasswordVerifier, "base64");
    expect(JSON.stringify(row)).not.toContain(bytes.toString("hex").replace(/^0+/, ""));
    expect(JSON.stringify(row)).not.toContain(input.DeviceSecretVerifierConfig.PasswordVerifier);
  });

  it("takes each key once, of answers at the same moment, too", async () => {
    const { ClientId } = await trackingPool();
    const input = await newcomer(ClientId);
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => call("ConfirmDevice", input)));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ name: "DeviceKeyExistsException" });
    }
    const { Devices } = await call("ListDevices", { AccessToken: input.AccessToken });
    expect(Devices).toHaveLength(1);
  });

  it("takes only the key that this very sign-in was given", async () => {
    const { UserPoolId, ClientId } = await trackingPool();
    const first = await newcomer(ClientId);
    const second = await newcomer(ClientId);
    await makeUser(UserPoolId, "mallory");
    const foreign = await newcomer(ClientId, "mallory");
    for (const DeviceKey of [second.DeviceKey, foreign.DeviceKey, `us-east-1_${crypto.randomUUID()}`]) {
      await expect(call("ConfirmDevice", { ...first, DeviceKey })).rejects.toMatchObject(INVALID_KEY);
    }
  });

  it("does not bring back a device that was forgotten, by the sign-in that it came from", async () => {
    const { ClientId } = await trackingPool();
    const { AccessToken, DeviceKey, DeviceSecretVerifierConfig } = await confirmedDevice(ClientId, "jane");
    await call("ForgetDevice", { AccessToken, DeviceKey });
    const again = call("ConfirmDevice", { AccessToken, DeviceKey, DeviceSecretVerifierConfig });
    await expect(again).rejects.toMatchObject(INVALID_KEY);
  });

  it("refuses a verifier that is missing, malformed, or that anybody could prove", async () => {
    const { ClientId } = await trackingPool();
    const input = await newcomer(ClientId);
    const Salt = DEVICE.saltBase64;
    const bad = [
      undefined,
      {},
      { Salt },
      { PasswordVerifier: DEVICE.verifierBase64 },
      { Salt, PasswordVerifier: "AA==" },
      { Salt, PasswordVerifier: "AQ==" },
      { Salt, PasswordVerifier: "not base64" },
      { Salt: "", PasswordVerifier: DEVICE.verifierBase64 },
      { Salt, PasswordVerifier: Buffer.alloc(100_000, 1).toString("base64") },
    ];
    for (const DeviceSecretVerifierConfig of bad) {
      const answer = call("ConfirmDevice", { ...input, DeviceSecretVerifierConfig });
      await expect(answer).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  it("refuses where the pool remembers no devices", async () => {
    const pool = await makePool();
    const { ClientId } = await makeClient(pool);
    await makeUser(pool, "jane");
    const { AccessToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    const DeviceKey = `us-east-1_${crypto.randomUUID()}`;
    const unset = { name: "InvalidUserPoolConfigurationException" };
    for (const [operation, input] of [
      ["ConfirmDevice", { AccessToken, DeviceKey }],
      ["GetDevice", { AccessToken, DeviceKey }],
      ["ListDevices", { AccessToken }],
      ["ForgetDevice", { AccessToken, DeviceKey }],
      ["UpdateDeviceStatus", { AccessToken, DeviceKey, DeviceRememberedStatus: "remembered" }],
      ["AdminGetDevice", { UserPoolId: pool, Username: "jane", DeviceKey }],
      ["AdminListDevices", { UserPoolId: pool, Username: "jane" }],
      ["AdminForgetDevice", { UserPoolId: pool, Username: "jane", DeviceKey }],
      [
        "AdminUpdateDeviceStatus",
        { UserPoolId: pool, Username: "jane", DeviceKey, DeviceRememberedStatus: "remembered" },
      ],
    ] as const) {
      await expect(call(operation, input), operation).rejects.toMatchObject(unset);
    }
  });
});
