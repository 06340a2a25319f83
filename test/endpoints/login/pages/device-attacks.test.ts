import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { call, ORIGIN } from "../../../client.ts";
import { allowed, asked, DEVICE, Devices, entered } from "../../oauth/devices.ts";
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

describe("what others may try", () => {
  test("wrong codes are counted for each network, and beyond twenty an hour right ones are turned away", async () => {
    const { user_code } = await devices.begin();
    const from = (address: string) => ({ "cf-connecting-ip": address });
    const person = new Person();
    await person.visit("/device");
    const attempt = async (code: string, address: string) => {
      await person.visit("/device");
      await person.submit({ user_code: code }, from(address));
      return new URL(person.url).search === "" ? /class="notice error[^>]*>([^<]*)/.exec(person.html)?.[1] : "found";
    };
    // Right ones do not count, nor do they make up for wrong ones.
    for (let tries = 0; tries < 19; tries++) {
      expect(await attempt("BBBB-BBBB", `2001:db8:0:1::${tries}`)).toContain("There is no such code");
      if (tries % 5 === 0) expect(await attempt(user_code, "2001:db8:0:1::1")).toBe("found");
    }
    expect(await attempt("BBBB-BBBB", "2001:db8:0:1::1")).toContain("There is no such code");
    expect(await attempt(user_code, "2001:db8:0:1:9::")).toContain("Too many tries");
    expect(await attempt(user_code, "2001:db8:0:2::1")).toBe("found");
    later(3_600_001);
    const fresh = await devices.begin();
    expect(await attempt(fresh.user_code, "2001:db8:0:1::1")).toBe("found");
  });

  test("tries at the same moment all count", async () => {
    const { user_code } = await devices.begin();
    const headers = { "cf-connecting-ip": "192.0.2.77" };
    const person = new Person();
    await person.visit("/device");
    const _csrf = person.fields().get("_csrf") as string;
    const tries = await Promise.all(
      Array.from({ length: 40 }, (_, each) => {
        const body = new URLSearchParams({ _csrf, user_code: each === 39 ? user_code : "BBBB-BBBB" }).toString();
        const type = { "content-type": "application/x-www-form-urlencoded" };
        return person.send("/device", { method: "POST", body, headers: { ...headers, ...type } });
      }),
    );
    const texts = await Promise.all(tries.map((each) => each.text()));
    expect(texts.filter((text) => text.includes("There is no such code")).length).toBeLessThanOrEqual(20);
    expect(texts.filter((text) => text.includes("Too many tries")).length).toBeGreaterThanOrEqual(19);
  });

  test("a form from another site does nothing, with a code or with an answer", async () => {
    const { device_code, user_code } = await devices.begin();
    const person = await asked(user_code);
    const page = [person.html, person.url] as const;
    for (const [values, headers] of [
      [{ allow: "1", _csrf: "" }, {}],
      [{ allow: "1", _csrf: "A".repeat(43) }, {}],
      [{ allow: "1" }, { "sec-fetch-site": "cross-site" }],
      [{ allow: "1" }, { origin: "https://evil.test" }],
    ] as [Record<string, string>, Record<string, string>][]) {
      [person.html, person.url] = page;
      const response = await person.submit(values, headers);
      expect(response.status).toBe(403);
    }
    expect(await devices.poll(device_code)).toMatchObject({ error: "authorization_pending" });
    await person.visit("/device");
    expect((await person.submit({ user_code, _csrf: "" })).status).toBe(403);
    expect(person.fields().get("user_code")).toBe(user_code);
    [person.html, person.url] = page;
    await person.submit({ allow: "1" });
    expect(await devices.poll(device_code)).toMatchObject({ status: 200 });
  });

  test("[RFC 8628 §5.4] a link to the question, sent to another browser, asks for the code to be looked at", async () => {
    const { device_code, user_code } = await devices.begin();
    const eve = await entered(user_code);
    const link = eve.url;
    const victim = await allowed((await devices.begin()).user_code);
    await victim.visit(link);
    expect(victim.html).not.toContain('name="allow"');
    expect(victim.fields().get("user_code")).toBe(user_code);
    await victim.submit({ entry: new URL(link).searchParams.get("device") as string, allow: "1" });
    expect(await devices.poll(device_code)).toMatchObject({ error: "authorization_pending" });
  });

  test("the question is answered by nobody who has signed out meanwhile", async () => {
    const { device_code, user_code } = await devices.begin();
    const person = await asked(user_code);
    person.cookies.delete(`limen.${devices.pool}`);
    await person.submit({ allow: "1" });
    expect(new URL(person.url).pathname).toBe("/login");
    expect(await devices.poll(device_code)).toMatchObject({ error: "authorization_pending" });
  });

  test("the way through sign-in leads to nowhere but the page for devices, and only for that client", async () => {
    const { ClientId } = await makeWebClient(devices.pool);
    const person = await allowed((await devices.begin()).user_code);
    const stranger = await entered((await devices.begin()).user_code);
    const device = new URL(stranger.url).searchParams.get("device") as string;
    const query = (parameters: Record<string, string>) => `/login?${new URLSearchParams(parameters).toString()}`;
    const asCode = { response_type: "code", redirect_uri: "https://evil.test/", state: "s" };
    for (const path of [
      query({ client_id: ClientId, device }),
      query({ client_id: devices.client, device: device.slice(0, -20) + "A".repeat(20) }),
      query({ client_id: devices.client, device: "x" }),
    ]) {
      await person.visit(path);
      expect(new URL(person.url).pathname).toBe("/error");
    }
    for (const path of ["/login", "/oauth2/authorize"]) {
      const parameters = { client_id: devices.client, device, ...asCode };
      await person.visit(`${path}?${new URLSearchParams(parameters).toString()}`);
      expect(new URL(person.url).origin).toBe(ORIGIN);
      expect([...new URL(person.url).searchParams.keys()].sort()).toEqual(["iss", "state"]);
      expect(new URL(person.url).pathname).toBe("/device");
    }
  });

  test("the question is answered by nobody of whom the pool demands a second factor meanwhile", async () => {
    const place = await Devices.make();
    const { device_code, user_code } = await place.begin();
    const person = await asked(user_code);
    const SmsConfiguration = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };
    await call("UpdateUserPool", { UserPoolId: place.pool, MfaConfiguration: "ON", SmsConfiguration });
    await person.submit({ allow: "1" });
    expect(new URL(person.url).pathname).toBe("/login");
    expect(await place.poll(device_code)).toMatchObject({ error: "authorization_pending" });
  });

  test("a client that was closed to devices meanwhile gets nothing", async () => {
    const { ClientId } = await makeWebClient(devices.pool, DEVICE);
    const { device_code, user_code } = await devices.begin({ client_id: ClientId });
    const person = await asked(user_code);
    await call("UpdateUserPoolClient", {
      UserPoolId: devices.pool,
      ClientId,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: ["openid"],
    });
    await person.submit({ allow: "1" });
    expect(person.html).toContain("There is no such code");
    expect(await devices.poll(device_code, { client_id: ClientId })).toMatchObject({ error: "unauthorized_client" });
  });
});
