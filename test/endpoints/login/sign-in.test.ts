import { beforeAll, describe, expect, test } from "vitest";
import { makePool, makeUser, PASSWORD } from "../../client.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, makeWebClient, Person } from "./person.ts";

let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
  await makeUser(pool, "ada");
});

const visiting = async (id: string, parameters: Record<string, string> = {}): Promise<Person> => {
  const person = new Person();
  await person.visit(authorizeUrl(id, parameters));
  return person;
};

describe("the sign-in page", () => {
  test("asks for name and password, in fields that password managers understand", async () => {
    const { html } = await visiting(client);
    expect(html).toMatch(/<input[^>]*name="username"[^>]*autocomplete="username"/);
    expect(html).toMatch(/<input[^>]*name="password"[^>]*type="password"[^>]*autocomplete="current-password"/);
  });

  test("does not ask the client's program for its right to sign in by password", async () => {
    const { ClientId } = await makeWebClient(pool, { ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"] });
    const person = await visiting(ClientId);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient().code).toBeTypeOf("string");
  });

  test("fills in what the client hints at, and what was typed, but never a password", async () => {
    const person = await visiting(client, { login_hint: "ada@example.com" });
    expect(person.fields().get("username")).toBe("ada@example.com");
    await person.submit({ username: "grace", password: "Wr0ng-Horse!" });
    expect(person.fields().get("username")).toBe("grace");
    expect(person.html).not.toContain("Wr0ng-Horse!");
  });

  test("offers sign-up unless only administrators make users", async () => {
    expect((await visiting(client)).html).toContain('href="/signup?');
    const closed = await makePool({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
    const { ClientId } = await makeWebClient(closed);
    expect((await visiting(ClientId)).html).not.toContain('href="/signup?');
  });

  test("labels the name by what the pool's people are known by", async () => {
    const byEmail = await makeWebClient(await makePool({ UsernameAttributes: ["email"] }));
    expect((await visiting(byEmail.ClientId)).html).toMatch(/Email address[\s\S]*name="username" type="email"/);
    const byAlias = await makeWebClient(await makePool({ AliasAttributes: ["email", "phone_number"] }));
    expect((await visiting(byAlias.ClientId)).html).toContain("Username or Email address or Phone number");
  });

  test("speaks the language that is asked for, remembers it, and else the browser's", async () => {
    const person = new Person();
    await person.visit(authorizeUrl(client, {}, "/login"), {
      headers: { "accept-language": "xx, de-AT;q=0.8, fr;q=0.9" },
    });
    expect(person.html).toContain('<html lang="fr">');
    await person.visit(authorizeUrl(client, { ui_locales: "tlh ko" }, "/login"));
    expect(person.html).toContain('<html lang="ko">');
    await person.visit(authorizeUrl(client, { lang: "ja" }, "/login"));
    expect(person.html).toContain('<html lang="ja">');
    await person.visit(authorizeUrl(client, {}, "/login"));
    expect(person.html).toContain('<html lang="ja">');
    await person.submit({ username: "ada", password: "Wr0ng-Horse!" });
    expect(person.html).toContain('<html lang="ja">');
    await person.visit(authorizeUrl(client, { lang: "../../etc" }, "/login"));
    expect(person.html).toContain('<html lang="ja">');
  });

  test("takes no for an answer", async () => {
    const person = await visiting(client, { state: "s" });
    await person.submit({ cancel: "1" });
    expect(person.sentToClient()).toMatchObject({ error: "access_denied", state: "s" });
  });

  test("sends whoever is signed in on, unless they are to sign in again", async () => {
    const person = await visiting(client);
    await person.submit({ username: "ada", password: PASSWORD });
    await person.visit(authorizeUrl(client, {}, "/login"));
    expect(person.sentToClient().code).toBeTypeOf("string");
    for (const parameters of [{ prompt: "login" }, { max_age: "0" }] as Record<string, string>[]) {
      await person.visit(authorizeUrl(client, parameters));
      expect(person.html).toContain('name="password"');
    }
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient().code).toBeTypeOf("string");
  });

  test("can be opened at its own address, as people who bookmark it do", async () => {
    expect((await get(authorizeUrl(client, {}, "/login"))).status).toBe(200);
  });
});

describe("where the client allows choice-based sign-in, the page", () => {
  let choice: string;
  beforeAll(async () => {
    const settings = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };
    choice = (await makeWebClient(pool, settings)).ClientId;
  });

  test("asks for the name first, then for the password", async () => {
    const person = await visiting(choice);
    expect(person.fields().has("password")).toBe(false);
    await person.submit({ username: "ada" });
    expect(person.fields().get("username")).toBe("ada");
    await person.submit({ password: PASSWORD });
    expect(person.sentToClient().code).toBeTypeOf("string");
  });

  test("asks everybody alike, and for the password again after a wrong one", async () => {
    const seen = async (username: string) => {
      const person = await visiting(choice);
      await person.submit({ username });
      const first = person.html;
      await person.submit({ password: "Wr0ng-Horse!" });
      expect(person.html).toContain("Incorrect username or password.");
      return `${first}${person.html}`.replaceAll(username, "…").replace(/name="_csrf" value="[^"]*"/g, "");
    };
    expect(await seen("nobody")).toBe(await seen("ada"));
  });

  test("asks for a name until it has one", async () => {
    const person = await visiting(choice);
    await person.submit({ username: " " });
    expect(person.fields().has("password")).toBe(false);
  });
});
