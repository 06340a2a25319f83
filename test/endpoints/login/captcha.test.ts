import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { makePool, makeUser, PASSWORD } from "../../client.ts";
import { countingDatabase, get } from "../../fetch.ts";
import { BY_CHOICE } from "./choice-people.ts";
import { field, newAddress, notice, statusOf } from "./new-person.ts";
import { authorizeUrl, makeWebClient, Person } from "./person.ts";

const TURNSTILE = { TURNSTILE_SITE_KEY: "site-key", TURNSTILE_SECRET: "the-secret" };
const PRODUCTION = { ...TURNSTILE, ENVIRONMENT: "production" };
const ORIGIN = "https://challenges.cloudflare.com";

let pool: string;
let client: string;
beforeAll(async () => {
  pool = await makePool({ AutoVerifiedAttributes: ["email"] });
  client = (await makeWebClient(pool)).ClientId;
  await makeUser(pool, "ada");
});

afterEach(() => vi.restoreAllMocks());

/** What Turnstile was asked. */
interface Asked {
  url: string;
  init: RequestInit;
}

/** Turnstile, which takes one token once. */
function turnstile(answer?: () => Response | Promise<Response>): Asked[] {
  const asked: Asked[] = [];
  const spent = new Set<string>();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init = {}) => {
    asked.push({ url: input as string, init });
    if (answer) return answer();
    const token = (init.body as URLSearchParams).get("response") ?? "";
    const success = token.startsWith("right") && !spent.has(token);
    spent.add(token);
    return Response.json(
      success
        ? { success, hostname: "limen.test", "error-codes": [] }
        : { success, "error-codes": ["timeout-or-duplicate"] },
    );
  });
  return asked;
}

let tokens = 0;
const right = () => ({ "cf-turnstile-response": `right-${tokens++}` });

async function at(path: string, changes: Record<string, unknown> = TURNSTILE, id = client): Promise<Person> {
  const person = new Person(undefined, changes);
  await person.visit(authorizeUrl(id, {}, path));
  return person;
}

describe("a CAPTCHA at the pages", () => {
  test.each(["/login", "/signup"])("is in the form of %s, named in its policy and nowhere else", async (path) => {
    const person = await at(path);
    expect(person.html).toMatch(/<div class="cf-turnstile[^"]*"[^>]*data-sitekey="site-key"/);
    expect(person.html).toContain(`<script src="${ORIGIN}/turnstile/v0/api.js"`);
    expect(person.html).not.toContain("the-secret");
    const policy = person.response.headers.get("content-security-policy");
    expect(policy).toContain(`; script-src ${ORIGIN};`);
    expect(policy).toContain(`; frame-src ${ORIGIN};`);
    const other = await at("/forgotPassword");
    expect(other.response.headers.get("content-security-policy")).not.toContain("cloudflare");
  });

  test("is not there unless key and secret are set", async () => {
    for (const changes of [{}, { TURNSTILE_SITE_KEY: "site-key" }, { TURNSTILE_SECRET: "the-secret" }]) {
      const person = await at("/login", changes);
      expect(person.html).not.toContain("turnstile");
      await person.submit({ username: "ada", password: PASSWORD });
      expect(person.sentToClient()).toHaveProperty("code");
    }
  });

  test("lets in whom Turnstile says to be a person, once for each token", async () => {
    const asked = turnstile();
    const person = await at("/login");
    const token = right();
    await person.submit({ username: "ada", password: "Wr0ng-Horse!", ...token });
    expect(notice(person)).toBe(en.errors.wrongPassword);
    await person.submit({ username: "ada", password: PASSWORD, ...token });
    expect(notice(person)).toBe(en.errors.captchaFailed);
    await person.submit({ username: "ada", password: PASSWORD, ...right() }, { "cf-connecting-ip": "192.0.2.7" });
    expect(person.sentToClient()).toHaveProperty("code");
    const { url, init } = asked.at(-1) as Asked;
    expect(url).toBe(`${ORIGIN}/turnstile/v0/siteverify`);
    expect(init.method).toBe("POST");
    expect(Object.fromEntries(init.body as URLSearchParams)).toEqual({
      secret: "the-secret",
      response: `right-${tokens - 1}`,
      remoteip: "192.0.2.7",
    });
  });

  test("is asked for at the origin that is set", async () => {
    const asked = turnstile();
    const changes = { ...TURNSTILE, TURNSTILE_ORIGIN: "https://captcha.example/" };
    const person = await at("/login", changes);
    expect(person.html).toContain('<script src="https://captcha.example/turnstile/v0/api.js"');
    expect(person.response.headers.get("content-security-policy")).toContain("frame-src https://captcha.example;");
    await person.submit({ username: "ada", password: PASSWORD, ...right() });
    expect(asked.map(({ url }) => url)).toEqual(["https://captcha.example/turnstile/v0/siteverify"]);
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("stands before sign-up: nobody is made without it", async () => {
    turnstile();
    const username = `robot-${crypto.randomUUID()}`;
    const person = await at("/signup");
    const fields = { username, [field("email")]: newAddress(), password: PASSWORD };
    await person.submit({ ...fields, "cf-turnstile-response": "wrong" });
    expect(notice(person)).toBe(en.errors.captchaFailed);
    expect(person.fields().get("username")).toBe(username);
    expect(await statusOf(pool, username)).toBeUndefined();
    await person.submit({ password: PASSWORD, ...right() });
    expect(await statusOf(pool, username)).toBe("UNCONFIRMED");
  });

  test("stands before both pages of a sign-in that asks for the name first", async () => {
    turnstile();
    const { ClientId } = await makeWebClient(pool, BY_CHOICE);
    const person = await at("/login", TURNSTILE, ClientId);
    await person.submit({ username: "ada", ...right() });
    expect(notice(person)).toBeUndefined();
    await person.submit({ password: PASSWORD });
    expect(notice(person)).toBe(en.errors.captchaFailed);
    await person.submit({ password: PASSWORD, ...right() });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("that fails looks nobody up, and counts no try", async () => {
    turnstile();
    const person = await at("/login");
    const { DB, asked } = countingDatabase();
    const fields = person.fields().set("username", "ada").set("password", PASSWORD);
    const body = new URLSearchParams([...fields]);
    const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
    const response = await get(
      new URL(person.url).pathname + new URL(person.url).search,
      { method: "POST", body, headers },
      { ...TURNSTILE, DB },
    );
    expect(await response.text()).toContain(en.errors.captchaFailed);
    expect(asked()).toBe(0);
  });

  test("asks Turnstile nothing without a token, or with one that is too long to be one", async () => {
    const asked = turnstile();
    const person = await at("/login");
    for (const token of ["", "right".padEnd(2_049, "x")]) {
      await person.submit({ username: "ada", password: PASSWORD, "cf-turnstile-response": token });
      expect(notice(person)).toBe(en.errors.captchaFailed);
    }
    expect(asked).toEqual([]);
  });

  test.each([
    ["says no", () => Response.json({ success: false, "error-codes": ["invalid-input-response"] })],
    ["answers for another site", () => Response.json({ success: true, hostname: "other.example" })],
    ["answers for no site", () => Response.json({ success: true })],
    ["does not know", () => Response.json({ success: "true", hostname: "limen.test" })],
    ["is broken", () => Response.json({ success: true, hostname: "limen.test" }, { status: 500 })],
    ["leads elsewhere", () => Response.redirect("https://elsewhere.example", 302)],
    ["answers no JSON", () => new Response("<html>")],
    ["cannot be reached", () => Promise.reject(new TypeError("network"))],
  ] as [string, () => Response | Promise<Response>][])("lets nobody in where Turnstile %s", async (_, answer) => {
    turnstile(answer);
    const person = await at("/login", PRODUCTION);
    await person.submit({ username: "ada", password: PASSWORD, ...right() });
    expect(notice(person)).toBe(en.errors.captchaFailed);
    expect(person.sentToClient()).toEqual({});
  });

  test("waits five seconds for Turnstile", async () => {
    const limit = vi.spyOn(AbortSignal, "timeout");
    const asked = turnstile();
    const person = await at("/login", PRODUCTION);
    await person.submit({ username: "ada", password: PASSWORD, ...right() });
    expect(limit).toHaveBeenCalledWith(5_000);
    expect(asked[0]?.init.signal).toBe(limit.mock.results[0]?.value);
  });

  test("takes the token of any site in development, as the keys for testing give", async () => {
    turnstile(() => Response.json({ success: true, hostname: "example.com" }));
    const person = await at("/login");
    await person.submit({ username: "ada", password: PASSWORD, ...right() });
    expect(person.sentToClient()).toHaveProperty("code");
  });
});
