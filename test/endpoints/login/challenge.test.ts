import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { call, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { claimsOf, field, notice, openPool, personAt, required, statusOf } from "./new-person.ts";
import { authorizeUrl, makeWebClient, Person } from "./person.ts";

const TEMPORARY = "T3mporary-Horse!";
let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await openPool());
});
afterEach(() => void vi.useRealTimers());

let count = 0;
/** Makes someone with a temporary password. */
async function invite(attributes: Record<string, string> = {}, UserPoolId = pool): Promise<string> {
  const Username = `invited-${count++}`;
  await call("AdminCreateUser", {
    UserPoolId,
    Username,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    TemporaryPassword: TEMPORARY,
    MessageAction: "SUPPRESS",
  });
  return Username;
}

/** Somebody who has signed in with a temporary password. */
async function asked(username: string, clientId = client): Promise<Person> {
  const person = await personAt(clientId, "/login");
  await person.submit({ username, password: TEMPORARY });
  return person;
}

const own = { password: PASSWORD, repeated: PASSWORD };
const isChallengePage = (person: Person): boolean => /<form[^>]* action="\/challenge\?/.test(person.html);
const isSignInPage = (person: Person): boolean => /<form[^>]* action="\/login\?/.test(person.html);
const challengeOf = (person: Person) =>
  JSON.parse(person.fields().get("challenge") ?? "") as {
    name: string;
    parameters: Record<string, string>;
    session: string;
  };
const attributesOf = async (Username: string, UserPoolId = pool): Promise<Record<string, string>> => {
  const { UserAttributes } = await call("AdminGetUser", { UserPoolId, Username });
  return Object.fromEntries(UserAttributes.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]));
};

describe("a temporary password", () => {
  test("leads to a page for one's own, and on to tokens", async () => {
    const username = await invite();
    const person = await asked(username);
    expect(person.response.status).toBe(200);
    expect(isChallengePage(person)).toBe(true);
    expect(person.html).toContain(en.newPasswordTitle);
    expect(person.html).toContain(en.newPasswordExplained);
    expect([...person.cookies.keys()]).toEqual(["xsrf-token"]);
    await person.submit(own);
    expect(person.response.status).toBe(303);
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
    expect(await statusOf(pool, username)).toBe("CONFIRMED");
    expect(await signIn(client, username)).toHaveProperty("AuthenticationResult");
    await person.visit(authorizeUrl(client, { prompt: "none" }));
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("is kept apart from the new one for password managers, which are told the name", async () => {
    const username = await invite();
    const person = await asked(username);
    expect(person.fields().get("username")).toBe(username);
    expect(person.html).toMatch(/<input[^>]* autocomplete="username"/);
    expect(person.html.match(/<input[^>]* autocomplete="new-password"/g)).toHaveLength(2);
    expect(person.html).not.toContain("current-password");
    expect(person.html).not.toContain(TEMPORARY);
  });

  test("costs two hops to replace", async () => {
    const person = await asked(await invite());
    const costs = await costsOf(() => person.submit(own));
    expect(costs).toMatchObject([{ event: "operation", operation: "POST /challenge", hops: 2 }]);
  });

  test("that has expired is told on the sign-in page, before and after it was taken", async () => {
    const [late, later] = [await invite(), await invite()];
    const expire = (username: string) =>
      env.DB.prepare("update users set credentials = json_set(credentials, '$.expiresAt', ?) where username = ?")
        .bind(Date.now() - 1, username)
        .run();
    await expire(late);
    const person = await asked(late);
    expect([isSignInPage(person), notice(person)]).toEqual([true, en.errors.temporaryPasswordExpired]);
    expect(person.fields().get("username")).toBe(late);
    const slow = await asked(later);
    expect(isChallengePage(slow)).toBe(true);
    await expire(later);
    await slow.submit(own);
    expect([isSignInPage(slow), notice(slow)]).toEqual([true, en.errors.temporaryPasswordExpired]);
    expect(await statusOf(pool, later)).toBe("FORCE_CHANGE_PASSWORD");
  });

  test("tells nothing to whoever does not know it", async () => {
    const person = await personAt(client, "/login");
    await person.submit({ username: await invite(), password: "Wr0ng-Horse!" });
    expect([isSignInPage(person), notice(person)]).toEqual([true, en.errors.wrongPassword]);
  });
});

describe("the new password", () => {
  test("must be typed twice alike and follow the rules, and is then taken on the same page", async () => {
    const username = await invite();
    const person = await asked(username);
    for (const [password, repeated, text] of [
      [PASSWORD, "An0ther-Horse!", en.errors.passwordsDiffer],
      [PASSWORD, "", en.errors.passwordsDiffer],
      ["weak-pass", "weak-pass", en.errors.weakPassword],
      ["", "", en.errors.weakPassword],
      [` ${PASSWORD}`, ` ${PASSWORD}`, en.errors.weakPassword],
    ] as const) {
      await person.submit({ password, repeated });
      expect([person.response.status, isChallengePage(person), notice(person)]).toEqual([200, true, text]);
      expect(person.html).toContain(en.passwordNumber);
      for (const typed of [password, repeated]) if (typed !== "") expect(person.html).not.toContain(typed);
      expect(await statusOf(pool, username)).toBe("FORCE_CHANGE_PASSWORD");
    }
    await person.submit(own);
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
  });

  test("may not be the temporary one where the pool remembers passwords", async () => {
    const PasswordPolicy = { MinimumLength: 8, PasswordHistorySize: 1 };
    const remembering = await openPool({ Policies: { PasswordPolicy } });
    const person = await asked(await invite({}, remembering.pool), remembering.client);
    await person.submit({ password: TEMPORARY, repeated: TEMPORARY });
    expect([isChallengePage(person), notice(person)]).toEqual([true, en.errors.passwordUsed]);
    await person.submit(own);
    expect(person.sentToClient()).toHaveProperty("code");
  });
});

describe("attributes that the pool requires", () => {
  let strict: { pool: string; client: string };
  beforeAll(async () => {
    strict = await openPool({
      AliasAttributes: ["email"],
      Schema: [
        ...(required("email", "name", "birthdate") as { Schema: object[] }).Schema,
        { Name: "role", AttributeDataType: "String", Mutable: true },
      ],
    });
  });
  const complete = { [field("name")]: " Ada Lovelace ", [field("birthdate")]: "1815-12-10" };

  test("are asked for where the user has none, and kept", async () => {
    const username = await invite({ email: "ada@example.com" }, strict.pool);
    const person = await asked(username, strict.client);
    expect([...person.fields().keys()].filter((name) => name.startsWith("required"))).toEqual([
      field("name"),
      field("birthdate"),
    ]);
    expect(person.html).toContain(en.attributes.birthdate);
    await person.submit({ ...own, ...complete });
    expect(person.sentToClient()).toHaveProperty("code");
    expect(await attributesOf(username, strict.pool)).toMatchObject({
      email: "ada@example.com",
      name: "Ada Lovelace",
      birthdate: "1815-12-10",
    });
  });

  test("stay filled in while something else is mended", async () => {
    const username = await invite({ email: "fill@example.com" }, strict.pool);
    const person = await asked(username, strict.client);
    const values = { [field("name")]: `Ada "Countess" <Lovelace>`, [field("birthdate")]: "1815-12-10" };
    await person.submit({ password: PASSWORD, repeated: "An0ther-Horse!", ...values });
    expect(notice(person)).toBe(en.errors.passwordsDiffer);
    for (const [name, value] of Object.entries(values)) expect(person.fields().get(name)).toBe(value);
    await person.submit(own);
    expect(await attributesOf(username, strict.pool)).toMatchObject({ name: `Ada "Countess" <Lovelace>` });
  });

  test("are told by their labels where they are missing or of a wrong form", async () => {
    const username = await invite({ email: "form@example.com" }, strict.pool);
    const person = await asked(username, strict.client);
    const labels = en.attributes as Record<"name" | "birthdate", string>;
    for (const [values, text] of [
      [{ [field("name")]: "  " }, en.errors.missing(labels.name)],
      [{ [field("birthdate")]: "10.12.1815" }, en.errors.badValue(labels.birthdate)],
    ] as const) {
      await person.submit({ ...own, ...complete, ...values });
      expect([person.response.status, isChallengePage(person), notice(person)]).toEqual([200, true, text]);
      expect(await statusOf(strict.pool, username)).toBe("FORCE_CHANGE_PASSWORD");
    }
    await person.submit({ ...own, ...complete });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("may not be somebody else's address, which can be mended", async () => {
    const taken = await openPool({ UsernameAttributes: ["email", "phone_number"] });
    await makeUser(taken.pool, "taken@example.com");
    const Username = "+12065550100";
    const made = { UserPoolId: taken.pool, Username, TemporaryPassword: TEMPORARY, MessageAction: "SUPPRESS" };
    await call("AdminCreateUser", made);
    const person = await personAt(taken.client, "/login");
    await person.submit({ username: "+1 (206) 555-0100", password: TEMPORARY });
    expect(isChallengePage(person)).toBe(true);
    const challenge = challengeOf(person);
    // The page asks for required attributes alone; this one was put in by hand.
    challenge.parameters.requiredAttributes = JSON.stringify(["userAttributes.email"]);
    const answer = (email: string) => ({ ...own, [field("email")]: email, challenge: JSON.stringify(challenge) });
    await person.submit(answer("taken@example.com"));
    expect([isChallengePage(person), notice(person)]).toEqual([true, en.errors.emailTaken]);
    await person.submit(answer("not an address"));
    expect([isChallengePage(person), notice(person)]).toEqual([true, en.errors.badEmail]);
    await person.submit(answer("free@example.com"));
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test.each([
    ["email_verified", "true", "an attribute that only administrators write"],
    ["sub", "00000000-0000-0000-0000-000000000000", "an attribute that only the service writes"],
    ["email", "eve@example.com", "an attribute that has a value"],
    ["custom:role", "admin", "an attribute that the client may not write"],
  ])("do not open %s to whoever forges the form", async (name, value) => {
    const WriteAttributes = ["email", "name", "birthdate"];
    const { ClientId } = await makeWebClient(strict.pool, { WriteAttributes });
    const username = await invite({ email: `forged-${count}@example.com`, email_verified: "false" }, strict.pool);
    const before = await attributesOf(username, strict.pool);
    const person = await asked(username, ClientId);
    const challenge = challengeOf(person);
    challenge.parameters.requiredAttributes = JSON.stringify(
      ["name", "birthdate", name].map((each) => `userAttributes.${each}`),
    );
    await person.submit({ ...own, ...complete, [field(name)]: value, challenge: JSON.stringify(challenge) });
    expect(person.sentToClient()).not.toHaveProperty("code");
    expect(await attributesOf(username, strict.pool)).toEqual(before);
    expect(await statusOf(strict.pool, username)).toBe("FORCE_CHANGE_PASSWORD");
  });

  test("cannot be left out by forging the form", async () => {
    const username = await invite({ email: "left.out@example.com" }, strict.pool);
    const person = await asked(username, strict.client);
    const challenge = challengeOf(person);
    challenge.parameters.requiredAttributes = "[]";
    await person.submit({ ...own, challenge: JSON.stringify(challenge) });
    const { name, birthdate } = en.attributes as Record<"name" | "birthdate", string>;
    expect(notice(person)).toBe([name, birthdate].map(en.errors.missing).join(" "));
    expect(await statusOf(strict.pool, username)).toBe("FORCE_CHANGE_PASSWORD");
  });
});

describe("the form of a challenge", () => {
  test.each([
    ["without a challenge", undefined],
    ["with an empty one", ""],
    ["with no JSON", "{"],
    ["with JSON of another shape", "[]"],
    ["with nothing in it", "null"],
    ["with parameters that are no texts", '{"name":"NEW_PASSWORD_REQUIRED","parameters":{"a":{}},"session":"x"}'],
    ["without a session", '{"name":"NEW_PASSWORD_REQUIRED","parameters":{}}'],
    ["with a challenge that has no page", '{"name":"PASSWORD_VERIFIER","parameters":{},"session":"x"}'],
    ["with a name that every object has", '{"name":"constructor","parameters":{},"session":"x"}'],
  ])("leads back to the sign-in page %s", async (_, challenge) => {
    const person = await personAt(client, "/login");
    const { search } = new URL(person.url);
    const body = new URLSearchParams({ ...own, _csrf: person.cookies.get("xsrf-token") as string });
    if (challenge !== undefined) body.set("challenge", challenge);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await person.send(`/challenge${search}`, { method: "POST", body: body.toString(), headers });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`/login${search}`);
  });

  test("leads back to the sign-in page whoever asks for it by its address", async () => {
    const person = new Person();
    await person.visit(authorizeUrl(client, {}, "/challenge"));
    expect(new URL(person.url).pathname).toBe("/login");
    expect(isSignInPage(person)).toBe(true);
  });

  /** Answers with a session made otherwise, and expects to have to sign in again. */
  async function answerWith(make: (session: string, username: string) => string | Promise<string>, at = client) {
    const username = await invite();
    const person = await asked(username);
    const challenge = challengeOf(person);
    challenge.session = await make(challenge.session, username);
    if (at !== client) Object.assign(person, { url: new URL(authorizeUrl(at, {}, "/login"), person.url).href });
    const action = new URL(person.url).search;
    await person.visit(`/challenge${action}`, {
      method: "POST",
      body: new URLSearchParams({
        ...Object.fromEntries(person.fields()),
        ...own,
        challenge: JSON.stringify(challenge),
      }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([person.response.status, isSignInPage(person), notice(person)]).toEqual([200, true, en.errorStale]);
    expect([...person.cookies.keys()]).toEqual(["xsrf-token"]);
    expect(await statusOf(pool, username)).toBe("FORCE_CHANGE_PASSWORD");
  }

  test.each<[string, (session: string) => string]>([
    ["altered", (session) => `${session.slice(0, -8)}AAAAAAA=`],
    ["cut", (session) => session.slice(0, session.length / 2)],
    ["empty", () => ""],
    ["no base64", () => "%%%"],
  ])("ends the sign-in with a session that is %s", async (_, alter) => {
    await answerWith(alter);
  });

  test("ends the sign-in with another user's session", async () => {
    const other = challengeOf(await asked(await invite())).session;
    await answerWith(() => other);
  });

  test("ends the sign-in with a session of the API, which is to end in tokens", async () => {
    await answerWith(async (_, username) => (await signIn(client, username, TEMPORARY)).Session);
  });

  test("ends the sign-in with a session of another client, or pool", async () => {
    await answerWith((session) => session, (await makeWebClient(pool)).ClientId);
    await answerWith((session) => session, (await makeWebClient(await makePool())).ClientId);
  });

  test("cannot be answered by the API in the place of the pages", async () => {
    const username = await invite();
    const { session: Session } = challengeOf(await asked(username));
    await expect(
      call("RespondToAuthChallenge", {
        ClientId: client,
        ChallengeName: "NEW_PASSWORD_REQUIRED",
        Session,
        ChallengeResponses: { USERNAME: username, NEW_PASSWORD: PASSWORD },
      }),
    ).rejects.toMatchObject({ name: "NotAuthorizedException", message: "Invalid session for the user." });
  });

  test("is answered once, and within the client's AuthSessionValidity", async () => {
    const brief = (await makeWebClient(pool, { AuthSessionValidity: 3 })).ClientId;
    const username = await invite();
    const person = await asked(username, brief);
    const { html, url } = person;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3 * 60_000 });
    await person.submit(own);
    expect([isSignInPage(person), notice(person)]).toEqual([true, en.errorStale]);
    vi.useRealTimers();
    Object.assign(person, { html, url });
    await person.submit(own);
    expect(person.sentToClient()).toHaveProperty("code");
    const again = new Person();
    for (const [name, value] of person.cookies) if (name === "xsrf-token") again.cookies.set(name, value);
    Object.assign(again, { html, url });
    await again.submit({ password: "Th1rd-Horse!", repeated: "Th1rd-Horse!" });
    expect([isSignInPage(again), notice(again)]).toEqual([true, en.errorStale]);
    expect([...again.cookies.keys()]).toEqual(["xsrf-token"]);
    expect(await signIn(client, username)).toHaveProperty("AuthenticationResult");
  });

  test("gives one of ten right answers at once a session", async () => {
    const username = await invite();
    const first = await asked(username);
    const people = Array.from({ length: 10 }, () => {
      const person = new Person();
      Object.assign(person, { html: first.html, url: first.url });
      person.cookies.set("xsrf-token", first.cookies.get("xsrf-token") as string);
      return person;
    });
    await Promise.all(people.map((person) => person.submit(own)));
    expect(people.filter((person) => "code" in person.sentToClient())).toHaveLength(1);
    expect(people.filter((person) => person.cookies.has(`limen.${pool}`))).toHaveLength(1);
    expect(people.filter((person) => isSignInPage(person) && notice(person) === en.errorStale)).toHaveLength(9);
  });

  test("is worth nothing once the password is another one, or the user is disabled", async () => {
    const [reset, disabled] = [await invite(), await invite()];
    const [one, two] = [await asked(reset), await asked(disabled)];
    await call("AdminSetUserPassword", { UserPoolId: pool, Username: reset, Password: TEMPORARY });
    await one.submit(own);
    expect([isSignInPage(one), notice(one)]).toEqual([true, en.errorStale]);
    await call("AdminDisableUser", { UserPoolId: pool, Username: disabled });
    await two.submit(own);
    expect([isSignInPage(two), notice(two)]).toEqual([true, en.errors.disabled]);
  });

  test("must be ours", async () => {
    const username = await invite();
    const person = await asked(username);
    await person.submit({ ...own, _csrf: "x".repeat(43) });
    expect(person.response.status).toBe(200);
    expect(new URL(person.url).pathname).toBe("/login");
    expect(await statusOf(pool, username)).toBe("FORCE_CHANGE_PASSWORD");
  });

  test("may be left: the client is told that the person did not want to", async () => {
    const person = await asked(await invite());
    await person.submit({ cancel: "1" });
    expect(person.sentToClient()).toMatchObject({ error: "access_denied", state: "s" });
  });
});
