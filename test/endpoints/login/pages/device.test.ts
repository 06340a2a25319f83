import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { call, makePool, makeUser, PASSWORD } from "../../../client.ts";
import { allowed, asked, DEVICE, Devices, entered } from "../../oauth/devices.ts";
import { post, read } from "../../oauth/requests.ts";
import { makeWebClient, Person } from "../person.ts";

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

describe("the journey of a person", () => {
  test("[RFC 8628 §3.3] leads from the code through sign-in to the question, and the device to tokens", async () => {
    const { device_code, user_code } = await devices.begin({ scope: "openid email" });
    expect(await devices.poll(device_code)).toMatchObject({ status: 400, error: "authorization_pending" });
    const person = await entered(user_code);
    expect(new URL(person.url).pathname).toBe("/login");
    await person.submit({ username: "ada", password: "wrong" });
    expect(person.html).toContain("Incorrect username or password");
    await person.submit({ username: "ada", password: PASSWORD });
    expect(new URL(person.url).pathname).toBe("/device");
    expect(person.html).toContain("Kitchen lamp");
    expect(person.html).toContain(user_code);
    expect(person.html).toContain("Only go on if you started this yourself");
    later(6_000);
    expect(await devices.poll(device_code)).toMatchObject({ status: 400, error: "authorization_pending" });
    await person.submit({ allow: "1" });
    expect(person.html).toContain("Your device is connected");
    const tokens = await devices.poll(device_code);
    expect(tokens).toMatchObject({ status: 200, token_type: "Bearer", scope: "openid email", expires_in: 3600 });
    const id = decodeJwt(tokens.id_token);
    expect(id).toMatchObject({
      sub: devices.sub,
      aud: devices.client,
      email: "ada@example.com",
      amr: ["pwd"],
      sid: expect.any(String),
    });
    expect(id.name).toBeUndefined();
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: devices.sub,
      client_id: devices.client,
      scope: "openid email",
    });
    const refreshed = await read(
      post("/oauth2/token", {
        grant_type: "refresh_token",
        client_id: devices.client,
        refresh_token: tokens.refresh_token,
      }),
    );
    expect(refreshed).toMatchObject({ status: 200, id_token: expect.any(String) });
  });

  test("goes straight to the question for who is signed in", async () => {
    const person = await allowed((await devices.begin()).user_code);
    const { device_code, user_code } = await devices.begin({ scope: "aws.cognito.signin.user.admin" });
    await entered(user_code, person);
    expect(person.html).toContain(`<strong class="shown">${user_code}</strong>`);
    await person.submit({ allow: "1" });
    const tokens = await devices.poll(device_code);
    expect(tokens).toMatchObject({ status: 200, scope: "aws.cognito.signin.user.admin" });
    expect(tokens.id_token).toBeUndefined();
  });

  test("[RFC 8628 §3.3.1] begins with the code filled in where the address has it, and tells nothing of it yet", async () => {
    const { user_code, verification_uri_complete } = await devices.begin();
    const person = new Person();
    await person.visit(verification_uri_complete);
    expect(person.fields().get("user_code")).toBe(user_code);
    const known = person.html.replaceAll(user_code, "");
    await person.visit("/device?user_code=BBBB-BBBB");
    expect(person.html.replaceAll("BBBB-BBBB", "")).toBe(known);
    await person.visit("/device?user_code=call+555+now");
    expect(person.fields().get("user_code")).toBe("");
  });

  test.each([
    ["lower case", (code: string) => code.toLowerCase()],
    ["without its dash", (code: string) => code.replace("-", "")],
    ["with spaces", (code: string) => ` ${code.replace("-", "").replace(/./g, "$& ")} `],
    ["with another dash", (code: string) => code.replace("-", "–").toLowerCase()],
  ])("[RFC 8628 §6.1] takes a code typed in %s", async (_, sloppy) => {
    const { user_code } = await devices.begin();
    expect(new URL((await entered(sloppy(user_code))).url).pathname).toBe("/login");
  });

  test.each(["", "BCDF", "BBBB-BBBB", "aeiou-1234", `${"B".repeat(30)}`])("knows no code %j", async (code) => {
    const person = await entered(code);
    expect(person.html).toContain("There is no such code");
  });

  test("decides nothing when the person will not sign in", async () => {
    const { device_code, user_code } = await devices.begin();
    const person = await entered(user_code);
    await person.submit({ cancel: "1" });
    expect(new URL(person.url).pathname).toBe("/device");
    expect(person.fields().get("user_code")).toBe(user_code);
    expect(await devices.poll(device_code)).toMatchObject({ error: "authorization_pending" });
  });

  test("[RFC 8628 §3.5] tells the device of a denial, for good", async () => {
    const { device_code, user_code } = await devices.begin();
    const person = await asked(user_code);
    await person.submit({ deny: "1" });
    expect(person.html).toContain("The device was not connected");
    expect(await devices.poll(device_code)).toMatchObject({ status: 400, error: "access_denied" });
    expect((await entered(user_code, person)).html).toContain("There is no such code");
    expect(await devices.poll(device_code)).toMatchObject({ status: 400, error: "access_denied" });
  });

  test("is answered once, by whoever answers first", async () => {
    const { device_code, user_code } = await devices.begin();
    await makeUser(devices.pool, "eve");
    const [ada, eve] = [await asked(user_code), await asked(user_code, "eve")];
    await ada.submit({ allow: "1" });
    await eve.submit({ deny: "1" });
    expect(eve.html).toContain("There is no such code");
    expect(decodeJwt((await devices.poll(device_code)).id_token).sub).toBe(devices.sub);
  });

  test("is answered once, though the answer is sent many times at the same moment", async () => {
    const { device_code, user_code } = await devices.begin();
    const person = await asked(user_code);
    const fields = Object.fromEntries(person.fields());
    const answers = ["allow", "deny"].flatMap((answer) => Array.from({ length: 10 }, () => answer));
    const texts = await Promise.all(
      answers.map(async (answer) => {
        const body = new URLSearchParams({ ...fields, [answer]: "1" }).toString();
        const headers = { "content-type": "application/x-www-form-urlencoded" };
        return (await person.send("/device", { method: "POST", body, headers })).text();
      }),
    );
    const taken = texts.map((text) => /device is connected|was not connected/.exec(text)?.[0]).filter(Boolean);
    expect(taken).toHaveLength(1);
    const { status } = await devices.poll(device_code);
    expect(status).toBe(taken[0] === "device is connected" ? 200 : 400);
  });

  test("is answered by who signs in for it, where the client takes no older sign-in, and by nobody else", async () => {
    const own = await Devices.make();
    const tracking = { UserSessionTracking: "ENABLED", TokenSession: { MaxPerUser: 20 } };
    await call("SetUserPoolSessionConfiguration", { UserPoolId: own.pool, ...tracking });
    const never = { SSOSession: { MaxValidityMinutes: 0 } };
    await call("SetUserPoolClientSessionConfiguration", { UserPoolId: own.pool, ClientId: own.client, ...never });
    const person = new Person();
    for (let time = 0; time < 2; time++) {
      later(60_000);
      const { device_code, user_code } = await own.begin();
      await entered(user_code, person);
      expect(new URL(person.url).pathname).toBe("/login");
      await person.submit({ username: "ada", password: PASSWORD });
      expect(person.html).toContain(`<strong class="shown">${user_code}</strong>`);
      later(60_000);
      await person.submit({ allow: "1" });
      expect(person.html).toContain("Your device is connected");
      expect(await own.poll(device_code)).toMatchObject({ status: 200 });
    }
  });

  test("is of the pool of the device: who is signed in elsewhere on the same host must sign in", async () => {
    const other = await makePool();
    const { ClientId } = await makeWebClient(other, DEVICE);
    const elsewhere = await makeUser(other, "ada");
    const person = await allowed((await devices.begin()).user_code);
    const { device_code, user_code } = await devices.begin({ client_id: ClientId });
    await entered(user_code, person);
    expect(new URL(person.url).pathname).toBe("/login");
    await person.submit({ username: "ada", password: PASSWORD });
    await person.submit({ allow: "1" });
    expect(decodeJwt((await devices.poll(device_code, { client_id: ClientId })).id_token).sub).toBe(elsewhere);
    expect([...person.cookies.keys()].filter((name) => name.startsWith("limen."))).toHaveLength(2);
  });
});
