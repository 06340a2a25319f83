import { env } from "cloudflare:workers";
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { call, makeUser, ORIGIN, PASSWORD } from "../../../client.ts";
import { makeWebClient } from "../../login/person.ts";
import { allowed, asked, DEVICE, Devices, entered } from "../devices.ts";
import { post, read } from "../requests.ts";

let devices: Devices;

beforeAll(async () => {
  devices = await Devices.make();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds later, for the worker's clock. */
const later = (milliseconds: number): void => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
};

describe("polling", () => {
  test("[RFC 8628 §3.5] is to slow down when it comes faster than said", async () => {
    const { device_code, user_code } = await devices.begin();
    expect(await devices.poll(device_code)).toMatchObject({ error: "authorization_pending" });
    expect(await devices.poll(device_code)).toMatchObject({ status: 400, error: "slow_down" });
    later(5_000);
    expect(await devices.poll(device_code)).toMatchObject({ error: "authorization_pending" });
    await allowed(user_code);
    // Slowing down is for those who wait.
    expect(await devices.poll(device_code)).toMatchObject({ status: 200 });
  });

  test("[RFC 8628 §3.5] ends with the lifetime of the codes, whatever was decided", async () => {
    const [waiting, answered] = [await devices.begin(), await devices.begin()];
    await allowed(answered.user_code);
    later(599_000);
    expect(await devices.poll(waiting.device_code)).toMatchObject({ error: "authorization_pending" });
    later(2_000);
    const expired = { status: 400, error: "expired_token" };
    expect(await devices.poll(waiting.device_code)).toMatchObject(expired);
    expect(await devices.poll(answered.device_code)).toMatchObject(expired);
    expect((await entered(waiting.user_code)).html).toContain("There is no such code");
  });

  test("[RFC 9449 §5] binds the tokens to the key whose possession is proved, and spends each proof", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    const proof = () =>
      new SignJWT({ htm: "POST", htu: `${ORIGIN}/oauth2/token`, jti: crypto.randomUUID() })
        .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
        .setIssuedAt()
        .sign(privateKey);
    const { device_code, user_code } = await devices.begin();
    const dpop = await proof();
    expect(await devices.poll(device_code, {}, { dpop })).toMatchObject({ error: "authorization_pending" });
    await allowed(user_code);
    expect(await devices.poll(device_code, {}, { dpop })).toMatchObject({ status: 400, error: "invalid_dpop_proof" });
    const tokens = await devices.poll(device_code, {}, { dpop: await proof() });
    expect(tokens).toMatchObject({ status: 200, token_type: "DPoP" });
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: await calculateJwkThumbprint(jwk) });
    const refresh = { grant_type: "refresh_token", client_id: devices.client, refresh_token: tokens.refresh_token };
    expect(await read(post("/oauth2/token", refresh))).toMatchObject({ status: 400 });
    expect(await read(post("/oauth2/token", refresh, { dpop: await proof() }))).toMatchObject({ status: 200 });
  });

  test("[RFC 8707 §2] gives access tokens for the resource that was asked for, and no other", async () => {
    const resource = "https://api.test/v1";
    expect(await devices.begin({ resource: "api" })).toMatchObject({ status: 400, error: "invalid_target" });
    const { device_code, user_code } = await devices.begin({ resource });
    await allowed(user_code);
    const other = await devices.poll(device_code, { resource: "https://other.test" });
    expect(other).toMatchObject({ status: 400, error: "invalid_target" });
    expect(decodeJwt((await devices.poll(device_code, { resource })).access_token).aud).toBe(resource);
  });

  test("[RFC 8628 §3.4] is for the client alone that began", async () => {
    const { ClientId } = await makeWebClient(devices.pool, DEVICE);
    const { device_code, user_code } = await devices.begin();
    await allowed(user_code);
    const refused = { status: 400, error: "invalid_grant" };
    expect(await devices.poll(device_code, { client_id: ClientId })).toEqual(refused);
    expect(await devices.poll(user_code)).toEqual(refused);
    expect(await devices.poll(device_code.slice(0, -20) + "A".repeat(20))).toEqual(refused);
    expect(await devices.poll("")).toMatchObject({ status: 400, error: "invalid_request" });
    expect(await devices.poll(device_code)).toMatchObject({ status: 200 });
  });

  test("gives tokens once, to one of a hundred at once, and these go on working", async () => {
    const { device_code, user_code } = await devices.begin();
    await allowed(user_code);
    const answers = await Promise.all(Array.from({ length: 100 }, () => devices.poll(device_code)));
    const given = answers.filter(({ status }) => status === 200);
    expect(given).toHaveLength(1);
    expect(answers.filter(({ error }) => error === "invalid_grant")).toHaveLength(99);
    const refresh_token = given[0]?.refresh_token as string;
    const again = { grant_type: "refresh_token", client_id: devices.client, refresh_token };
    expect(await read(post("/oauth2/token", again))).toMatchObject({ status: 200 });
  });

  test.each([
    ["signed out", () => env.DB.prepare("delete from browser_sessions").run()],
    ["was disabled", () => call("AdminDisableUser", { UserPoolId: devices.pool, Username: "bob" })],
    ["was deleted", () => call("AdminDeleteUser", { UserPoolId: devices.pool, Username: "bob" })],
    [
      "must change the password",
      () =>
        call("AdminSetUserPassword", {
          UserPoolId: devices.pool,
          Username: "bob",
          Password: `${PASSWORD}2`,
          Permanent: false,
        }),
    ],
  ])("gives nothing for a user who %s since they allowed it", async (_, change) => {
    await makeUser(devices.pool, "bob").catch(() =>
      call("AdminEnableUser", { UserPoolId: devices.pool, Username: "bob" }),
    );
    await call("AdminSetUserPassword", {
      UserPoolId: devices.pool,
      Username: "bob",
      Password: PASSWORD,
      Permanent: true,
    });
    const { device_code, user_code } = await devices.begin();
    const person = await asked(user_code, "bob");
    await person.submit({ allow: "1" });
    await change();
    expect(await devices.poll(device_code)).toEqual({ status: 400, error: "invalid_grant" });
  });
});
