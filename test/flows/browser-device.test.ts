import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Call, openCall } from "../../src/call.ts";
import { deviceByKey } from "../../src/directory/devices.ts";
import { type User, userBySub } from "../../src/directory/users.ts";
import { browserDevice, keyOfBrowser, trustBrowser } from "../../src/flows/browser-device.ts";
import { resolvePool } from "../../src/flows/resolve.ts";
import { call, makeUser, ORIGIN, signIn } from "../client.ts";
import { trackingPool } from "../device-client.ts";

const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0";
let at: Call;
let UserPoolId: string;
let ClientId: string;
let jane: User;

beforeAll(async () => {
  let sub: string;
  ({ UserPoolId, ClientId, sub } = await trackingPool());
  const headers = { "user-agent": USER_AGENT, "cf-connecting-ip": "192.0.2.7" };
  at = await openCall(new Request(ORIGIN, { headers }) as never, env, createExecutionContext());
  [jane] = (await userBySub(at.db, UserPoolId, sub)) as [User];
});

async function trusted(user = jane): Promise<string> {
  const { cookie, statement } = await trustBrowser(at, await resolvePool(at, UserPoolId), user);
  await at.db.batch([statement as never]);
  return cookie;
}

const read = async (cookie: string) => (await deviceByKey(at.db, UserPoolId, keyOfBrowser(cookie) ?? ""))[0];

describe("a browser that a user trusts", () => {
  it("is proven by its cookie, whose secret is kept nowhere", async () => {
    const cookie = await trusted();
    const device = await read(cookie);
    expect(await browserDevice(device, cookie, jane)).toEqual(device);
    expect(device).toMatchObject({ remembered: true, verifier: null, lastIp: "192.0.2.7", sdk: USER_AGENT });
    expect(JSON.stringify(device)).not.toContain(cookie.split(".")[1]);
  });

  it("is not proven by another secret, another browser's cookie, or none, nor to another user", async () => {
    const [cookie, other] = [await trusted(), await trusted()];
    const device = await read(cookie);
    const secret = cookie.split(".")[1] as string;
    const altered = `${keyOfBrowser(cookie)}.${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
    for (const wrong of [altered, other, "", undefined, `${keyOfBrowser(cookie)}.`, `x${cookie}`]) {
      expect(await browserDevice(device, wrong, jane), wrong).toBeUndefined();
    }
    expect(await browserDevice(undefined, cookie, jane)).toBeUndefined();
    expect(await browserDevice(device, cookie, { ...jane, sub: crypto.randomUUID() })).toBeUndefined();
    expect(await browserDevice(device, cookie, { ...jane, poolId: "us-east-1_other" })).toBeUndefined();
  });

  it("stands among the user's devices by its user agent, and counts no more once it is not remembered, or forgotten", async () => {
    const cookie = await trusted();
    const DeviceKey = keyOfBrowser(cookie);
    const { AccessToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    const { Device } = await call("GetDevice", { AccessToken, DeviceKey });
    expect(Device.DeviceAttributes).toContainEqual({ Name: "device_name", Value: USER_AGENT });
    await call("UpdateDeviceStatus", { AccessToken, DeviceKey, DeviceRememberedStatus: "not_remembered" });
    expect(await browserDevice(await read(cookie), cookie, jane)).toBeUndefined();
    await call("UpdateDeviceStatus", { AccessToken, DeviceKey, DeviceRememberedStatus: "remembered" });
    expect(await browserDevice(await read(cookie), cookie, jane)).toBeDefined();
    await call("ForgetDevice", { AccessToken, DeviceKey });
    expect(await read(cookie)).toBeUndefined();
  });

  it("is kept only for a user who is as the sign-in saw them", async () => {
    const sub = await makeUser(UserPoolId, "later");
    const [seen] = (await userBySub(at.db, UserPoolId, sub)) as [User];
    await call("AdminDisableUser", { UserPoolId, Username: "later" });
    expect(await read(await trusted(seen))).toBeUndefined();
    const [disabled] = (await userBySub(at.db, UserPoolId, sub)) as [User];
    expect(await read(await trusted(disabled))).toBeUndefined();
  });

  it("keeps no more of a user agent than a device may have for a name", async () => {
    const long = { ...at, from: { ...at.from, userAgent: "x".repeat(5_000) } };
    const { device } = await trustBrowser(long, await resolvePool(at, UserPoolId), jane);
    expect(device.sdk).toHaveLength(1_024);
  });
});
