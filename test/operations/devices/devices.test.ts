import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeUser, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { confirmedDevice, trackingPool } from "../../device-client.ts";

const NOT_FOUND = { name: "ResourceNotFoundException", message: "Device does not exist." };
let UserPoolId: string;
let ClientId: string;

beforeAll(async () => {
  ({ UserPoolId, ClientId } = await trackingPool());
});

/** A user of her own, whose list nobody else adds to, with a device. */
async function someone(more: object = {}) {
  const Username = `u${crypto.randomUUID()}`;
  const sub = await makeUser(UserPoolId, Username);
  return { Username, sub, ...(await confirmedDevice(ClientId, Username, more)) };
}

const attributesOf = ({ DeviceAttributes }: { DeviceAttributes: { Name: string; Value: string }[] }) =>
  Object.fromEntries(DeviceAttributes.map(({ Name, Value }) => [Name, Value]));

const refresh = (REFRESH_TOKEN: string, DEVICE_KEY: string) =>
  call("InitiateAuth", {
    ClientId,
    AuthFlow: "REFRESH_TOKEN_AUTH",
    AuthParameters: { REFRESH_TOKEN, DEVICE_KEY },
  });

describe("a device", () => {
  it("is shown to its user without what only administrators see", async () => {
    const before = Date.now();
    const { AccessToken, DeviceKey } = await someone({ DeviceName: "Jane's phone" });
    const { Device } = await call("GetDevice", { AccessToken, DeviceKey });
    expect(attributesOf(Device)).toEqual({ device_status: "valid", device_name: "Jane's phone" });
    expect(Device.DeviceKey).toBe(DeviceKey);
    for (const date of ["DeviceCreateDate", "DeviceLastModifiedDate", "DeviceLastAuthenticatedDate"]) {
      expect(Device[date] * 1000).toBeGreaterThanOrEqual(before - 1);
      expect(Device[date] * 1000).toBeLessThanOrEqual(Date.now());
    }
    expect(await call("ListDevices", { AccessToken })).toEqual({ Devices: [Device] });
  });

  it("is shown to administrators with its owner, ARN and status, by username or sub", async () => {
    const { Username, sub, DeviceKey } = await someone({ DeviceName: "phone" });
    const owner = `${Username}.${UserPoolId}`;
    for (const name of [Username, sub]) {
      const { Device } = await call("AdminGetDevice", { UserPoolId, Username: name, DeviceKey });
      expect(attributesOf(Device)).toEqual({
        device_status: "valid",
        device_name: "phone",
        "dev:device_arn": `arn:aws:cognito-idp:us-east-1:000000000000:owner/${owner}/device/${DeviceKey}`,
        "dev:device_owner": owner,
        "dev:device_remembered_status": "remembered",
      });
      expect(await call("AdminListDevices", { UserPoolId, Username: name })).toEqual({ Devices: [Device] });
    }
  });

  it("goes by the user agent that confirmed it where it was given no name, and shows the address", async () => {
    const { Username, AccessToken, DeviceKey } = await someone();
    await env.DB.prepare("update devices set sdk = 'a-browser/1', last_ip = '192.0.2.7' where key = ?")
      .bind(DeviceKey)
      .run();
    const { Device } = await call("GetDevice", { AccessToken, DeviceKey });
    expect(attributesOf(Device)).toEqual({
      device_status: "valid",
      device_name: "a-browser/1",
      last_ip_used: "192.0.2.7",
    });
    const { Device: seen } = await call("AdminGetDevice", { UserPoolId, Username, DeviceKey });
    expect(attributesOf(seen)).toMatchObject({ "dev:device_sdk": "a-browser/1" });
  });

  it("is nobody else's to see, change or forget", async () => {
    const { DeviceKey, Username } = await someone();
    const other = await someone();
    const { AccessToken } = other;
    const DeviceRememberedStatus = "not_remembered";
    for (const [operation, input] of [
      ["GetDevice", { AccessToken, DeviceKey }],
      ["UpdateDeviceStatus", { AccessToken, DeviceKey, DeviceRememberedStatus }],
      ["ForgetDevice", { AccessToken, DeviceKey }],
      ["AdminGetDevice", { UserPoolId, Username: other.Username, DeviceKey }],
      ["AdminUpdateDeviceStatus", { UserPoolId, Username: other.Username, DeviceKey, DeviceRememberedStatus }],
      ["AdminForgetDevice", { UserPoolId, Username: other.Username, DeviceKey }],
    ] as const) {
      await expect(call(operation, input), operation).rejects.toMatchObject(NOT_FOUND);
    }
    const { Devices } = await call("AdminListDevices", { UserPoolId, Username });
    expect(Devices.map(attributesOf)).toMatchObject([{ "dev:device_remembered_status": "remembered" }]);
  });

  it("is none of a user who does not exist", async () => {
    const at = { UserPoolId, Username: "nobody", DeviceKey: `us-east-1_${crypto.randomUUID()}` };
    for (const [operation, more] of [
      ["AdminGetDevice", {}],
      ["AdminListDevices", {}],
      ["AdminForgetDevice", {}],
      ["AdminUpdateDeviceStatus", { DeviceRememberedStatus: "remembered" }],
    ] as const) {
      const { DeviceKey, ...user } = at;
      const input = operation === "AdminListDevices" ? user : { ...at, ...more, DeviceKey };
      await expect(call(operation, input), operation).rejects.toMatchObject({ name: "UserNotFoundException" });
    }
  });

  it("goes with its user", async () => {
    const { Username, DeviceKey } = await someone();
    await call("AdminDeleteUser", { UserPoolId, Username });
    expect(await env.DB.prepare("select 1 from devices where key = ?").bind(DeviceKey).first()).toBeNull();
  });
});

describe("the list of devices", () => {
  it("comes in pages that miss none, in order, with as many as are asked for", async () => {
    const { Username, sub, AccessToken, DeviceKey } = await someone();
    const keys = Array.from({ length: 64 }, () => `us-east-1_${crypto.randomUUID()}`);
    await env.DB.prepare(
      "insert into devices (pool_id, key, sub, group_key, remembered, created_at, modified_at, last_authenticated_at) select ?1, value, ?2, '-', 1, 0, 0, 0 from json_each(?3)",
    )
      .bind(UserPoolId, sub, JSON.stringify(keys))
      .run();
    const all = [DeviceKey, ...keys].toSorted();
    for (const [operation, who] of [
      ["ListDevices", { AccessToken }],
      ["AdminListDevices", { UserPoolId, Username }],
    ] as const) {
      for (const Limit of [undefined, 0, 7, 60]) {
        const found: string[] = [];
        let PaginationToken: string | undefined;
        do {
          const page: { Devices: { DeviceKey: string }[]; PaginationToken?: string } = await call(operation, {
            ...who,
            ...(Limit !== undefined && { Limit }),
            ...(PaginationToken !== undefined && { PaginationToken }),
          });
          expect(page.Devices.length).toBeLessThanOrEqual(Limit || 60);
          found.push(...page.Devices.map((device) => device.DeviceKey));
          ({ PaginationToken } = page);
        } while (PaginationToken !== undefined);
        expect(found).toEqual(all);
      }
    }
    await expect(call("ListDevices", { AccessToken, Limit: 61 })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("goes on only for whom it began", async () => {
    const one = await someone();
    const other = await someone();
    await confirmedDevice(ClientId, one.Username);
    const { PaginationToken } = await call("ListDevices", { AccessToken: one.AccessToken, Limit: 1 });
    expect(PaginationToken).toBeTypeOf("string");
    await expect(call("ListDevices", { AccessToken: other.AccessToken, PaginationToken })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("the status of a device", () => {
  it("is changed by its user and by administrators, and dated", async () => {
    const { Username, AccessToken, DeviceKey } = await someone();
    const admin = { UserPoolId, Username, DeviceKey };
    const status = async () => {
      const { Device } = await call("AdminGetDevice", admin);
      return { is: attributesOf(Device)["dev:device_remembered_status"], at: Device.DeviceLastModifiedDate };
    };
    const first = await status();
    const change = { AccessToken, DeviceKey, DeviceRememberedStatus: "not_remembered" };
    expect(await call("UpdateDeviceStatus", change)).toEqual({});
    const second = await status();
    expect(second.is).toBe("not_remembered");
    expect(second.at).toBeGreaterThan(first.at);
    expect(await call("AdminUpdateDeviceStatus", { ...admin, DeviceRememberedStatus: "remembered" })).toEqual({});
    expect((await status()).is).toBe("remembered");
  });

  it("must be said", async () => {
    const { AccessToken, DeviceKey } = await someone();
    await expect(call("UpdateDeviceStatus", { AccessToken, DeviceKey })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("forgetting a device", () => {
  it("ends the refresh token of the caller's own, whose access token goes on", async () => {
    const { AccessToken, RefreshToken, DeviceKey } = await someone();
    expect((await refresh(RefreshToken, DeviceKey)).AuthenticationResult).toBeDefined();
    expect(await call("ForgetDevice", { AccessToken, DeviceKey })).toBeUndefined();
    await expect(refresh(RefreshToken, DeviceKey)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(await call("ListDevices", { AccessToken })).toEqual({ Devices: [] });
    await expect(call("ForgetDevice", { AccessToken, DeviceKey })).rejects.toMatchObject(NOT_FOUND);
  });

  it("ends all that is signed in by it elsewhere, and nothing of other devices", async () => {
    const lost = await someone();
    const kept = await confirmedDevice(ClientId, lost.Username);
    await call("ForgetDevice", { AccessToken: kept.AccessToken, DeviceKey: lost.DeviceKey });
    await expect(refresh(lost.RefreshToken, lost.DeviceKey)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await expect(call("GetUser", { AccessToken: lost.AccessToken })).rejects.toMatchObject({
      message: "Access Token has been revoked",
    });
    expect((await refresh(kept.RefreshToken, kept.DeviceKey)).AuthenticationResult).toBeDefined();
  });

  it("is an administrator's to do, too", async () => {
    const { Username, AccessToken, RefreshToken, DeviceKey } = await someone();
    const admin = { UserPoolId, Username, DeviceKey };
    expect(await call("AdminForgetDevice", admin)).toBeUndefined();
    await expect(refresh(RefreshToken, DeviceKey)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await expect(call("AdminForgetDevice", admin)).rejects.toMatchObject(NOT_FOUND);
  });

  it("ends nothing where there is no such device: a key that was given out but not confirmed", async () => {
    const Username = `u${crypto.randomUUID()}`;
    await makeUser(UserPoolId, Username);
    const { RefreshToken, NewDeviceMetadata } = (await signIn(ClientId, Username)).AuthenticationResult;
    const { DeviceKey } = NewDeviceMetadata;
    await expect(call("AdminForgetDevice", { UserPoolId, Username, DeviceKey })).rejects.toMatchObject(NOT_FOUND);
    expect((await refresh(RefreshToken, DeviceKey)).AuthenticationResult).toBeDefined();
  });

  it("takes two hops of a user, and one of an administrator", async () => {
    const one = await someone();
    const other = await someone();
    const costs = await costsOf(async () => {
      await call("ForgetDevice", { AccessToken: one.AccessToken, DeviceKey: one.DeviceKey });
      await call("AdminForgetDevice", { UserPoolId, Username: other.Username, DeviceKey: other.DeviceKey });
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 1]);
  });
});
