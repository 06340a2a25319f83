import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { call, codeSentTo, makeUser, outbox, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { wrongCode } from "../../operations/wrong-code.ts";
import { claimsOf, notice, openPool, personAt, statusOf } from "./new-person.ts";
import { authorizeUrl, Person } from "./person.ts";

const NEXT = "An0ther-Horse!";
let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await openPool());
});

afterEach(() => void vi.useRealTimers());

let count = 0;
/** Makes someone with a verified address. */
async function someone(at = pool): Promise<{ name: string; email: string }> {
  const name = `forgetful-${count++}`;
  const email = `${name}@example.com`;
  await makeUser(at, name, { email, email_verified: "true" });
  return { name, email };
}

/** Somebody who has said who they are, and is asked for a code. */
async function asked(username: string, clientId = client): Promise<Person> {
  const person = await personAt(clientId, "/forgotPassword");
  await person.submit({ username });
  return person;
}

const isSignInPage = (person: Person): boolean => /<form[^>]* action="\/login/.test(person.html);
const isResetPage = (person: Person): boolean => /<form[^>]* action="\/confirmForgotPassword\?/.test(person.html);
/** What the open page says, without its tags. */
const words = ({ html }: Person): string => html.replace(/<[^>]*>/g, " ").replaceAll("&#39;", "'");
const link = (person: Person, path: string): string | undefined =>
  new RegExp(`<a href="(/${path}\\?[^"]*)"`).exec(person.html)?.[1]?.replaceAll("&amp;", "&");

describe("a forgotten password", () => {
  test("is replaced by a code, on the way from the sign-in page and back to it", async () => {
    const { name, email } = await someone();
    const person = await personAt(client, "/login");
    await person.visit(link(person, "forgotPassword") as string);
    expect(words(person)).toContain(en.forgotExplained);
    await person.submit({ username: ` ${name} ` });
    expect(isResetPage(person)).toBe(true);
    expect(words(person)).toContain(en.resetSentTo("f***@e***"));
    expect(person.fields().get("username")).toBe(name);
    const code = await codeSentTo(email);
    await person.submit({ code: ` ${code.slice(0, 3)} ${code.slice(3)} `, password: NEXT, repeated: NEXT });
    expect(isSignInPage(person)).toBe(true);
    expect(notice(person)).toBe(en.passwordSaved);
    expect(person.fields().get("username")).toBe(name);
    await person.submit({ password: NEXT });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": name });
  });

  test("signs nobody in by the code alone", async () => {
    const { name, email } = await someone();
    const person = await asked(name);
    await person.submit({ code: await codeSentTo(email), password: NEXT, repeated: NEXT });
    expect([...person.cookies.keys()]).toEqual(["xsrf-token"]);
    await person.visit(authorizeUrl(client, { prompt: "none" }));
    expect(person.sentToClient()).toMatchObject({ error: "login_required" });
  });

  test("leaves neither names nor texts in addresses, and neither codes nor passwords in pages and logs", async () => {
    const { name, email } = await someone();
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      const person = await personAt(client, "/forgotPassword");
      const { search } = new URL(person.url);
      await person.submit({ username: name });
      const code = await codeSentTo(email);
      for (const answer of [
        { code: wrongCode(code), password: NEXT, repeated: NEXT },
        { code, password: NEXT, repeated: "An0ther-Hearse!" },
        { code, password: NEXT, repeated: NEXT },
      ]) {
        await person.submit(answer);
        expect(new URL(person.url).search).toBe(search);
        for (const secret of [...Object.values(answer), code]) expect(person.html).not.toContain(secret);
      }
      const lines = JSON.stringify(log.mock.calls);
      for (const secret of [code, wrongCode(code), NEXT, email]) expect(lines).not.toContain(secret);
    } finally {
      log.mockRestore();
    }
  });

  test("goes where the pool's account recovery says", async () => {
    const RecoveryMechanisms = [{ Name: "verified_phone_number", Priority: 1 }];
    const byPhone = await openPool({ AccountRecoverySetting: { RecoveryMechanisms } });
    await makeUser(byPhone.pool, "ada", { phone_number: "+12065550123", phone_number_verified: "true" });
    const person = await asked("ada", byPhone.client);
    expect(words(person)).toContain(en.resetSentTo("+*******0123"));
    await person.submit({ code: await codeSentTo("+12065550123"), password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
  });

  test("is asked for by what the pool's people are known by", async () => {
    const byMail = await openPool({ UsernameAttributes: ["email"] });
    await makeUser(byMail.pool, "known.by@example.com", { email_verified: "true" });
    const person = await personAt(byMail.client, "/forgotPassword");
    expect(person.html).toMatch(/<input[^>]* name="username"[^>]* type="email"/);
    expect(words(person)).toContain(en.email);
    await person.submit({ username: "known.by@example.com" });
    await person.submit({ code: await codeSentTo("known.by@example.com"), password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
  });

  test("is asked for by the name that the client expects", async () => {
    const person = new Person();
    await person.visit(authorizeUrl(client, { login_hint: "hinted" }, "/forgotPassword"));
    expect(person.fields().get("username")).toBe("hinted");
  });

  test("shows names as text", async () => {
    const name = `"><script>alert(1)</script>`;
    const person = await asked(name);
    expect(person.html).not.toContain("<script>");
    expect(person.fields().get("username")).toBe(name);
  });
});

describe("names that nobody has, and users who cannot reset", () => {
  test("look and cost the same as others, at every step", async () => {
    const { name } = await someone();
    await makeUser(pool, "disabled", { email: "disabled@example.com", email_verified: "true" });
    await call("AdminDisableUser", { UserPoolId: pool, Username: "disabled" });
    await makeUser(pool, "unverified", { email: "unverified@example.com" });
    await call("AdminCreateUser", { UserPoolId: pool, Username: "invited", MessageAction: "SUPPRESS" });
    const see = async (username: string) => {
      const pages: string[] = [];
      const costs = await costsOf(async () => {
        const person = await asked(username);
        const keep = () =>
          pages.push(
            `${person.response.status} ${person.html}`
              .replaceAll(person.cookies.get("xsrf-token") as string, "")
              .replaceAll(username, "")
              .replace(/\S\*{3}@\S\*{3}/g, ""),
          );
        keep();
        for (const answer of [
          { code: "not-it", password: NEXT, repeated: "other" },
          { code: "not-it", password: "weak", repeated: "weak" },
          { code: "not-it", password: NEXT, repeated: NEXT },
          { resend: "1" },
        ]) {
          await person.submit(answer);
          keep();
        }
      });
      return { pages, costs: costs.map(({ event, hops, rowsWritten }) => ({ event, hops, rowsWritten })) };
    };
    // The first of all reads settings, which are kept as long as the clock stands still.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await see(name);
    const known = await see((await someone()).name);
    expect(known.pages.filter((page) => page.includes(en.errors.wrongCode))).toHaveLength(1);
    const operations = known.costs.filter(({ event }) => event === "operation");
    expect(operations.map(({ hops }) => hops)).toEqual([0, 2, 0, 0, 1, 2]);
    for (const username of ["nobody", "nobody@example.com", "disabled", "unverified", "invited"]) {
      const seen = await see(username);
      expect([username, seen.pages]).toEqual([username, known.pages]);
      expect([username, seen.costs]).toEqual([username, known.costs]);
    }
    for (const address of ["disabled@example.com", "unverified@example.com", "nobody@example.com"]) {
      expect(await outbox(address)).toEqual([]);
    }
  });

  test("are limited alike to five codes an hour", async () => {
    const { name, email } = await someone();
    for (const username of [name, "nobody-at-all"]) {
      const person = await personAt(client, "/forgotPassword");
      for (let at = 0; at < 5; at++) {
        await person.visit(authorizeUrl(client, {}, "/forgotPassword"));
        await person.submit({ username });
        expect(isResetPage(person)).toBe(true);
      }
      await person.submit({ resend: "1" });
      expect(notice(person)).toBe(en.errors.tooManyTries);
      expect(isResetPage(person)).toBe(true);
      await person.visit(authorizeUrl(client, {}, "/forgotPassword"));
      await person.submit({ username });
      expect(notice(person)).toBe(en.errors.tooManyTries);
      expect(person.fields().get("username")).toBe(username);
    }
    expect(await outbox(email)).toHaveLength(5);
  });
});

describe("what is mistyped", () => {
  test("is told on the page, and mended there with the same code", async () => {
    const { name, email } = await someone();
    const person = await asked(name);
    const code = await codeSentTo(email);
    const rules = [en.passwordLength(8), en.passwordNumber];
    for (const [answer, text] of [
      [{ code: wrongCode(code), password: NEXT, repeated: NEXT }, en.errors.wrongCode],
      [{ code: "", password: NEXT, repeated: NEXT }, en.errors.wrongCode],
      [{ code, password: NEXT, repeated: "An0ther-Hearse!" }, en.errors.passwordsDiffer],
      [{ code, password: "weak-pass", repeated: "weak-pass" }, en.errors.weakPassword],
      [{ code, password: "", repeated: "" }, en.errors.weakPassword],
      [{ code, password: ` ${NEXT}`, repeated: ` ${NEXT}` }, en.errors.weakPassword],
      [{ code, password: `${"x".repeat(256)}X1!`, repeated: `${"x".repeat(256)}X1!` }, en.errors.weakPassword],
    ] as const) {
      await person.submit(answer);
      expect([person.response.status, notice(person), isResetPage(person)]).toEqual([200, text, true]);
      for (const rule of rules) expect(words(person)).toContain(rule);
      expect(person.fields().get("username")).toBe(name);
      expect(await signIn(client, name)).toHaveProperty("AuthenticationResult");
    }
    await person.submit({ code, password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
  });

  test("may be a password that was used before", async () => {
    const PasswordPolicy = { MinimumLength: 8, PasswordHistorySize: 2 };
    const remembering = await openPool({ Policies: { PasswordPolicy } });
    const { name, email } = await someone(remembering.pool);
    const person = await asked(name, remembering.client);
    const code = await codeSentTo(email);
    await person.submit({ code, password: PASSWORD, repeated: PASSWORD });
    expect(notice(person)).toBe(en.errors.passwordUsed);
    await person.submit({ code, password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
  });

  test.each([
    ["", en.errors.missing(en.username)],
    ["   ", en.errors.missing(en.username)],
    ["two words", en.errors.badValue(en.username)],
    ["x".repeat(129), en.errors.badValue(en.username)],
  ])("may be the name (%j), which sends nothing", async (username, text) => {
    for (const path of ["/forgotPassword", "/confirmForgotPassword"]) {
      const person = await personAt(client, path);
      await person.submit({ username, code: "123456", password: NEXT, repeated: NEXT });
      expect([person.response.status, notice(person)]).toEqual([200, text]);
    }
  });

  test("is judged fifteen times an hour", async () => {
    const { name, email } = await someone();
    const person = await asked(name);
    const code = await codeSentTo(email);
    const answer = { password: NEXT, repeated: NEXT };
    for (let at = 0; at < 15; at++) await person.submit({ code: wrongCode(code), ...answer });
    expect(notice(person)).toBe(en.errors.wrongCode);
    await person.submit({ code, ...answer });
    expect(notice(person)).toBe(en.errors.tooManyTries);
    expect(await signIn(client, name)).toHaveProperty("AuthenticationResult");
  });
});

describe("a code", () => {
  test("is sent again where it is asked for, and voids the one before", async () => {
    const { name, email } = await someone();
    const person = await asked(name);
    const first = await codeSentTo(email);
    // The browser asks for no field to be filled.
    await person.submit({ resend: "1" });
    expect(notice(person)).toBe(en.resetSentTo("f***@e***"));
    expect(person.fields().get("username")).toBe(name);
    expect(await outbox(email)).toHaveLength(2);
    const second = await codeSentTo(email);
    if (first !== second) {
      await person.submit({ code: first, password: NEXT, repeated: NEXT });
      expect(notice(person)).toBe(en.errors.wrongCode);
    }
    await person.submit({ code: second, password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
  });

  test("works once, and for an hour", async () => {
    const { name, email } = await someone();
    const person = await asked(name);
    const { html, url } = person;
    const answer = { code: await codeSentTo(email), password: NEXT, repeated: NEXT };
    await person.submit(answer);
    Object.assign(person, { html, url });
    await person.submit({ ...answer, password: PASSWORD, repeated: PASSWORD });
    expect(notice(person)).toBe(en.errors.expiredCode);
    const late = await asked(name);
    await env.DB.prepare("update codes set expires_at = ? where pool_id = ?")
      .bind(Date.now() - 1, pool)
      .run();
    await late.submit({ ...answer, code: await codeSentTo(email) });
    expect(notice(late)).toBe(en.errors.expiredCode);
    expect(await signIn(client, name, NEXT)).toHaveProperty("AuthenticationResult");
  });

  test("is taken from whoever comes to its page without having said who they are, if they do then", async () => {
    const { name, email } = await someone();
    await call("ForgotPassword", { ClientId: client, Username: name });
    const person = await personAt(client, "/confirmForgotPassword");
    expect(person.html).toMatch(/<label[^>]* for="username"/);
    await person.submit({ username: name, code: await codeSentTo(email), password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
    const other = await personAt(client, "/confirmForgotPassword");
    await other.submit({ username: name, resend: "1" });
    expect(notice(other)).toBe(en.resetSentTo("f***@e***"));
  });

  test("is neither sent nor taken for forms that are not ours", async () => {
    const { name, email } = await someone();
    const person = await personAt(client, "/forgotPassword");
    await person.submit({ username: name, _csrf: "x".repeat(43) });
    expect([person.response.status, notice(person)]).toEqual([403, en.errorStale]);
    expect(await outbox(email)).toEqual([]);
    await person.submit({ username: name });
    const answer = { code: await codeSentTo(email), password: NEXT, repeated: NEXT };
    await person.submit(answer, { "sec-fetch-site": "cross-site" });
    expect([person.response.status, notice(person)]).toEqual([403, en.errorStale]);
    expect(await signIn(client, name)).toHaveProperty("AuthenticationResult");
  });
});

describe("a user who has to reset the password", () => {
  /** Signs in at the pages with what was the password. */
  const signingIn = async (username: string, clientId = client, password = PASSWORD) => {
    const person = await personAt(clientId, "/login");
    await person.submit({ username, password });
    return person;
  };
  const reset = (Username: string, UserPoolId = pool) => call("AdminResetUserPassword", { UserPoolId, Username });

  test("is led from the sign-in page to where the code is taken that was sent", async () => {
    const { name, email } = await someone();
    await reset(name);
    const person = await signingIn(name);
    expect(isResetPage(person)).toBe(true);
    expect(words(person)).toContain(en.resetRequired);
    expect(await outbox(email)).toHaveLength(2);
    await person.submit({ code: await codeSentTo(email), password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
    expect(await statusOf(pool, name)).toBe("CONFIRMED");
    await person.submit({ password: NEXT });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": name });
  });

  test("is not told from others by whoever does not know the password, and is sent nothing", async () => {
    const { name, email } = await someone();
    await reset(name);
    const person = await signingIn(name, client, "Wr0ng-Horse!");
    expect(isSignInPage(person)).toBe(true);
    expect(notice(person)).toBe(en.errors.wrongPassword);
    expect(await outbox(email)).toHaveLength(1);
  });

  test("is let through with the code that was sent last when no more are sent", async () => {
    const { name, email } = await someone();
    for (let at = 0; at < 5; at++) await reset(name);
    const person = await signingIn(name);
    expect(isResetPage(person)).toBe(true);
    expect(notice(person)).toBe(en.errors.tooManyTries);
    expect(await outbox(email)).toHaveLength(5);
    await person.submit({ code: await codeSentTo(email), password: NEXT, repeated: NEXT });
    expect(notice(person)).toBe(en.passwordSaved);
  });

  test("is told where no code can reach them", async () => {
    const hiding = await openPool({}, { PreventUserExistenceErrors: "ENABLED" });
    const { name } = await someone(hiding.pool);
    await reset(name, hiding.pool);
    const UserAttributes = [{ Name: "email_verified", Value: "false" }];
    await call("AdminUpdateUserAttributes", { UserPoolId: hiding.pool, Username: name, UserAttributes });
    const person = await signingIn(name, hiding.client);
    expect(isSignInPage(person)).toBe(true);
    expect(notice(person)).toBe(en.errors.notAvailable);
  });
});

describe("[AccountRecoverySetting] where only administrators reset passwords", () => {
  test("the sign-in page has no link, and the pages say so and send nothing", async () => {
    const RecoveryMechanisms = [{ Name: "admin_only", Priority: 1 }];
    const closed = await openPool({ AccountRecoverySetting: { RecoveryMechanisms } });
    const { name, email } = await someone(closed.pool);
    const person = await personAt(closed.client, "/login");
    expect(link(person, "forgotPassword")).toBeUndefined();
    const csrf = person.cookies.get("xsrf-token") as string;
    for (const path of ["/forgotPassword", "/confirmForgotPassword"]) {
      await person.visit(authorizeUrl(closed.client, {}, path));
      const expectClosed = () => {
        expect(person.response.status).toBe(200);
        expect(notice(person)).toBe(en.errors.notAvailable);
        expect(person.html).not.toContain("<form");
        expect(link(person, "login")).toBeDefined();
      };
      expectClosed();
      await person.visit(authorizeUrl(closed.client, {}, path), {
        method: "POST",
        body: new URLSearchParams({ _csrf: csrf, username: name, resend: "1" }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      expectClosed();
    }
    expect(await outbox(email)).toEqual([]);
  });
});
