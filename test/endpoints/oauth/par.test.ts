// Pushed authorization requests (RFC 9126).
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { makePool, makeUser, ORIGIN, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, PKCE } from "../login/person.ts";
import { dpop, type Key, makeAssertion, makeKey, setOf } from "./keys.ts";
import { basic, type Fields, type Machine, post, read } from "./requests.ts";

const PATH = "/oauth2/par";
const REQUEST_URI = /^urn:ietf:params:oauth:request_uri:([a-z]+-\d{1,2})\.([\w-]{43})$/i;
const { verifier, ...CHALLENGE } = PKCE;
const ASKED: Fields = { response_type: "code", redirect_uri: CALLBACK, scope: "openid email", ...CHALLENGE };

let pool: string;
let open: string;
let confidential: Machine;
let key: Key;
let other: Key;

beforeAll(async () => {
  pool = await makePool();
  open = (await makeWebClient(pool)).ClientId;
  const made = await makeWebClient(pool, { GenerateSecret: true });
  confidential = { id: made.ClientId, secret: made.ClientSecret as string };
  await makeUser(pool, "ada", { email: "ada@example.com" });
  [key, other] = await Promise.all([makeKey(), makeKey()]);
});
afterEach(() => void vi.useRealTimers());

/** Pushes a request of the public client unless another is named. */
const push = (fields: Fields = {}, headers: Fields = {}) => {
  const form = Object.entries({ client_id: open, ...ASKED, ...fields }).filter(([, value]) => value !== "");
  return read(post(PATH, Object.fromEntries(form), headers));
};

const pushed = async (fields: Fields = {}, headers: Fields = {}): Promise<string> =>
  (await push(fields, headers)).request_uri as string;

const urlOf = (request_uri: string, client_id = open, more: Fields = {}): string =>
  `/oauth2/authorize?${new URLSearchParams({ client_id, request_uri, ...more }).toString()}`;

/** A person who goes where a client sends them, and signs in. */
async function signInAt(url: string): Promise<Person> {
  const person = new Person();
  await person.visit(url);
  await person.submit({ username: "ada", password: PASSWORD });
  return person;
}

/** The code of the error page that a browser is shown. */
async function faultAt(url: string, person = new Person()): Promise<string | undefined> {
  const response = await person.visit(url);
  expect(response.status).toBe(400);
  expect(new URL(person.url).pathname).toBe("/error");
  return new URL(person.url).searchParams.get("error") ?? undefined;
}

const redeem = (code: string, headers: Fields = {}, more: Fields = { client_id: open }) =>
  read(
    post(
      "/oauth2/token",
      { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: verifier, ...more },
      headers,
    ),
  );

describe("pushing", () => {
  test("[RFC 9126 §2.2] gives an address that nobody can guess, for 90 seconds", async () => {
    const answer = await post(PATH, { client_id: open, ...ASKED });
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(answer.headers.get("content-type")).toBe("application/json;charset=UTF-8");
    const first = await read(answer);
    expect(first).toEqual({ status: 201, request_uri: expect.stringMatching(REQUEST_URI), expires_in: 90 });
    expect(await pushed()).not.toBe(first.request_uri);
  });

  test("[RFC 9126 §2] leads a person to the client with what was pushed, for a client_id and request_uri alone", async () => {
    const request = await pushed({ state: "s&=", nonce: "n-1" });
    const person = await signInAt(urlOf(request));
    const { code = "", state, iss } = person.sentToClient();
    expect(person.response.headers.get("location")?.startsWith(`${CALLBACK}?`)).toBe(true);
    expect([state, iss]).toEqual(["s&=", `${ORIGIN}/${pool}`]);
    const tokens = await redeem(code);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ nonce: "n-1", email: "ada@example.com" });
  });

  test("[RFC 9126 §4] leaves nothing to what the browser brings along", async () => {
    const request = await pushed({ scope: "openid" });
    const outside = {
      state: "evil",
      nonce: "evil",
      scope: "openid aws.cognito.signin.user.admin",
      redirect_uri: "https://evil.example",
      response_type: "token",
      code_challenge: "x",
      prompt: "none",
    };
    const person = await signInAt(urlOf(request, open, outside));
    expect(person.response.headers.get("location")?.startsWith(`${CALLBACK}?`)).toBe(true);
    const { code = "", state } = person.sentToClient();
    expect(state).toBeUndefined();
    const tokens = await redeem(code);
    expect(decodeJwt(tokens.access_token).scope).toBe("openid");
    expect(decodeJwt(tokens.id_token).nonce).toBeUndefined();
  });

  test("[RFC 9126 §4] says what language the pages speak, until the person chooses another", async () => {
    const url = urlOf(await pushed({ ui_locales: "tlh fr" }));
    const person = new Person();
    await person.visit(url);
    expect(person.html).toContain('<html lang="fr">');
    await person.visit(`${url}&lang=ko`);
    expect(person.html).toContain('<html lang="ko">');
    await person.submit({ username: "ada", password: "Wr0ng-Horse!" });
    expect(person.html).toContain('<html lang="ko">');
    const other = new Person();
    const lang = urlOf(await pushed({ lang: "ja", ui_locales: "fr" }));
    await other.visit(lang);
    expect(other.html).toContain('<html lang="ja">');
    await other.visit(`${lang}&lang=de`);
    expect(other.html).toContain('<html lang="de">');
  });

  test("[RFC 9126 §2.1] keeps nothing that a client proves itself with", async () => {
    const ClientSecret = `known_secret_${"x".repeat(30)}`;
    const { ClientId } = await makeWebClient(pool, { ClientSecret, OAuthConfiguration: { Jwks: setOf(key) } });
    const assertion = await makeAssertion(key, ClientId, `${ORIGIN}/${pool}`);
    for (const proof of [{ client_secret: ClientSecret }, assertion] as Fields[]) {
      const [, shard = "", id = ""] = REQUEST_URI.exec(await pushed({ client_id: ClientId, ...proof })) ?? [];
      const [row] = await runInDurableObject(env.REQUESTS.getByName(shard), (_, state) => [
        ...state.storage.sql.exec<{ content: string }>("select content from requests where id = ?", id),
      ]);
      expect(row?.content).toContain(ClientId);
      expect(row?.content).not.toMatch(/client_secret|client_assertion/);
      for (const each of Object.values(proof)) expect(row?.content).not.toContain(each);
    }
  });

  test.each(["GET", "PUT", "DELETE", "PATCH"])("[RFC 9126 §2.3] is not done by %s", async (method) => {
    const answer = await get(`${PATH}?${new URLSearchParams({ client_id: open, ...ASKED }).toString()}`, { method });
    expect(answer.status).toBe(405);
    expect(await answer.json()).toMatchObject({ error: "invalid_request" });
  });

  test("[RFC 9126 §2.3] is not done with a body of any length, or with a parameter twice", async () => {
    expect(await push({ padding: "x".repeat(65_536) })).toMatchObject({ status: 413, error: "invalid_request" });
    // What anybody can have us keep, for a public client.
    expect(await push({ padding: "x".repeat(16_384) })).toMatchObject({ status: 413, error: "invalid_request" });
    expect(await push({ padding: "x".repeat(15_000) })).toMatchObject({ status: 201 });
    const twice = `${new URLSearchParams({ client_id: open, ...ASKED }).toString()}&scope=openid`;
    expect(await read(post(PATH, twice))).toMatchObject({ status: 400, error: "invalid_request" });
  });

  test("[RFC 9126 §2] is open to scripts of browser apps", async () => {
    const answer = await post(PATH, { client_id: open, ...ASKED }, { origin: "https://app.example.com" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
  });
});

describe("[RFC 9126 §2.1] the client", () => {
  const failed = { status: 400, error: "invalid_client" };

  test("proves itself as at the token endpoint", async () => {
    const by = (fields: Fields, headers: Fields = {}) => push({ client_id: confidential.id, ...fields }, headers);
    const { id, secret } = confidential;
    expect(await by({}, basic(id, secret))).toMatchObject({ status: 201 });
    expect(await by({ client_id: "" }, basic(id, secret))).toMatchObject({ status: 201 });
    expect(await by({ client_secret: secret })).toMatchObject({ status: 201 });
    for (const answer of [await by({}), await by({ client_secret: "x" }), await by({}, basic(id, "x"))]) {
      expect(answer).toMatchObject(failed);
    }
    expect(await push({ client_id: "nobody" })).toMatchObject(failed);
    expect(await push({ client_id: "" })).toMatchObject({ status: 400, error: "invalid_request" });
  });

  test("proves itself by an assertion for the issuer or the token endpoint, once", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration: { Jwks: setOf(key) } });
    const by = async (audience: string) => push({ client_id: "", ...(await makeAssertion(key, ClientId, audience)) });
    expect(await by(`${ORIGIN}/${pool}`)).toMatchObject({ status: 201 });
    expect(await by(`${ORIGIN}/oauth2/token`)).toMatchObject({ status: 201 });
    expect(await by(`${ORIGIN}${PATH}`)).toMatchObject(failed);
    const used = await makeAssertion(key, ClientId, `${ORIGIN}/${pool}`);
    expect(await push({ client_id: "", ...used })).toMatchObject({ status: 201 });
    expect(await push({ client_id: "", ...used })).toMatchObject(failed);
    expect(await push({ client_id: ClientId })).toMatchObject(failed);
  });

  test("[RFC 6749 §5.2] is told so with 401 in a pool that keeps to the standard", async () => {
    const strict = await makePool({ OAuthConfiguration: { Conformance: "OPENID" } });
    const { ClientId } = await makeWebClient(strict, { GenerateSecret: true });
    const answer = await post(PATH, { client_id: ClientId, client_secret: "x", ...ASKED });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect(await read(answer)).toMatchObject({ status: 401, error: "invalid_client" });
  });

  test.each([
    ["has no OAuth", { AllowedOAuthFlowsUserPoolClient: false }],
    ["has no code flow", { AllowedOAuthFlows: ["implicit"] }],
    ["has no provider", { SupportedIdentityProviders: ["Google"] }],
  ])("is refused when it %s", async (_, settings) => {
    const { ClientId } = await makeWebClient(pool, settings);
    expect(await push({ client_id: ClientId })).toMatchObject({ status: 400, error: "unauthorized_client" });
  });
});

describe("[RFC 9126 §2.3] a request that the authorization endpoint would refuse is refused at once", () => {
  test.each([
    ["an address that is not registered", { redirect_uri: `${CALLBACK}/more` }, "invalid_request"],
    ["no address", { redirect_uri: "" }, "invalid_request"],
    ["no response type", { response_type: "" }, "invalid_request"],
    ["an unknown response type", { response_type: "code magic" }, "invalid_request"],
    ["a response type that is not the client's", { response_type: "code id_token", nonce: "n" }, "unauthorized_client"],
    ["tokens in the address", { response_type: "token" }, "unauthorized_client"],
    ["a scope that is not the client's", { scope: "openid admin" }, "invalid_scope"],
    ["plain as method of the challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["no method of the challenge", { code_challenge_method: "" }, "invalid_request"],
    ["no challenge, but its method", { code_challenge: "" }, "invalid_request"],
    ["a resource that is none", { resource: "x" }, "invalid_target"],
    ["a mode that is none", { response_mode: "smoke" }, "invalid_request"],
    ["prompt=none with another", { prompt: "none login" }, "invalid_request"],
    ["max_age that is no number", { max_age: "soon" }, "invalid_request"],
    ["claims that are none", { claims: "{" }, "invalid_request"],
    ["a request object", { request: "a.b.c" }, "request_not_supported"],
    ["a registration", { registration: "{}" }, "registration_not_supported"],
    ["a state of any length", { state: "x".repeat(2_049) }, "invalid_request"],
    ["a nonce of any length", { nonce: "x".repeat(2_049) }, "invalid_request"],
    ["a hint that is none", { id_token_hint: "x" }, "invalid_request"],
    [
      "a level that is not reached here",
      { claims: JSON.stringify({ id_token: { acr: { essential: true, value: "none" } } }) },
      "unmet_authentication_requirements",
    ],
  ])("for %s", async (_, fields, error) => {
    expect(await push(fields)).toMatchObject({ status: 400, error });
  });

  test("[RFC 9126 §2.1] for a request_uri", async () => {
    for (const request_uri of [await pushed(), "https://app.test/request"]) {
      expect(await push({ request_uri })).toEqual({
        status: 400,
        error: "invalid_request",
        error_description: "request_uri cannot be pushed.",
      });
    }
  });

  test("[RFC 7636 §4.4.1] for want of a challenge where the client needs one", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration: { RequirePKCE: true } });
    const bare = { client_id: ClientId, code_challenge: "", code_challenge_method: "" };
    expect(await push(bare)).toMatchObject({ status: 400, error: "invalid_request" });
    expect(await push({ client_id: ClientId })).toMatchObject({ status: 201 });
  });

  test("and 384 characters of state and nonce come back whole", async () => {
    const long = "n".repeat(384);
    const { code = "", state } = (await signInAt(urlOf(await pushed({ state: long, nonce: long })))).sentToClient();
    expect(state).toBe(long);
    expect(decodeJwt((await redeem(code)).id_token).nonce).toBe(long);
  });
});

describe("a request_uri", () => {
  test("[RFC 9126 §7.3] may be opened again until it is answered, and not afterwards", async () => {
    const request = await pushed();
    for (let i = 0; i < 2; i++) {
      const person = new Person();
      await person.visit(urlOf(request));
      expect(person.html).toContain("password");
    }
    const person = await signInAt(urlOf(request));
    expect(person.sentToClient()).toHaveProperty("code");
    expect(await faultAt(urlOf(request))).toBe("invalid_request");
    // Nor for the same person, who is signed in by now.
    expect(await faultAt(urlOf(request), person)).toBe("invalid_request");
  });

  test("[RFC 9126 §7.3] gives one code, however many browsers are signed in at once", async () => {
    const request = await pushed();
    const people = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const person = new Person();
        await person.visit(urlOf(request));
        return person;
      }),
    );
    await Promise.all(people.map((person) => person.submit({ username: "ada", password: PASSWORD })));
    expect(people.filter((person) => person.sentToClient().code !== undefined)).toHaveLength(1);
  });

  test("[RFC 9126 §2.2] is over after 90 seconds, unless it was opened: then people may take their time", async () => {
    const [late, begun] = [await pushed(), await pushed()];
    const person = new Person();
    await person.visit(urlOf(begun));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 91_000 });
    expect(await faultAt(urlOf(late))).toBe("invalid_request");
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("is over after half an hour, however often it was opened", async () => {
    const request = await pushed();
    const person = new Person();
    await person.visit(urlOf(request));
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: now + 20 * 60_000 });
    await person.visit(urlOf(request));
    expect(person.html).toContain("password");
    vi.setSystemTime(now + 31 * 60_000);
    expect(await faultAt(urlOf(request))).toBe("invalid_request");
  });

  test("[RFC 9126 §2.2] is good for the client that pushed it alone", async () => {
    const request = await pushed();
    for (const id of [confidential.id, (await makeWebClient(await makePool())).ClientId]) {
      expect(await faultAt(urlOf(request, id))).toBe("invalid_request");
    }
    expect(await faultAt(urlOf(request, "nobody"))).toBe("invalid_client");
    expect((await signInAt(urlOf(request))).sentToClient()).toHaveProperty("code");
  });

  test("is asked of no object that was never given one: to ask would make it, for good", async () => {
    const asked: string[] = [];
    const getByName = (name: string) => {
      asked.push(name);
      return env.REQUESTS.getByName(name);
    };
    const at = async (shard: string) => {
      const url = urlOf(`urn:ietf:params:oauth:request_uri:${shard}.${"A".repeat(43)}`);
      const { headers } = await get(url, { redirect: "manual" }, { REQUESTS: { getByName } });
      expect(headers.get("location")).toMatch(/^\/error\?error=invalid_request&/);
    };
    for (const shard of ["zz-1", "eu-1", "EU-16", "EU-01", "EU-1 ", "local-99", "LOCAL-1", "device-B", "EU", ""])
      await at(shard);
    expect(asked).toEqual([]);
    for (const shard of ["EU-0", "OC-15", "local-7"]) await at(shard);
    expect(asked).toEqual(["EU-0", "OC-15", "local-7"]);
  });

  test("is none that was made up", async () => {
    const [, shard] = REQUEST_URI.exec(await pushed()) ?? [];
    const urn = "urn:ietf:params:oauth:request_uri:";
    for (const made of [
      "",
      "x",
      `${shard}.${"A".repeat(43)}`,
      `${shard}.${"A".repeat(42)}`,
      `../x.${"A".repeat(43)}`,
    ]) {
      expect(await faultAt(urlOf(`${urn}${made}`))).toBe("invalid_request");
    }
    const person = new Person();
    await person.visit(`${authorizeUrl(open)}&request_uri=https://app.test/request`);
    expect(person.sentToClient()).toMatchObject({ error: "request_uri_not_supported" });
  });
});

describe("[RFC 9126 §6] a client that must push", () => {
  test("is refused without, and let in with", async () => {
    const { ClientId } = await makeWebClient(pool, {
      OAuthConfiguration: { RequirePushedAuthorizationRequests: true },
    });
    const person = new Person();
    await person.visit(authorizeUrl(ClientId, CHALLENGE));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
    const request = await pushed({ client_id: ClientId });
    expect((await signInAt(urlOf(request, ClientId))).sentToClient()).toHaveProperty("code");
  });
});

describe("[RFC 9449 §10.1] a proof at the endpoint", () => {
  const at = { htu: `${ORIGIN}${PATH}` };

  test("binds the code to its key", async () => {
    const codeBy = async (fields: Fields) =>
      (await signInAt(urlOf(await pushed(fields, await dpop(key, at))))).sentToClient().code as string;
    for (const fields of [{}, { dpop_jkt: key.jkt }] as Fields[]) {
      const code = await codeBy(fields);
      for (const headers of [{}, await dpop(other)]) {
        expect(await redeem(code, headers)).toMatchObject({ status: 400, error: "invalid_grant" });
      }
      expect(await redeem(code, await dpop(key))).toMatchObject({ status: 200, token_type: "DPoP" });
    }
  });

  test("is refused beside the name of another key", async () => {
    expect(await push({ dpop_jkt: other.jkt }, await dpop(key, at))).toMatchObject({
      status: 400,
      error: "invalid_dpop_proof",
    });
  });

  test("is refused for another address, and when it was used", async () => {
    const refused = { status: 400, error: "invalid_dpop_proof" };
    expect(await push({}, await dpop(key))).toMatchObject(refused);
    const headers = await dpop(key, at);
    expect(await push({}, headers)).toMatchObject({ status: 201 });
    expect(await push({}, headers)).toMatchObject(refused);
  });

  test("[RFC 9449 §10] is not needed where dpop_jkt names the key", async () => {
    const { code = "" } = (await signInAt(urlOf(await pushed({ dpop_jkt: key.jkt })))).sentToClient();
    expect(await redeem(code, await dpop(other))).toMatchObject({ error: "invalid_grant" });
    expect(await redeem(code, await dpop(key))).toMatchObject({ status: 200 });
  });
});

test("pushing takes one hop, also with a proof, and none where it is refused", async () => {
  await push();
  const proof = await dpop(key, { htu: `${ORIGIN}${PATH}` });
  const costs = await costsOf(async () => {
    await push();
    await push({}, proof);
    await push({ scope: "none" });
  });
  expect(costs.map(({ event, hops }) => [event, hops])).toEqual([
    ["operation", 1],
    ["operation", 1],
    ["refused", 0],
  ]);
});

test("is found under discovery's name for it", async () => {
  const found = await (await get(`/${pool}/.well-known/openid-configuration`)).json<Record<string, string>>();
  expect(found.pushed_authorization_request_endpoint).toBe(`${ORIGIN}${PATH}`);
});
