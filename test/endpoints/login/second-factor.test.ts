import { decodeJwt } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { codeOf } from "../../authenticator-app.ts";
import { call, codeSentTo, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { confirmedDevice } from "../../device-client.ts";
import { SECOND_FACTORS, OWN_MAIL } from "../../factors.ts";
import { claimsOf, notice, personAt } from "./new-person.ts";
import { authorizeUrl, makeWebClient, type Person } from "./person.ts";

async function open(MfaConfiguration: "ON" | "OPTIONAL", settings: object = {}, factors: object = SECOND_FACTORS) {
  const pool = await makePool({ ...OWN_MAIL, ...settings });
  await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration, ...factors });
  return { pool, client: (await makeWebClient(pool)).ClientId };
}

let count = 0;
const newUser = async (pool: string, attributes: Record<string, string> = {}): Promise<string> => {
  const name = `person-${count++}`;
  await makeUser(pool, name, attributes);
  return name;
};

async function signedIn(client: string, username: string): Promise<Person> {
  const person = await personAt(client, "/login");
  await person.submit({ username, password: PASSWORD });
  return person;
}

const shownChallenge = (person: Person) =>
  JSON.parse(person.fields().get("challenge") ?? "{}") as { name: string; parameters: Record<string, string> };

const byPhone = (pool: string, Username: string) =>
  call("AdminSetUserMFAPreference", {
    UserPoolId: pool,
    Username,
    SMSMfaSettings: { Enabled: true, PreferredMfa: true },
  });

describe("a pool that demands a second factor, at the pages", () => {
  let pool: string;
  let client: string;
  beforeAll(async () => {
    ({ pool, client } = await open("ON"));
  });

  test("takes a new user through the set-up of an app to the client, and asks for the app from then on", async () => {
    const username = await newUser(pool);
    const person = await signedIn(client, username);
    expect(person.html).toContain(en.setUpTitle);
    expect(person.html).toContain("<svg");
    const { seed = "" } = shownChallenge(person).parameters;
    expect(person.html).toContain(seed.replace(/.{4}(?=.)/g, "$& "));
    await person.submit({ code: await codeOf(seed, -1) });
    const claims = await claimsOf(person, client);
    expect(claims).toMatchObject({ "cognito:username": username, acr: "urn:cognito:loa:2" });
    expect(claims.amr).toEqual(["pwd", "otp", "mfa"]);

    const again = await signedIn(client, username);
    expect(again.html).toContain(en.appCode);
    expect(again.html).toMatch(/autocomplete="one-time-code"/);
    const code = await codeOf(seed);
    await again.submit({ code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(await claimsOf(again, client)).toMatchObject({ "cognito:username": username });
  });

  test("lets a mistyped code be mended, without another picture", async () => {
    const person = await signedIn(client, await newUser(pool));
    const { seed = "" } = shownChallenge(person).parameters;
    await person.submit({ code: "00000x" });
    expect(notice(person)).toContain(en.errors.wrongCode);
    expect(shownChallenge(person).parameters.seed).toBe(seed);
    await person.submit({ code: await codeOf(seed) });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("takes an e-mail address in the place of an app", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const person = await signedIn(client, await newUser(pool));
    await person.submit({ code: "", by_email: "1" });
    expect(person.html).toMatch(/type="email"/);
    await person.submit({ email: "nobody" });
    expect(notice(person)).toContain(en.errors.badEmail);
    await person.submit({ email });
    await person.submit({ code: await codeSentTo(email) });
    expect(await claimsOf(person, client)).toMatchObject({ email_verified: true });
  });

  test("gives nothing to a browser whose session began before it demanded that", async () => {
    const { pool, client } = await open("OPTIONAL");
    const person = await signedIn(client, await newUser(pool));
    expect(person.sentToClient()).toHaveProperty("code");
    await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration: "ON", ...SECOND_FACTORS });
    await new Promise((later) => setTimeout(later, 5_100));
    await person.visit(authorizeUrl(client));
    expect(person.sentToClient()).toEqual({});
    expect(person.html).toContain(en.signInTitle);
  });
});

describe("a second factor at the pages", () => {
  test("is chosen where the user prefers none", async () => {
    const { pool, client } = await open("OPTIONAL");
    const phone_number = "+15550102001";
    const username = await newUser(pool, { phone_number, email: "choose@example.com" });
    await call("AdminSetUserMFAPreference", {
      UserPoolId: pool,
      Username: username,
      SMSMfaSettings: { Enabled: true },
      EmailMfaSettings: { Enabled: true },
    });
    const person = await signedIn(client, username);
    expect(person.html).toContain(en.chooseFactorTitle);
    expect(person.html).toContain(`value="SMS_MFA"`);
    await person.submit({ answer: "SMS_MFA" });
    expect(person.html).toContain("+*******2001");
    await person.submit({ code: await codeSentTo(phone_number) });
    expect((await claimsOf(person, client)).amr).toEqual(["pwd", "sms", "mfa"]);
  });

  test("is guessed in vain: the sign-in ends after too many tries", async () => {
    const { pool, client } = await open("OPTIONAL");
    const username = await newUser(pool, { phone_number: "+15550102002" });
    await byPhone(pool, username);
    const person = await signedIn(client, username);
    const ended = () => notice(person)?.includes(en.errors.tooManyTries);
    for (let at = 0; at < 7 && !ended(); at++) await person.submit({ code: "00000x" });
    expect(notice(person)).toContain(en.errors.tooManyTries);
    expect(person.sentToClient()).toEqual({});
  });

  test("[OpenID Connect Core 1.0 §5.5.1.1] is asked for where a client must have that level, and nobody else is let in", async () => {
    const { pool, client } = await open("OPTIONAL");
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: "urn:cognito:loa:2" } } });
    const username = await newUser(pool, { phone_number: "+15550102003" });
    const person = await signedIn(client, username);
    expect(person.sentToClient()).toHaveProperty("code");
    await person.visit(authorizeUrl(client, { claims, state: "s" }));
    expect(person.html).toContain(en.signInTitle);
    await person.submit({ username, password: PASSWORD });
    expect(person.sentToClient()).toMatchObject({ error: "unmet_authentication_requirements" });
    await byPhone(pool, username);
    await person.visit(authorizeUrl(client, { claims, state: "s" }));
    await person.submit({ username, password: PASSWORD });
    await person.submit({ code: await codeSentTo("+15550102003") });
    expect(await claimsOf(person, client)).toMatchObject({ acr: "urn:cognito:loa:2" });
  });
});

describe("a browser that is trusted", () => {
  const phone_number = "+15550102004";
  const devicesOf = async (pool: string, Username: string) =>
    (await call("AdminListDevices", { UserPoolId: pool, Username })).Devices ?? [];

  test("is asked for no code again, by that user alone, until it is forgotten", async () => {
    const DeviceConfiguration = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true };
    const { pool, client } = await open("ON", { DeviceConfiguration });
    const username = await newUser(pool, { phone_number });
    const person = await signedIn(client, username);
    expect(person.html).toContain(en.trustDevice);
    await person.submit({ code: await codeSentTo(phone_number), trust: "1" });
    expect(person.sentToClient()).toHaveProperty("code");
    const [device] = await devicesOf(pool, username);
    expect(device.DeviceKey).toMatch(/^us-east-1_/);

    await person.visit(authorizeUrl(client, { prompt: "login", state: "s" }));
    await person.submit({ username, password: PASSWORD });
    const claims = await claimsOf(person, client);
    expect(claims.amr).toEqual(["pwd", "swk", "mfa"]);

    const other = await newUser(pool, { phone_number: "+15550102005" });
    await person.visit(authorizeUrl(client, { prompt: "login", state: "s" }));
    await person.submit({ username: other, password: PASSWORD });
    expect(shownChallenge(person).name).toBe("SMS_MFA");

    await call("AdminForgetDevice", { UserPoolId: pool, Username: username, DeviceKey: device.DeviceKey });
    await person.visit(authorizeUrl(client, { prompt: "login", state: "s" }));
    await person.submit({ username, password: PASSWORD });
    expect(shownChallenge(person).name).toBe("SMS_MFA");
  });

  test("is one only where the person says so, if the pool asks them", async () => {
    const DeviceConfiguration = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true };
    const { pool, client } = await open("ON", { DeviceConfiguration });
    const username = await newUser(pool, { phone_number: "+15550102006" });
    const person = await signedIn(client, username);
    await person.submit({ code: await codeSentTo("+15550102006"), trust: "" });
    expect(person.sentToClient()).toHaveProperty("code");
    expect(await devicesOf(pool, username)).toEqual([]);
  });

  test("is none by the key of a program's device, which a cookie does not prove", async () => {
    const { pool, client } = await open("OPTIONAL", { DeviceConfiguration: { ChallengeRequiredOnNewDevice: true } });
    const username = await newUser(pool, { phone_number: "+15550102007" });
    const { DeviceKey } = await confirmedDevice(client, username);
    await byPhone(pool, username);
    const person = await personAt(client, "/login");
    person.cookies.set(`limen-device.${pool}`, `${DeviceKey}.${"x".repeat(43)}`);
    await person.submit({ username, password: PASSWORD });
    expect(person.response.status).toBe(200);
    expect(shownChallenge(person).name).toBe("SMS_MFA");
  });

  test("is one after a password alone nowhere", async () => {
    const { pool, client } = await open("OPTIONAL", { DeviceConfiguration: { ChallengeRequiredOnNewDevice: true } });
    const username = await newUser(pool);
    const person = await signedIn(client, username);
    expect(person.sentToClient()).toHaveProperty("code");
    expect(await devicesOf(pool, username)).toEqual([]);
    expect(decodeJwt((await signIn(client, username)).AuthenticationResult.AccessToken).device_key).toBeDefined();
  });
});
