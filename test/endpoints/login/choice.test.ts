import { beforeAll, describe, expect, test } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { call, codeSentTo, makeClient, outbox, PASSWORD } from "../../client.ts";
import { newFunction } from "../../triggers/functions.ts";
import { customPool, QUESTION, RIGHT } from "../../flows/sign-in/custom-pool.ts";
import {
  atPage,
  BY_CHOICE,
  choicePool,
  named,
  newPasskeyUser,
  newUser,
  passkeyOptions,
  SECURE,
  ways,
} from "./choice-people.ts";
import { claimsOf, isSignInPage, notice } from "./new-person.ts";
import { makeWebClient, type Person } from "./person.ts";

let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await choicePool(["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]));
});

let phones = 0;
const newPhone = () => `+1555010${3000 + phones++}`;
const newEmail = () => `${crypto.randomUUID()}@example.com`;

const hasPassword = (person: Person) => person.fields().has("password");

describe("sign-in by choice at the pages", () => {
  test("asks for the name alone, then offers a button for each way, both kinds of password as one", async () => {
    const username = await newUser(pool, { email: newEmail(), phone_number: newPhone() });
    const person = await atPage(client);
    expect(hasPassword(person)).toBe(false);
    await person.submit({ username });
    expect(person.html).toContain(en.chooseWayTitle);
    expect(ways(person)).toEqual(["PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    expect(hasPassword(person)).toBe(false);
  });

  test("takes the password on a page of its own, in fields that password managers understand", async () => {
    const username = await newUser(pool, { email: newEmail() });
    const person = await named(client, username);
    await person.submit({ answer: "PASSWORD" });
    expect(person.html).toMatch(/<input[^>]*name="username"[^>]*autocomplete="username"/);
    expect(person.html).toMatch(/<input[^>]*name="password"[^>]*type="password"[^>]*autocomplete="current-password"/);
    expect(person.fields().get("username")).toBe(username);
    await person.submit({ password: PASSWORD });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username, amr: ["pwd"] });
  });

  test("asks for the password again after a wrong one or none, and lets another way be picked", async () => {
    const email = newEmail();
    const person = await named(client, await newUser(pool, { email }));
    await person.submit({ answer: "PASSWORD" });
    for (const password of ["Wr0ng-Horse!", ""]) {
      await person.submit({ password });
      expect(notice(person)).toBe(en.errors.wrongPassword);
      expect(hasPassword(person)).toBe(true);
      expect(person.html).not.toContain("Wr0ng-Horse!");
    }
    await person.submit({ list: "1" });
    expect(notice(person)).toBeUndefined();
    await person.submit({ answer: "EMAIL_OTP" });
    await person.submit({ code: await codeSentTo(email) });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test.each([
    ["EMAIL_OTP", "email", newEmail],
    ["SMS_OTP", "phone_number", newPhone],
  ] as const)("signs in by %s", async (way, attribute, make) => {
    const address = make();
    const username = await newUser(pool, { [attribute]: address });
    const person = await named(client, username);
    await person.submit({ answer: way });
    expect(person.html).toContain(en.codeTitle);
    await person.submit({ code: await codeSentTo(address) });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
  });

  test("asks for the password at once where that is the only way", async () => {
    const { client, pool } = await choicePool(["PASSWORD", "WEB_AUTHN"]);
    const username = await newUser(pool);
    const person = await named(client, username);
    expect(person.html).toContain(en.signInTitle);
    expect(ways(person)).toEqual([]);
    expect(person.html).not.toContain('name="list"');
    await person.submit({ password: "Wr0ng-Horse!" });
    expect(notice(person)).toBe(en.errors.wrongPassword);
    await person.submit({ password: PASSWORD });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
  });

  test("sends a code at once where that is the only way", async () => {
    const email = newEmail();
    const { client, pool } = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const api = (await makeClient(pool)).ClientId;
    await call("SignUp", { ClientId: api, Username: "codes", UserAttributes: [{ Name: "email", Value: email }] });
    await call("ConfirmSignUp", { ClientId: api, Username: "codes", ConfirmationCode: await codeSentTo(email) });
    const person = await named(client, "codes");
    expect(person.html).toContain(en.codeTitle);
    await person.submit({ code: await codeSentTo(email) });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("looks the same for names that nobody has", async () => {
    const { client, pool } = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const known = await newUser(pool, { email: newEmail() });
    const seen = async (username: string) => {
      const person = await named(client, username);
      const first = person.html;
      await person.submit({ answer: "PASSWORD" });
      await person.submit({ password: "Wr0ng-Horse!" });
      expect(notice(person)).toBe(en.errors.wrongPassword);
      const plain = (html: string) =>
        html.replaceAll(username, "…").replace(/(name="(?:_csrf|challenge)" value=)"[^"]*"/g, "$1");
      return [plain(first), plain(person.html)];
    };
    expect(await seen("nobody")).toEqual(await seen(known));
  });

  test("asks the owner's triggers about one sign-in, not about each of its pages", async () => {
    const fn = newFunction();
    const LambdaConfig = { PreAuthentication: fn.arn, PostAuthentication: fn.arn };
    const { client, pool } = await choicePool(["PASSWORD", "EMAIL_OTP"], { LambdaConfig });
    const person = await named(client, await newUser(pool, { email: newEmail() }));
    await person.submit({ answer: "PASSWORD" });
    await person.submit({ password: PASSWORD });
    expect(person.sentToClient()).toHaveProperty("code");
    const asked = (await fn.events()).map(({ triggerSource }) => triggerSource);
    expect(asked).toEqual(["PreAuthentication_Authentication", "PostAuthentication_Authentication"]);
  });

  test("takes no way that was not offered", async () => {
    const person = await named(client, await newUser(pool, { email: newEmail() }));
    await person.submit({ answer: "SMS_OTP" });
    expect(isSignInPage(person)).toBe(true);
    expect(person.sentToClient()).toEqual({});
  });

  test("leads whoever must confirm or reset first to where they do, and nobody else", async () => {
    const email = newEmail();
    const api = (await makeClient(pool)).ClientId;
    const Username = `new-${crypto.randomUUID()}`;
    await call("SignUp", {
      ClientId: api,
      Username,
      Password: PASSWORD,
      UserAttributes: [{ Name: "email", Value: email }],
    });
    const person = await named(client, Username);
    await person.submit({ answer: "PASSWORD" });
    await person.submit({ password: "Wr0ng-Horse!" });
    expect(notice(person)).toBe(en.errors.wrongPassword);
    await person.submit({ password: PASSWORD });
    expect(person.html).toContain(en.confirmTitle);
    await person.submit({ code: await codeSentTo(email) });
    expect(person.html).toContain(en.addPasskeyTitle);
    await person.submit({ later: "1" });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": Username });

    await call("AdminResetUserPassword", { UserPoolId: pool, Username });
    const again = await named(client, Username);
    await again.submit({ answer: "PASSWORD" });
    await again.submit({ password: PASSWORD, username: "somebody-else" });
    expect(again.html).toContain(en.resetRequired);
    expect(again.fields().get("username")).toBe(Username);
    await again.submit({ code: await codeSentTo(email), password: "An0ther-Horse!", repeated: "An0ther-Horse!" });
    expect(notice(again)).toBe(en.passwordSaved);
  });
});

describe("passkeys at the sign-in pages", () => {
  beforeAll(async () => {
    ({ pool, client } = await choicePool(["PASSWORD", "WEB_AUTHN"]));
  });

  test("are one of the ways, shown once the browser is known to have them", async () => {
    const user = await newPasskeyUser(pool);
    const person = await named(client, user.name);
    expect(ways(person)).toEqual(["WEB_AUTHN", "PASSWORD"]);
    expect(person.html).toMatch(/<button[^>]*value="WEB_AUTHN" hidden="" data-with-passkeys=""/);
    await person.submit({ answer: "WEB_AUTHN" });
    expect(person.html).toContain(en.passkeyTitle);
    expect(person.html).toMatch(/<p class="soft" data-without-passkeys[^>]*>\s*This browser cannot use passkeys\./);
    const options = passkeyOptions(person);
    expect(options.allowCredentials).toMatchObject(user.authenticator.held.map(({ id }) => ({ id })));
    await person.submit({ passkey: JSON.stringify(await user.authenticator.get(options)) });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": user.name, acr: "urn:cognito:loa:3" });
  });

  test("can be left for another way", async () => {
    const user = await newPasskeyUser(pool);
    const person = await named(client, user.name);
    await person.submit({ answer: "WEB_AUTHN" });
    await person.submit({ other: "1" });
    expect(person.html).toContain(en.chooseWayTitle);
    await person.submit({ answer: "PASSWORD" });
    await person.submit({ password: PASSWORD });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": user.name, amr: ["pwd"] });
  });

  test("that prove nothing lead back to the beginning, which says so and keeps the name", async () => {
    const user = await newPasskeyUser(pool);
    const person = await named(client, user.name);
    await person.submit({ answer: "WEB_AUTHN" });
    const proof = await user.authenticator.get(passkeyOptions(person), { signature: (own) => own.reverse() });
    await person.submit({ passkey: JSON.stringify(proof) });
    expect(isSignInPage(person)).toBe(true);
    expect(notice(person)).toBe(en.errors.passkeyFailed);
    expect(person.fields().get("username")).toBe(user.name);
  });

  test("need no name: they can be picked in its field, or by a button", async () => {
    const user = await newPasskeyUser(pool);
    const person = await atPage(client);
    expect(person.html).toMatch(/<input[^>]*name="username"[^>]*autocomplete="username webauthn"/);
    expect(person.html).toMatch(/<button[^>]*type="button" hidden=""[^>]*data-begin="autofill"[^>]*>\s*Use a passkey/);
    const options = passkeyOptions(person);
    expect(options).not.toHaveProperty("allowCredentials");
    await person.submit({ passkey: JSON.stringify(await user.authenticator.get(options)) });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": user.name });
  });

  test("without a name that prove nothing are told of as passkeys", async () => {
    const user = await newPasskeyUser(pool);
    const person = await atPage(client);
    const proof = await user.authenticator.get(passkeyOptions(person), { userHandle: null });
    for (const passkey of [JSON.stringify(proof), "nonsense"]) {
      await person.submit({ passkey });
      expect(notice(person)).toBe(en.errors.passkeyFailed);
    }
    await person.submit({ passkey: JSON.stringify(await user.authenticator.get(passkeyOptions(person))) });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("are named in the policy of the page, and nothing else is", async () => {
    const person = await atPage(client);
    const policy = person.response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/; script-src 'sha256-[^' ]+';/);
    const script = /<script>(.*?)<\/script>/s.exec(person.html)?.[1] ?? "";
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
    expect(policy).toContain(`'sha256-${btoa(String.fromCharCode(...new Uint8Array(hash)))}'`);
    expect(person.html).not.toMatch(/\son[a-z]+=/);
  });

  test("are not offered where they cannot work", async () => {
    const passwords = await choicePool(["PASSWORD"]);
    const elsewhere = await choicePool(["PASSWORD", "WEB_AUTHN"]);
    const WebAuthnConfiguration = { RelyingPartyId: "elsewhere.example" };
    await call("SetUserPoolMfaConfig", { UserPoolId: elsewhere.pool, WebAuthnConfiguration });
    const user = await newPasskeyUser(elsewhere.pool);
    const noChoice = (await makeWebClient(pool)).ClientId;
    const places: [string, string][] = [
      [passwords.client, SECURE],
      [noChoice, SECURE],
      [elsewhere.client, SECURE],
      [client, "http://limen.test"],
    ];
    for (const [id, origin] of places) {
      const person = await atPage(id, "/login", { origin });
      expect(passkeyOptions(person)).toBeUndefined();
      expect(person.html).not.toContain("<script");
      expect(person.html).toMatch(/name="username"[^>]*autocomplete="username"/);
    }
    const person = await named(elsewhere.client, user.name);
    expect(ways(person)).toEqual([]);
    expect(hasPassword(person)).toBe(true);
  });
});

describe("a client whose users sign in by the owner's challenges alone", () => {
  test("has a page that asks for the name, then for what the owner asks", async () => {
    const custom = await customPool();
    const { ClientId } = await makeWebClient(custom.UserPoolId, { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH"] });
    const person = await atPage(ClientId);
    expect(hasPassword(person)).toBe(false);
    await person.submit({ username: custom.name });
    expect(person.html).toContain(QUESTION);
    await person.submit({ answer: RIGHT });
    expect(await claimsOf(person, ClientId)).toMatchObject({ "cognito:username": custom.name });
  });

  test("is not one that allows a choice as well", async () => {
    const { pool } = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const { ClientId } = await makeWebClient(pool, {
      ExplicitAuthFlows: [...BY_CHOICE.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH"],
    });
    const person = await named(ClientId, await newUser(pool, { email: newEmail() }));
    expect(person.html).toContain(en.chooseWayTitle);
  });
});

describe("sign-up without a password at the pages", () => {
  const emailField = "requiredAttributes[email]";
  const newcomer = () => `newcomer-${crypto.randomUUID().slice(0, 8)}`;

  test("needs an address, sends one code, and signs in by that", async () => {
    const { client, pool } = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const [username, email] = [newcomer(), newEmail()];
    const person = await atPage(client, "/signup");
    expect(person.html).toContain(en.passwordOptional);
    expect(/<input[^>]*name="password"[^>]*>/.exec(person.html)?.[0]).not.toContain("required");
    await person.submit({ username, [emailField]: email, password: "" });
    expect(person.html).toContain(en.confirmTitle);
    expect(person.fields().get("username")).toBe(username);
    await person.submit({ code: "000000" });
    expect(notice(person)).toBe(en.errors.wrongCode);
    expect(person.sentToClient()).toEqual({});
    await person.submit({ code: await codeSentTo(email) });
    const claims = await claimsOf(person, client);
    expect(claims).toMatchObject({ "cognito:username": username, email_verified: true, amr: ["otp"] });
    expect(await outbox(email)).toHaveLength(1);
    expect((await call("AdminGetUser", { UserPoolId: pool, Username: username })).UserStatus).toBe("CONFIRMED");
  });

  test("signs nobody in by a code that somebody else has used", async () => {
    const { client, pool } = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const [username, email] = [newcomer(), newEmail()];
    const person = await atPage(client, "/signup");
    await person.submit({ username, [emailField]: email, password: "" });
    const { ClientId } = await makeClient(pool);
    await call("ConfirmSignUp", { ClientId, Username: username, ConfirmationCode: await codeSentTo(email) });
    await person.submit({ code: await codeSentTo(email) });
    expect(person.sentToClient()).toEqual({});
    expect(person.html).toContain(en.signInTitle);
  });

  test("asks for an address to send codes to, where the pool asks for none", async () => {
    const { client } = await choicePool(["PASSWORD", "EMAIL_OTP"], { AutoVerifiedAttributes: [] });
    const person = await atPage(client, "/signup");
    expect(person.fields().has(emailField)).toBe(true);
  });

  test("is for clients and pools that let people in by codes alone", async () => {
    const passkeys = await choicePool(["PASSWORD", "WEB_AUTHN"]);
    const codes = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const plain = (await makeWebClient(codes.pool)).ClientId;
    for (const client of [passkeys.client, plain]) {
      const person = await atPage(client, "/signup");
      expect(person.html).not.toContain(en.passwordOptional);
      await person.submit({ username: newcomer(), [emailField]: newEmail(), password: "" });
      expect(notice(person)).toBe(en.errors.weakPassword);
    }
  });

  test("keeps what was chosen where there was a password", async () => {
    const { client } = await choicePool(["PASSWORD", "EMAIL_OTP"]);
    const [username, email] = [newcomer(), newEmail()];
    const person = await atPage(client, "/signup");
    await person.submit({ username, [emailField]: email, password: PASSWORD });
    await person.submit({ code: await codeSentTo(email) });
    expect((await claimsOf(person, client)).amr).toEqual(["pwd"]);
  });
});
