// Attacks on OAuth and OpenID Connect (RFC 9700, OAuth 2.0 Security Best Current Practice), each with its refusal.
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { call, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, PKCE } from "../login/person.ts";
import { basic, makeMachine, makeApi, post, read, takeToken } from "./requests.ts";

let pool: string;
let client: string;
let confidential: { id: string; secret: string };

beforeAll(async () => {
  pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
  const made = await makeWebClient(pool, { GenerateSecret: true });
  confidential = { id: made.ClientId, secret: made.ClientSecret as string };
  await makeUser(pool, "ada", { email: "ada@example.com" });
});

/** A person who has signed in for the client and come back with what it was sent. */
async function comeBack(parameters: Record<string, string> = {}, id = client): Promise<Person> {
  const person = new Person();
  await person.visit(authorizeUrl(id, parameters));
  await person.submit({ username: "ada", password: PASSWORD });
  return person;
}

const codeFor = async (parameters: Record<string, string> = {}, id = client): Promise<string> =>
  (await comeBack(parameters, id)).sentToClient().code as string;

const redeem = (code: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  read(post("/oauth2/token", { grant_type: "authorization_code", code, redirect_uri: CALLBACK, ...more }, headers));

const userInfo = (token: string): Promise<Response> =>
  get("/oauth2/userInfo", { headers: { authorization: `Bearer ${token}` } });

const { verifier, ...CHALLENGE } = PKCE;

describe("[RFC 9700 §4.1] addresses of the client", () => {
  test.each([
    ["a longer path", `${CALLBACK}/more`],
    ["a shorter path", "https://app.test/"],
    ["a prefix of the host", "https://app.test.evil.example/callback"],
    ["a path that climbs", `${CALLBACK}/../callback`],
    ["a path that climbs, encoded", "https://app.test/callback/..%2fcallback"],
    ["another case", "https://app.test/Callback"],
    ["another case of the host", "https://APP.test/callback"],
    ["a query that was added", `${CALLBACK}?next=https://evil.example`],
    ["a fragment", `${CALLBACK}#x`],
    ["user information", "https://app.test@evil.example/callback"],
    ["user information that looks like the host", "https://app.test:443@evil.example/callback"],
    ["a backslash", "https://app.test\\@evil.example/callback"],
    ["a host of other letters that looks the same", "https://аpp.test/callback"],
    ["a port", "https://app.test:8443/callback"],
    ["the usual port, said", "https://app.test:443/callback"],
    ["another scheme", "http://app.test/callback"],
    ["a line break", `${CALLBACK}\r\nLocation: https://evil.example`],
    ["a null byte", `${CALLBACK}\0`],
    ["a tab before it", `\t${CALLBACK}`],
    ["a script", "javascript:alert(1)//https://app.test/callback"],
    ["data", "data:text/html,<script>alert(1)</script>"],
    ["no scheme", "//app.test/callback"],
    ["nothing", ""],
  ])("refuses %s on a page of ours, and leads nobody there", async (_, redirect_uri) => {
    for (const path of ["/oauth2/authorize", "/login"]) {
      const response = await get(authorizeUrl(client, { redirect_uri }, path), { redirect: "manual" });
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toMatch(/^\/error\?error=redirect_mismatch&client_id=/);
    }
  });

  test("refuses two addresses, whichever comes first", async () => {
    const evil = encodeURIComponent("https://evil.example");
    for (const url of [
      `${authorizeUrl(client)}&redirect_uri=${evil}`,
      authorizeUrl(client).replace("?", `?redirect_uri=${evil}&`),
    ]) {
      const response = await get(url, { redirect: "manual" });
      expect(response.headers.get("location")).toMatch(/^\/error\?error=redirect_mismatch/);
    }
  });

  test("cannot be registered where a browser would run them", async () => {
    for (const url of ["javascript:alert(1)", "data:text/html,x", "http://app.test/callback", `${CALLBACK}#x`]) {
      await expect(makeWebClient(pool, { CallbackURLs: [url] })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
  });

  test("a fault without a proven client or address is told on a page of ours", async () => {
    for (const query of ["", "?client_id=nobody", `?client_id=${client}&client_id=${client}`, "?client_id=%ff", "?%"]) {
      const response = await get(`/oauth2/authorize${query}`, { redirect: "manual" });
      expect(response.headers.get("location")).toMatch(/^\/error\?error=(invalid_request|invalid_client)/);
    }
  });
});

describe("[RFC 9700 §4.5] codes that were stolen or injected", () => {
  test("a code gives tokens once, and its second coming takes them back", async () => {
    const code = await codeFor();
    const first = await redeem(code, { client_id: client });
    expect(first.status).toBe(200);
    expect((await userInfo(first.access_token)).status).toBe(200);
    expect(await redeem(code, { client_id: client })).toMatchObject({ status: 400, error: "invalid_grant" });
    expect((await userInfo(first.access_token)).status).toBe(401);
    const refreshed = await read(
      post("/oauth2/token", { grant_type: "refresh_token", refresh_token: first.refresh_token, client_id: client }),
    );
    expect(refreshed).toMatchObject({ status: 400, error: "invalid_grant" });
  });

  test("a code is good for its client only", async () => {
    const code = await codeFor();
    const { id, secret } = confidential;
    expect(await redeem(code, {}, basic(id, secret))).toMatchObject({ status: 400, error: "invalid_grant" });
    expect((await redeem(code, { client_id: client })).status).toBe(200);
  });

  test("[RFC 9700 §4.8.2] a verifier without a challenge is refused, and so is a challenge without one", async () => {
    const bare = await codeFor();
    expect(await redeem(bare, { client_id: client, code_verifier: verifier })).toMatchObject({
      error: "invalid_grant",
    });
    const challenged = await codeFor(CHALLENGE);
    expect(await redeem(challenged, { client_id: client })).toMatchObject({ error: "invalid_grant" });
  });

  test.each([
    ["another one", "x".repeat(43)],
    ["one too short", verifier.slice(1)],
    ["one too long", "x".repeat(129)],
    ["one of other characters", `${verifier.slice(1)}+`],
    ["the challenge itself", PKCE.code_challenge],
  ])("[RFC 7636 §4.6] refuses %s for a verifier", async (_, code_verifier) => {
    const code = await codeFor(CHALLENGE);
    expect(await redeem(code, { client_id: client, code_verifier })).toMatchObject({ error: "invalid_grant" });
    expect((await redeem(code, { client_id: client, code_verifier: verifier })).status).toBe(200);
  });

  test.each([
    ["plain", { code_challenge: PKCE.code_challenge, code_challenge_method: "plain" }],
    ["no method, which would be plain", { code_challenge: PKCE.code_challenge }],
    ["a method without a challenge", { code_challenge_method: "S256" }],
    ["a challenge that is no SHA-256", { code_challenge: "abc", code_challenge_method: "S256" }],
  ])("[RFC 7636 §4.4.1] refuses %s", async (_, parameters) => {
    const person = new Person();
    await person.visit(authorizeUrl(client, parameters as unknown as Record<string, string>));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
  });

  test("refuses a request without a challenge where the client demands one", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration: { RequirePKCE: true } });
    const person = new Person();
    await person.visit(authorizeUrl(ClientId, { state: "s" }));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request", state: "s" });
  });
});

test("[RFC 9207 §2] every answer names the issuer, so that nobody mixes it up with another", async () => {
  const person = await comeBack();
  expect(person.sentToClient().iss).toMatch(new RegExp(`/${pool}$`));
  await new Person().visit(authorizeUrl(client));
  const refused = new Person();
  await refused.visit(authorizeUrl(client, { prompt: "none" }));
  expect(refused.sentToClient()).toMatchObject({ error: "login_required", iss: person.sentToClient().iss });
});

describe("forms that others send (login CSRF)", () => {
  test.each([
    ["without the token", (form: Map<string, string>) => form.delete("_csrf"), {}],
    ["with another token", (form: Map<string, string>) => form.set("_csrf", "A".repeat(43)), {}],
    ["from another site", () => undefined, { "sec-fetch-site": "cross-site" }],
    ["from a sibling host", () => undefined, { "sec-fetch-site": "same-site" }],
    ["from another origin", () => undefined, { origin: "https://evil.example" }],
  ])("are refused %s, and sign nobody in", async (_, spoil, headers) => {
    const person = new Person();
    await person.visit(authorizeUrl(client));
    const form = person.fields().set("username", "ada").set("password", PASSWORD);
    spoil(form);
    const body = new URLSearchParams([...form]);
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const response = await person.send(person.url, { method: "POST", body, headers: { ...type, ...headers } });
    expect(response.status).toBe(403);
    expect([...person.cookies.keys()].some((name) => name.includes(pool))).toBe(false);
  });

  test.each([
    ["of another type", "text/plain", "_csrf=x"],
    ["malformed", "application/x-www-form-urlencoded", "_csrf=%"],
    ["too long", "application/x-www-form-urlencoded", `_csrf=${"x".repeat(65_536)}`],
  ])("are refused where they cannot be read, and end nobody's visit: %s", async (_, type, body) => {
    for (const path of ["/login", "/confirm", "/challenge"]) {
      const response = await get(authorizeUrl(client, {}, path), {
        method: "POST",
        body,
        headers: { "content-type": type },
        redirect: "manual",
      });
      expect(response.headers.get("location") ?? "").not.toContain("app.test/callback");
      expect([403, 303]).toContain(response.status);
    }
  });

  test("are refused without the cookie that the token repeats", async () => {
    const person = new Person();
    await person.visit(authorizeUrl(client));
    person.cookies.clear();
    expect((await person.submit({ username: "ada", password: PASSWORD })).status).toBe(403);
  });
});

describe("pages", () => {
  test("cannot be framed, run no scripts, tell nobody where they were and are not kept", async () => {
    const response = await get(authorizeUrl(client, {}, "/login"));
    const policy = response.headers.get("content-security-policy") ?? "";
    for (const directive of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(directive);
    }
    expect(policy).not.toMatch(/unsafe|script-src/);
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("[RFC 6797 §7.1] are asked for by TLS alone from then on", async () => {
    const response = await get(`https://limen.test${authorizeUrl(client, {}, "/login")}`);
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
  });

  const SCRIPT = `"><script>alert(1)</script>'`;

  test("show what came in the address as text", async () => {
    const page = await (
      await get(authorizeUrl(client, { login_hint: SCRIPT, state: SCRIPT, nonce: SCRIPT }, "/login"))
    ).text();
    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;script&gt;");
    const error = await (
      await get(`/error?error=${encodeURIComponent(SCRIPT)}&client_id=${encodeURIComponent(SCRIPT)}`)
    ).text();
    expect(error).not.toContain("alert(1)");
  });

  test("show what was typed as text", async () => {
    const person = new Person();
    await person.visit(authorizeUrl(client));
    await person.submit({ username: SCRIPT, password: "wrong" });
    expect(person.html).not.toContain("<script>");
    expect(person.html).toContain("&lt;script&gt;");
  });

  test("[RFC 6749 §4.1.2.1] send text back that fits into an error and an address", async () => {
    const person = await comeBack({ state: "a\r\nb é &=#?" });
    expect(person.sentToClient().state).toBe("a\r\nb é &=#?");
    expect(person.response.headers.get("location")).toMatch(/^[\x21-\x7e]+$/);
  });
});

describe("cookies", () => {
  test("are bound to the very host over HTTPS, and out of reach of scripts and other sites' requests", async () => {
    const person = new Person("https://limen.test");
    await person.visit(authorizeUrl(client));
    const answer = await person.send(person.url, {
      method: "POST",
      body: new URLSearchParams([...person.fields().set("username", "ada").set("password", PASSWORD)]),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(1);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-limen\./);
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).toMatch(/; Secure(;|$)/);
      expect(cookie).toMatch(/; HttpOnly(;|$)/);
      expect(cookie).toMatch(/; SameSite=Lax(;|$)/);
      expect(cookie).not.toMatch(/domain/i);
    }
    expect([...person.cookies.keys()].every((name) => name.startsWith("__Host-"))).toBe(true);
  });

  test("of plain HTTP count for nothing over HTTPS", async () => {
    const person = await comeBack();
    const secure = new Person("https://limen.test");
    for (const [name, value] of person.cookies) secure.cookies.set(name, value);
    await secure.visit(authorizeUrl(client, { prompt: "none" }));
    expect(secure.sentToClient()).toMatchObject({ error: "login_required" });
  });
});

describe("tokens of another kind", () => {
  test("are refused at userInfo: ID token, machine's, API sign-in's, another pool's", async () => {
    await makeApi(pool);
    const machine = await read(takeToken(await makeMachine(pool)));
    const api = (await signIn(await apiClient(pool), "ada")).AuthenticationResult;
    const ours = await redeem(await codeFor(), { client_id: client });
    for (const token of [
      machine.access_token,
      api.AccessToken,
      api.IdToken,
      ours.id_token,
      ours.refresh_token,
      "x.y.z",
      "",
    ]) {
      expect([400, 401]).toContain((await userInfo(token)).status);
    }
    expect((await userInfo(ours.access_token)).status).toBe(200);
  });

  const apiClient = async (UserPoolId: string): Promise<string> =>
    (
      await call("CreateUserPoolClient", {
        UserPoolId,
        ClientName: "api",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      })
    ).UserPoolClient.ClientId;

  test("[RFC 8725 §3.1] are refused with an algorithm or key that the token brings along", async () => {
    const ours = await redeem(await codeFor(), { client_id: client });
    const header = decodeProtectedHeader(ours.access_token);
    const payload = decodeJwt(ours.access_token);
    const { keys } = await read(get(`/${pool}/.well-known/jwks.json`));
    const own = await generateKeyPair("RS256", { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    const forged = [
      new UnsecuredJWT(payload).encode(),
      await new SignJWT(payload)
        .setProtectedHeader({ ...header, alg: "HS256" })
        .sign(new TextEncoder().encode(JSON.stringify(keys[0]))),
      await new SignJWT(payload)
        .setProtectedHeader({ ...header, alg: "HS256" })
        .sign(new TextEncoder().encode(keys[0].n)),
      await new SignJWT(payload).setProtectedHeader({ ...header, alg: "RS256" }).sign(own.privateKey),
      await new SignJWT(payload).setProtectedHeader({ alg: "RS256", jwk }).sign(own.privateKey),
      await new SignJWT(payload)
        .setProtectedHeader({ alg: "RS256", jku: "https://evil.example/jwks.json", kid: "x" })
        .sign(own.privateKey),
    ];
    for (const token of forged) {
      expect((await userInfo(token)).status).toBe(401);
      const { id, secret } = confidential;
      expect(await read(post("/oauth2/introspect", { token }, basic(id, secret)))).toEqual({
        status: 200,
        active: false,
      });
      const person = await comeBack();
      await person.visit(authorizeUrl(client, { id_token_hint: token, prompt: "none" }));
      expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
    }
  });
});

test("[RFC 6749 §6] scopes do not grow by refreshing", async () => {
  const ours = await redeem(await codeFor({ scope: "openid email" }), { client_id: client });
  const wider = { scope: "openid email phone profile aws.cognito.signin.user.admin" };
  const refreshed = await read(
    post("/oauth2/token", {
      grant_type: "refresh_token",
      refresh_token: ours.refresh_token,
      client_id: client,
      ...wider,
    }),
  );
  expect(decodeJwt(refreshed.access_token).scope).toBe("openid email");
});

test("[RFC 6749 §2.3] a client proves itself in one way only", async () => {
  const { id, secret } = confidential;
  const code = await codeFor({}, id);
  expect(await redeem(code, { client_secret: secret }, basic(id, secret))).toMatchObject({ error: "invalid_request" });
  expect(await redeem(code, { client_id: client }, basic(id, secret))).toMatchObject({ error: "invalid_request" });
  expect(await redeem(code, { client_id: id })).toMatchObject({ error: "invalid_client" });
  expect((await redeem(code, {}, basic(id, secret))).status).toBe(200);
});

describe("guessing at the sign-in page", () => {
  const wrong = async (username: string): Promise<{ html: string; status: number; hops: number }> => {
    const person = new Person();
    await person.visit(authorizeUrl(client));
    const [cost] = await costsOf(() => person.submit({ username, password: "Wr0ng-Horse!" }));
    const html = person.html.replaceAll(username, "…").replace(/name="_csrf" value="[^"]*"/, "");
    return { html, status: person.response.status, hops: cost?.hops ?? Number.NaN };
  };

  test("tells nothing of whether there is such a user: same page, same work", async () => {
    await makeUser(pool, "grace");
    await makeUser(pool, "disabled");
    await call("AdminDisableUser", { UserPoolId: pool, Username: "disabled" });
    const known = await wrong("grace");
    expect(known.status).toBe(200);
    expect(known.html).toContain("Incorrect username or password.");
    expect(await wrong("nobody")).toEqual(known);
    expect(await wrong("disabled")).toEqual(known);
  });

  test("is locked after a few failures, also for the right password", async () => {
    await makeUser(pool, "target");
    for (let tries = 0; tries < 6; tries++) await wrong("target");
    const person = new Person();
    await person.visit(authorizeUrl(client));
    await person.submit({ username: "target", password: PASSWORD });
    expect(person.html).toContain("Too many tries");
  });
});

describe("what is kept", () => {
  test("is nothing that answers a token or carries a code", async () => {
    const person = await comeBack();
    expect(person.response.headers.get("cache-control")).toBe("no-store");
    const answer = await post("/oauth2/token", {
      grant_type: "authorization_code",
      code: person.sentToClient().code as string,
      redirect_uri: CALLBACK,
      client_id: client,
    });
    expect(answer.headers.get("cache-control")).toContain("no-store");
  });
});

describe("size", () => {
  test("state is carried whole or refused, never cut", async () => {
    const long = "s".repeat(2_048);
    expect((await comeBack({ state: long })).sentToClient().state).toBe(long);
    const response = await get(authorizeUrl(client, { state: `${long}s` }), { redirect: "manual" });
    expect(response.headers.get("location")).toMatch(/^\/error\?error=invalid_request/);
  });

  test("nonce is carried whole or refused, never cut", async () => {
    const long = "n".repeat(2_048);
    const { id_token } = await redeem(await codeFor({ nonce: long }), { client_id: client });
    expect(decodeJwt(id_token).nonce).toBe(long);
    const person = new Person();
    await person.visit(authorizeUrl(client, { nonce: `${long}n` }));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
  });
});

describe("pools that share a host", () => {
  test("share no session, no code and no cookie", async () => {
    const other = await makePool();
    const { ClientId } = await makeWebClient(other);
    await makeUser(other, "ada");
    const person = await comeBack();
    const { code } = person.sentToClient();
    await person.visit(authorizeUrl(ClientId, { prompt: "none" }));
    expect(person.sentToClient()).toMatchObject({ error: "login_required" });
    expect(await redeem(code as string, { client_id: ClientId })).toMatchObject({ error: "invalid_grant" });
    const [held] = [...person.cookies].filter(([name]) => name.includes(pool));
    person.cookies.set(`limen.${other}`, held?.[1] as string);
    await person.visit(authorizeUrl(ClientId, { prompt: "none" }));
    expect(person.sentToClient()).toMatchObject({ error: "login_required" });
  });

  test("know only their own clients at their own domains", async () => {
    const other = await makePool();
    const Domain = `d${crypto.randomUUID().slice(0, 8)}`;
    await call("CreateUserPoolDomain", { UserPoolId: other, Domain });
    const at = { DOMAIN_SUFFIX: "login.test", ORIGIN: "https://limen.test" };
    const url = `https://${Domain}.login.test${authorizeUrl(client)}`;
    const response = await get(url, { redirect: "manual" }, at);
    expect(response.headers.get("location")).toMatch(/^\/error\?error=invalid_client/);
    const { ClientId } = await makeWebClient(other);
    const own = await get(`https://${Domain}.login.test${authorizeUrl(ClientId)}`, { redirect: "manual" }, at);
    expect(own.headers.get("location")).toMatch(/^\/login\?/);
  });
});

describe("[RFC 9700 §2.1.2] tokens in addresses", () => {
  test("are refused unless the client was given the implicit flow", async () => {
    for (const response_type of ["token", "id_token", "id_token token", "code token", "code id_token"]) {
      const person = new Person();
      await person.visit(authorizeUrl(client, { response_type, nonce: "n" }));
      expect(person.response.headers.get("location")).toMatch(/#.*error=unauthorized_client/);
    }
  });

  test("never stand in the query", async () => {
    const { ClientId } = await makeWebClient(pool, { AllowedOAuthFlows: ["code", "implicit"] });
    const person = new Person();
    await person.visit(authorizeUrl(ClientId, { response_type: "token", response_mode: "query" }));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
    const back = await comeBack({ response_type: "id_token token", nonce: "n" }, ClientId);
    const location = new URL(back.response.headers.get("location") as string);
    expect(location.search).toBe("");
    expect(new URLSearchParams(location.hash.slice(1)).get("access_token")).toBeTypeOf("string");
    expect(new URLSearchParams(location.hash.slice(1)).get("refresh_token")).toBeNull();
  });
});

describe("[OpenID Connect Core §6] requests as objects or by reference", () => {
  test.each([
    [{ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
    [{ request_uri: "https://evil.example/request.jwt" }, "request_uri_not_supported"],
    [{ registration: "{}" }, "registration_not_supported"],
  ])("are refused rather than ignored: %j", async (parameters, error) => {
    const person = new Person();
    await person.visit(authorizeUrl(client, parameters as unknown as Record<string, string>));
    expect(person.sentToClient()).toMatchObject({ error });
  });
});
