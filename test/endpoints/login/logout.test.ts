import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { call, makeUser, ORIGIN, PASSWORD } from "../../client.ts";
import { countingDatabase } from "../../fetch.ts";
import { post, read } from "../oauth/requests.ts";
import {
  type Apps,
  ASKED,
  BYE,
  ERROR,
  logged,
  logoutUrl,
  makeApps,
  pageOf,
  receivers,
  resigned,
  SIGNED_OUT,
  signedIn,
  silently,
  tokensFor,
} from "./apps-to-leave.ts";
import { authorizeUrl, CALLBACK, Person } from "./person.ts";

let apps: Apps;

beforeAll(async () => {
  apps = await makeApps();
});
beforeEach(() => void receivers());
afterEach(() => vi.restoreAllMocks());

const sessionsInStore = async (): Promise<number> =>
  (await env.DB.prepare("select count(*) as n from browser_sessions").first<{ n: number }>())?.n ?? 0;

describe("Amazon Cognito's logout endpoint", () => {
  test("client_id and logout_uri: ends the session and leads there, with nothing added", async () => {
    const { person } = await signedIn(apps.client);
    const before = await sessionsInStore();
    const response = await person.visit(
      logoutUrl({ client_id: apps.client, logout_uri: BYE, state: "s", identity_provider: "COGNITO", extra: "1" }),
    );
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe(BYE);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(`^limen.${apps.pool}=; Max-Age=0; Path=/; HttpOnly`),
    ]);
    expect(await sessionsInStore()).toBe(before - 1);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("logout_uri: an app's own scheme and one with a query are as good as any", async () => {
    for (const logout_uri of [`${BYE}?from=limen`, "app.test.native://bye"]) {
      const response = await new Person().visit(logoutUrl({ client_id: apps.client, logout_uri }));
      expect(response.headers.get("location")).toBe(logout_uri);
    }
  });

  test("a copy of the cookie that was kept is worth nothing afterwards", async () => {
    const { person } = await signedIn(apps.client);
    const kept = [...person.cookies];
    await person.visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
    for (const [name, value] of kept) person.cookies.set(name, value);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("client_id, redirect_uri and response_type: ends the session and leads to the sign-in page with them", async () => {
    const { person } = await signedIn(apps.client);
    const asked = {
      client_id: apps.client,
      redirect_uri: CALLBACK,
      response_type: "code",
      scope: "openid",
      state: "a b&c",
    };
    const first = await person.send(logoutUrl({ ...asked, nonce: "n" }));
    expect(first.status).toBe(302);
    const location = new URL(first.headers.get("location") as string, ORIGIN);
    expect(location.pathname).toBe("/login");
    expect(Object.fromEntries(location.searchParams)).toEqual({ ...asked, nonce: "n" });
    await person.visit(location.href);
    expect(pageOf(person)).toBe("Sign in to your account");
    await person.submit({ username: "bob", password: PASSWORD });
    expect(person.sentToClient()).toMatchObject({ state: "a b&c", code: expect.any(String) });
  });

  test("redirect_uri without scope: all scopes of the client are asked for", async () => {
    const parameters = { client_id: apps.client, redirect_uri: CALLBACK, response_type: "code" };
    for (const more of [{}, { scope: "" }]) {
      const response = await new Person().send(logoutUrl({ ...parameters, ...more }));
      const { searchParams } = new URL(response.headers.get("location") as string, ORIGIN);
      expect(searchParams.getAll("scope")).toEqual(["openid email phone profile aws.cognito.signin.user.admin"]);
    }
  });

  test("both: logout_uri wins", async () => {
    const response = await new Person().visit(
      logoutUrl({ client_id: apps.client, logout_uri: BYE, redirect_uri: CALLBACK, response_type: "code" }),
    );
    expect(response.headers.get("location")).toBe(BYE);
    const unregistered = new Person();
    await unregistered.visit(
      logoutUrl({ client_id: apps.client, logout_uri: `${BYE}x`, redirect_uri: CALLBACK, response_type: "code" }),
    );
    expect(pageOf(unregistered)).toBe(ERROR);
  });

  describe("what is not right in all its parts leads to the error page, and ends nothing", () => {
    const only = () => ({ client_id: apps.client });
    test.each<[string, string, () => Record<string, string> | [string, string][]]>([
      ["unregistered logout_uri", "redirect_mismatch", () => ({ ...only(), logout_uri: "https://evil.test/" })],
      ["logout_uri with more at its end", "redirect_mismatch", () => ({ ...only(), logout_uri: `${BYE}/` })],
      ["logout_uri with a query", "redirect_mismatch", () => ({ ...only(), logout_uri: `${BYE}?a=b` })],
      ["logout_uri in other case", "redirect_mismatch", () => ({ ...only(), logout_uri: BYE.replace("bye", "Bye") })],
      ["logout_uri of a sibling", "redirect_mismatch", () => ({ ...only(), logout_uri: "https://sibling.test/" })],
      ["logout_uri that is a callback", "redirect_mismatch", () => ({ ...only(), logout_uri: CALLBACK })],
      [
        "redirect_uri that is a logout_uri",
        "redirect_mismatch",
        () => ({ ...only(), redirect_uri: BYE, response_type: "code" }),
      ],
      ["neither: an empty logout_uri", "invalid_request", () => ({ ...only(), logout_uri: "" })],
      ["redirect_uri without response_type", "invalid_request", () => ({ ...only(), redirect_uri: CALLBACK })],
      ["unknown client", "invalid_client", () => ({ client_id: "nobody", logout_uri: BYE })],
      ["no client", "invalid_client", () => ({ logout_uri: BYE })],
      [
        "repeated parameter",
        "invalid_request",
        () => [...Object.entries({ ...only(), logout_uri: BYE }), ["logout_uri", "https://evil.test/"]] as never,
      ],
    ])("%s", async (_, code, parameters) => {
      const { person } = await signedIn(apps.client);
      await person.visit(logoutUrl(parameters()));
      expect(person.url).toContain("/error?");
      expect(pageOf(person)).toBe(ERROR);
      expect(person.html).toContain(`<code>${code}</code>`);
      expect(await silently(person, apps.client)).toBe("signed in");
    });
  });

  test("neither: client_id alone is a request of OpenID Connect's, which asks", async () => {
    const { person } = await signedIn(apps.client);
    await person.visit(logoutUrl({ client_id: apps.client }));
    expect(pageOf(person)).toBe(ASKED);
    expect(await silently(person, apps.client)).toBe("signed in");
  });

  test("refresh tokens live on", async () => {
    const { person, tokens } = await signedIn(apps.client);
    await person.visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
    const { refresh_token } = tokens;
    const answer = await read(
      post("/oauth2/token", { grant_type: "refresh_token", client_id: apps.client, refresh_token }),
    );
    expect(answer.status).toBe(200);
  });

  test("a code that was given before gives no tokens afterwards", async () => {
    const { person } = await signedIn(apps.client);
    await person.visit(authorizeUrl(apps.client));
    const { code } = person.sentToClient() as { code: string };
    await person.visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
    const fields = { grant_type: "authorization_code", client_id: apps.client, code, redirect_uri: CALLBACK };
    expect(await read(post("/oauth2/token", fields))).toMatchObject({ status: 400, error: "invalid_grant" });
  });

  test("whoever is signed in nowhere is led on all the same", async () => {
    const response = await new Person().visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
    expect(response.headers.get("location")).toBe(BYE);
  });

  test.each([
    ["a secret that is not its own", "A".repeat(43)],
    ["no secret", ""],
  ])("the id of a session with %s ends nothing", async (_, secret) => {
    const { person } = await signedIn(apps.client);
    const name = `limen.${apps.pool}`;
    const thief = new Person();
    thief.cookies.set(name, `${person.cookies.get(name)?.split(".")[0]}.${secret}`);
    const told = receivers();
    await thief.visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
    expect(thief.cookies.has(name)).toBe(false);
    expect(told).toEqual([]);
    expect(await silently(person, apps.client)).toBe("signed in");
  });

  test("the session of a user who was disabled meanwhile is dropped, too", async () => {
    await makeUser(apps.pool, "eve");
    const { person } = await signedIn(apps.client, "eve");
    await call("AdminDisableUser", { UserPoolId: apps.pool, Username: "eve" });
    const response = await person.visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
    expect(response.headers.get("location")).toBe(BYE);
    expect(person.cookies.has(`limen.${apps.pool}`)).toBe(false);
  });
});

describe("whose sessions end", () => {
  /** Somebody who is signed in to two pools at the worker's own host. */
  async function twice(): Promise<{ person: Person; hint: string }> {
    const { person, hint } = await signedIn(apps.client);
    await tokensFor(person, apps.elsewhere.client);
    expect([...person.cookies.keys()]).toEqual(
      expect.arrayContaining([`limen.${apps.pool}`, `limen.${apps.elsewhere.pool}`]),
    );
    return { person, hint };
  }
  const standing = async (person: Person) => [
    await silently(person, apps.client),
    await silently(person, apps.elsewhere.client),
  ];

  test("at the worker's own host, a client's: its pool's", async () => {
    const { person } = await twice();
    await person.visit(logoutUrl({ client_id: apps.elsewhere.client }));
    await person.submit();
    expect(await standing(person)).toEqual(["signed in", "login_required"]);
  });

  test("at the worker's own host, a hint's: its pool's", async () => {
    const { person, hint } = await twice();
    await person.visit(logoutUrl({ id_token_hint: hint }));
    expect(pageOf(person)).toBe(SIGNED_OUT);
    expect(await standing(person)).toEqual(["login_required", "signed in"]);
  });

  test("at the worker's own host, nobody's: all that the browser has", async () => {
    const { person } = await twice();
    await person.visit("/logout");
    await person.submit();
    expect(await standing(person)).toEqual(["login_required", "login_required"]);
    expect([...person.cookies.keys()].filter((name) => name.startsWith("limen."))).toEqual([]);
  });

  test("as many cookies as fit in a request cost no more than a few reads, all at once", async () => {
    const { DB, asked } = countingDatabase();
    const person = new Person(ORIGIN, { DB });
    const cookie = `${crypto.randomUUID()}.${"A".repeat(43)}`;
    for (let i = 0; i < 100; i++) person.cookies.set(`limen.us-east-1_${i}`, cookie);
    const lines = logged("operation");
    await person.visit("/logout");
    expect(pageOf(person)).toBe(SIGNED_OUT);
    expect(lines()).toMatchObject([{ operation: "GET /logout", hops: 1 }]);
    expect(asked()).toBeLessThan(20);
    expect([...person.cookies.keys()]).toEqual([]);
  });

  describe("at a pool's own domain", () => {
    const HOST = "login.logout.example";
    const AT = `https://${HOST}`;
    beforeAll(async () => {
      const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1" };
      await call("CreateUserPoolDomain", { UserPoolId: apps.pool, Domain: HOST, CustomDomainConfig });
    });

    test("that pool's, whose cookie only this host can have set", async () => {
      const person = new Person(AT);
      await tokensFor(person, apps.client, AT);
      const name = `__Host-limen.${apps.pool}`;
      expect(person.cookies.has(name)).toBe(true);
      await person.visit("/logout");
      expect(pageOf(person)).toBe(ASKED);
      const answer = await person.submit();
      expect(pageOf(person)).toBe(SIGNED_OUT);
      expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(`^${name}=; Max-Age=0; Path=/;.*Secure`)]);
      expect(await silently(person, apps.client, AT)).toBe("login_required");
    });

    test("clients and hints of other pools are unknown", async () => {
      const { id_token: foreign } = await tokensFor(new Person(AT), apps.client, AT);
      const person = new Person(AT);
      await tokensFor(person, apps.client, AT);
      await person.visit(logoutUrl({ client_id: apps.elsewhere.client, logout_uri: BYE }));
      expect(pageOf(person)).toBe(ERROR);
      const id_token_hint = await resigned(foreign, {
        iss: `${AT}/${apps.elsewhere.pool}`,
        aud: apps.elsewhere.client,
      });
      await person.visit(logoutUrl({ id_token_hint, post_logout_redirect_uri: BYE }));
      expect(pageOf(person)).toBe(ASKED);
      await person.visit(
        logoutUrl({ id_token_hint: await resigned(foreign, { iss: `${AT}/${apps.elsewhere.pool}` }) }),
      );
      expect(pageOf(person)).toBe(ASKED);
      expect(await silently(person, apps.client, AT)).toBe("signed in");
    });
  });
});
