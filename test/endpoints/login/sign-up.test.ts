import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { call, codeSentTo, outbox, PASSWORD } from "../../client.ts";
import { en } from "../../../src/ui/texts/en.ts";
import { claimsOf, field, newAddress, notice, openPool, personAt, required, statusOf } from "./new-person.ts";
import { authorizeUrl, Person, PKCE } from "./person.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";

const usersOf = (poolId: string) =>
  env.DB.prepare("select count(*) as n from users where pool_id = ?").bind(poolId).first<number>("n");

let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await openPool());
});

describe("[Amazon Cognito: sign-up endpoint] the journey", () => {
  test("leads from the sign-in page over the code to the client, whose code gives tokens", async () => {
    const email = newAddress();
    const { verifier, ...challenge } = PKCE;
    const person = new Person();
    await person.visit(authorizeUrl(client, { ...challenge, state: "s", scope: "openid email" }));
    const link = /<a href="(\/signup[^"]*)"/.exec(person.html)?.[1]?.replaceAll("&amp;", "&") as string;
    await person.visit(link);
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", field("email"), "password"]);
    await person.submit({ username: "ada", [field("email")]: email, password: PASSWORD });
    expect(person.html).toContain(en.confirmSentTo("n***@e***"));
    expect(await statusOf(pool, "ada")).toBe("UNCONFIRMED");
    await person.submit({ code: await codeSentTo(email) });
    expect(person.response.status).toBe(303);
    expect(person.response.headers.get("location")).toMatch(/^https:\/\/app\.test\/callback\?code=/);
    expect(await statusOf(pool, "ada")).toBe("CONFIRMED");
    expect(await claimsOf(person, client, { code_verifier: verifier })).toMatchObject({
      email,
      email_verified: true,
      "cognito:username": "ada",
    });
    // The session of the browser is open: nobody is asked again.
    await person.visit(authorizeUrl(client, { prompt: "none", state: "s" }));
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": "ada" });
  });

  test("lists the pool's rules for passwords, and never repeats one that was typed", async () => {
    const person = await personAt(client);
    expect(person.html).toContain(en.passwordLength(8));
    expect(person.html).toContain(en.passwordSymbol);
    await person.submit({ username: "weak", [field("email")]: newAddress(), password: "too-weak-to-be-1" });
    expect(notice(person)).toBe(en.errors.weakPassword);
    expect(person.fields().get("username")).toBe("weak");
    expect(person.html).not.toContain("too-weak-to-be-1");
    expect(await statusOf(pool, "weak")).toBeUndefined();
    await person.submit({ password: PASSWORD });
    expect(await statusOf(pool, "weak")).toBe("UNCONFIRMED");
  });

  test("says that a name is taken, and keeps what was typed", async () => {
    const email = newAddress();
    await (await personAt(client)).submit({ username: "taken", [field("email")]: email, password: PASSWORD });
    const person = await personAt(client);
    await person.submit({ username: "taken", [field("email")]: "other@example.com", password: PASSWORD });
    expect(notice(person)).toBe(en.errors.usernameTaken);
    expect(person.fields().get(field("email"))).toBe("other@example.com");
    expect(await outbox("other@example.com")).toEqual([]);
  });

  test("shows what was typed as text, whatever it is", async () => {
    const person = await personAt(client);
    const email = `"><script>alert(1)</script>@example.com`;
    await person.submit({ username: "<b>&amp;'\"", [field("email")]: email, password: PASSWORD });
    expect(notice(person)).toBe(en.errors.badEmail);
    expect(person.html).not.toContain("<b>");
    expect(person.html).not.toContain("<script");
    expect(person.fields().get("username")).toBe("<b>&amp;'\"");
    expect(person.fields().get(field("email"))).toBe(email);
  });

  test.each([
    ["a space within", "two words", en.errors.badValue("Username")],
    ["a control", "bell\u0007", en.errors.badValue("Username")],
    ["129 characters", "x".repeat(129), en.errors.badValue("Username")],
    ["nothing", "  ", en.errors.missing("Username")],
  ])("[Amazon Cognito API: SignUp, Username] refuses a name with %s", async (_, username, told) => {
    const before = await usersOf(pool);
    const person = await personAt(client);
    await person.submit({ username, [field("email")]: newAddress(), password: PASSWORD });
    expect(notice(person)).toBe(told);
    expect(await usersOf(pool)).toBe(before);
  });

  test("goes on by the same page when the message could not be sent, as the user exists", async () => {
    const person = await personAt(client, "/signup", { ENVIRONMENT: "production" });
    await person.submit({ username: "unsent", [field("email")]: newAddress(), password: PASSWORD });
    expect(notice(person)).toBe(en.errors.notSent);
    expect(await statusOf(pool, "unsent")).toBe("UNCONFIRMED");
    expect(person.fields().get("username")).toBe("unsent");
    expect(person.html).toContain('formaction="/resendcode?');
  });

  test("tells the client alone when a trigger cannot be asked, and creates nobody", async () => {
    const guarded = await openPool({ LambdaConfig: { PreSignUp: ARN } });
    const person = await personAt(guarded.client);
    await person.submit({ username: "ada", [field("email")]: newAddress(), password: PASSWORD });
    expect(person.sentToClient()).toMatchObject({ error: "server_error", state: "s" });
    expect(await statusOf(guarded.pool, "ada")).toBeUndefined();
  });
});

describe("what is asked", () => {
  test("is every attribute that the pool requires, of its kind", async () => {
    const asking = await openPool({
      AutoVerifiedAttributes: [],
      ...required("given_name", "birthdate", "phone_number"),
    });
    const person = await personAt(asking.client);
    const names = ["given_name", "birthdate", "phone_number"];
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", ...names.map(field), "password"]);
    expect(person.html).toMatch(/name="requiredAttributes\[birthdate\]" type="date" required/);
    expect(person.html).toMatch(/name="requiredAttributes\[phone_number\]" type="tel" required/);

    const typed = { username: "ada", [field("given_name")]: "Ada", password: PASSWORD };
    await person.submit({ ...typed, [field("phone_number")]: "+1 555-010-0100" });
    expect(notice(person)).toBe(en.errors.missing("Date of birth"));
    expect(person.fields().get(field("given_name"))).toBe("Ada");
    await person.submit({ ...typed, [field("given_name")]: " ", [field("birthdate")]: "" });
    expect(notice(person)).toBe(`${en.errors.missing("Given name")} ${en.errors.missing("Date of birth")}`);
    await person.submit({ ...typed, [field("birthdate")]: "10.12.1815" });
    expect(notice(person)).toBe(en.errors.badValue("Date of birth"));
    await person.submit({ ...typed, [field("birthdate")]: "1815-12-10", [field("phone_number")]: "555-0100" });
    expect(notice(person)).toBe(en.errors.badPhone);
    expect(await statusOf(asking.pool, "ada")).toBeUndefined();

    await person.submit({ ...typed, [field("phone_number")]: "+1 (555) 010-0100" });
    const { UserAttributes } = await call("AdminGetUser", { UserPoolId: asking.pool, Username: "ada" });
    expect(UserAttributes).toEqual(
      expect.arrayContaining([
        { Name: "given_name", Value: "Ada" },
        { Name: "birthdate", Value: "1815-12-10" },
        { Name: "phone_number", Value: "+15550100100" },
      ]),
    );
  });

  test("is nothing else: what a form carries beyond that is left out", async () => {
    const person = await personAt(client);
    const more = { [field("name")]: "Ada", [field("email_verified")]: "true" };
    await person.submit({ username: "more", [field("email")]: newAddress(), password: PASSWORD, ...more });
    const { UserAttributes } = await call("AdminGetUser", { UserPoolId: pool, Username: "more" });
    const names = UserAttributes.map(({ Name }: { Name: string }) => Name).sort();
    expect(names).toEqual(["email", "email_verified", "sub"]);
    expect(UserAttributes).toContainEqual({ Name: "email_verified", Value: "false" });
  });

  test("is the address that stands for the username once, also where the pool requires it", async () => {
    const byEmail = await openPool({ UsernameAttributes: ["email"], ...required("email") });
    const email = newAddress();
    const person = await personAt(byEmail.client);
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", "password"]);
    expect(person.html).toMatch(/name="username" type="email"/);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(notice(person)).toBe(en.errors.badEmail);
    await person.submit({ username: ` ${email} `, password: PASSWORD });
    await person.submit({ code: await codeSentTo(email) });
    expect(await claimsOf(person, byEmail.client)).toMatchObject({ email, email_verified: true });

    const second = await personAt(byEmail.client);
    await second.submit({ username: email, password: PASSWORD });
    expect(notice(second)).toBe(en.errors.emailTaken);
  });

  test("is a phone number where that stands for the username, however it is grouped", async () => {
    const byPhone = await openPool({ UsernameAttributes: ["phone_number"], AutoVerifiedAttributes: ["phone_number"] });
    const person = await personAt(byPhone.client);
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", "password"]);
    await person.submit({ username: "0100", password: PASSWORD });
    expect(notice(person)).toBe(en.errors.badPhone);
    await person.submit({ username: "+1 (555) 010-0101", password: PASSWORD });
    expect(person.html).toContain(en.confirmSentTo("+*******0101"));
    await person.submit({ code: await codeSentTo("+15550100101") });
    expect(await claimsOf(person, byPhone.client)).toMatchObject({ phone_number: "+15550100101" });

    const later = await personAt(byPhone.client, "/login");
    await later.submit({ username: "+1 555 010 0101", password: PASSWORD });
    expect(later.sentToClient().code).toBeTypeOf("string");
  });

  test("is one field where either address will do", async () => {
    const either = await openPool({
      UsernameAttributes: ["email", "phone_number"],
      AutoVerifiedAttributes: ["email", "phone_number"],
    });
    const person = await personAt(either.client);
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", "password"]);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(notice(person)).toBe(en.errors.badValue("Email address or Phone number"));
    await person.submit({ username: "+15550100102", password: PASSWORD });
    await person.submit({ code: await codeSentTo("+15550100102") });
    expect(await claimsOf(person, either.client)).toMatchObject({ phone_number: "+15550100102" });
  });

  test("is the address that the pool requires as the name, and the other one beside it, where either is a name", async () => {
    const either = await openPool({ UsernameAttributes: ["email", "phone_number"], ...required("phone_number") });
    const person = await personAt(either.client);
    expect(person.html).toMatch(/name="username" type="tel"/);
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", field("email"), "password"]);
  });

  test("is no address that the client may not write", async () => {
    const silent = await openPool({}, { WriteAttributes: ["name"] });
    const person = await personAt(silent.client);
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", "password"]);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.html).toContain(en.administratorConfirms);
    expect(await statusOf(silent.pool, "ada")).toBe("UNCONFIRMED");
  });
});

describe("who may sign up", () => {
  test("is nobody where only administrators create users", async () => {
    const closed = await openPool({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
    const person = await personAt(closed.client, "/login");
    expect(person.html).not.toContain("/signup");
    await person.visit(authorizeUrl(closed.client, {}, "/signup"));
    expect(person.response.status).toBe(403);
    expect(notice(person)).toBe(en.errors.notAllowed);
    expect(person.html).not.toContain("<form");
    const form = new URLSearchParams({
      _csrf: person.cookies.get("xsrf-token") as string,
      username: "ada",
      password: PASSWORD,
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await person.visit(authorizeUrl(closed.client, {}, "/signup"), { method: "POST", body: form.toString(), headers });
    expect(person.response.status).toBe(403);
    expect(notice(person)).toBe(en.errors.notAllowed);
    expect(await statusOf(closed.pool, "ada")).toBeUndefined();
  });

  test("is told that an administrator confirms where there is nothing to send a code to", async () => {
    const unverified = await openPool({ AutoVerifiedAttributes: [] });
    const person = await personAt(unverified.client);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.html).toContain(en.administratorConfirms);
    expect(await statusOf(unverified.pool, "ada")).toBe("UNCONFIRMED");
  });

  test.each([
    ["without the token", { _csrf: "" }, {}],
    ["with another browser's token", { _csrf: "A".repeat(43) }, {}],
    ["from another site", {}, { "sec-fetch-site": "cross-site" }],
    ["from another origin", {}, { origin: "https://evil.example" }],
  ])("is nobody whose form came %s", async (_, values, headers) => {
    const person = await personAt(client);
    const email = newAddress();
    await person.submit({ username: "forged", [field("email")]: email, password: PASSWORD, ...values }, headers);
    expect(person.response.status).toBe(403);
    expect(notice(person)).toBe(en.errorStale);
    expect(await statusOf(pool, "forged")).toBeUndefined();
    expect(await outbox(email)).toEqual([]);
  });
});
