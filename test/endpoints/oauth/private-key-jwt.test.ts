// Clients that prove themselves by a signature (RFC 7521, RFC 7523, OpenID Connect Core 1.0 §9).
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { call, makeClient, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../login/person.ts";
import { type Key, makeAssertion, makeKey, seconds, setOf } from "./keys.ts";
import { API, basic, type Fields, MACHINE, makeApi, makeMachine, post, read } from "./requests.ts";

const GRANT = { grant_type: "client_credentials" };
const failed = { status: 400, error: "invalid_client", error_description: "Client authentication failed." };

let pool: string;
let issuer: string;
let key: Key;
/** Acts for itself, and has keys and no secret. */
let client: string;

const withKeys = async (place: string, OAuthConfiguration: object, more: object = {}): Promise<string> => {
  const settings = { ...MACHINE, GenerateSecret: false, OAuthConfiguration, ...more };
  return (await makeClient(place, settings)).ClientId;
};

beforeAll(async () => {
  pool = await makePool();
  issuer = `${ORIGIN}/${pool}`;
  await makeApi(pool);
  await makeUser(pool, "ada", { email: "ada@example.com" });
  key = await makeKey();
  client = await withKeys(pool, { Jwks: setOf(key) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lets the objects forget what they need not remember any more. */
const forget = () =>
  Promise.all(Array.from({ length: 32 }, (_, n) => runDurableObjectAlarm(env.CHALLENGES.getByName(`assertions-${n}`))));

const take = (fields: Fields, headers?: Fields) => read(post("/oauth2/token", { ...GRANT, ...fields }, headers));

/** The answer to an assertion that is right but for what is said. */
const takeBy = async (claims: object = {}, header: object = {}, by: Key = key) =>
  take(await makeAssertion(by, client, issuer, claims, header));

describe("an assertion", () => {
  test.each(["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])(
    "[RFC 7523 §2.2] signed by %s proves its client",
    async (alg) => {
      const own = await makeKey(alg);
      const id = await withKeys(pool, { Jwks: setOf(own) });
      expect(await take(await makeAssertion(own, id, issuer))).toMatchObject({ status: 200, token_type: "Bearer" });
      expect(await take(await makeAssertion(key, id, issuer))).toEqual(failed);
    },
  );

  test("[RFC 7521 §4.2] needs no client_id beside it, and takes none that contradicts it", async () => {
    const ask = async (client_id: string) => take({ ...(await makeAssertion(key, client, issuer)), client_id });
    expect(await ask(client)).toMatchObject({ status: 200 });
    const { id } = await makeMachine(pool);
    for (const other of [id, "nobody", client.toUpperCase()]) expect(await ask(other)).toEqual(failed);
  });

  test.each([
    ["the issuer", () => issuer],
    ["the token endpoint", () => `${ORIGIN}/oauth2/token`],
  ])("[OpenID Connect Core 1.0 §9] is made for %s", async (_, aud) => {
    expect(await takeBy({ aud: aud() })).toMatchObject({ status: 200 });
  });

  test("is made for the token endpoint at the pool's domain, too", async () => {
    const place = await makePool();
    await makeApi(place);
    const id = await withKeys(place, { Jwks: setOf(key) });
    const CustomDomainConfig = {
      CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012",
    };
    await call("CreateUserPoolDomain", { UserPoolId: place, Domain: "id.example.com", CustomDomainConfig });
    const at = "http://id.example.com/oauth2/token";
    const changes = { ORIGIN };
    const ask = async (aud: string) =>
      read(post(at, { ...GRANT, ...(await makeAssertion(key, id, aud)) }, {}, changes));
    expect(await ask(at)).toMatchObject({ status: 200 });
    expect(await ask("http://other.example.com/oauth2/token")).toEqual(failed);
    // Known here is that pool alone.
    expect(await read(post(at, { ...GRANT, ...(await makeAssertion(key, client, at)) }, {}, changes))).toEqual(failed);
  });

  test.each([
    ["nbf 8 seconds ahead", () => ({ nbf: seconds() + 8 })],
    ["iat 8 seconds ahead", () => ({ iat: seconds() + 8 })],
    ["exp 5 seconds ago", () => ({ exp: seconds() - 5 })],
    ["exp 10 minutes ahead", () => ({ exp: seconds() + 600 })],
    ["no iat", () => ({ iat: undefined })],
    ["claims that nobody knows", () => ({ constructor: "x", scope: "admin" })],
  ])("[RFC 7523 §3] is good with %s", async (_, claims) => {
    expect(await takeBy(claims())).toMatchObject({ status: 200 });
  });

  test.each([
    ["another issuer", () => ({ iss: "https://evil.example" })],
    ["no issuer", () => ({ iss: undefined })],
    ["another subject", () => ({ sub: "somebody" })],
    ["no subject", () => ({ sub: undefined })],
    ["a subject that is no text", () => ({ sub: [client] })],
    ["the audience of another server", () => ({ aud: "https://other.example" })],
    ["another pool as audience", () => ({ aud: `${ORIGIN}/us-east-1_AAAAAAAAA` })],
    ["the endpoint of pushed requests as audience", () => ({ aud: `${ORIGIN}/oauth2/par` })],
    ["a list as audience", () => ({ aud: [issuer] })],
    ["a list with others as audience", () => ({ aud: ["https://other.example", issuer] })],
    ["an audience that goes on", () => ({ aud: `${issuer}/` })],
    ["no audience", () => ({ aud: undefined })],
    ["an end 5 minutes ago", () => ({ exp: seconds() - 300 })],
    ["no end", () => ({ exp: undefined })],
    ["an end that is no number", () => ({ exp: "tomorrow" })],
    ["an end more than 10 minutes ahead", () => ({ exp: seconds() + 660 })],
    ["a start more than 60 seconds ahead", () => ({ nbf: seconds() + 61 })],
    ["a making more than 60 seconds ahead", () => ({ iat: seconds() + 61 })],
    ["no id", () => ({ jti: undefined })],
    ["an empty id", () => ({ jti: "" })],
    ["an id that is no text", () => ({ jti: 7 })],
    ["an id of any length", () => ({ jti: "x".repeat(257) })],
  ])("[RFC 7523 §3] is refused with %s", async (_, claims) => {
    expect(await takeBy(claims())).toEqual(failed);
  });

  test("is refused with another signature than that of a registered key", async () => {
    const stranger = await makeKey();
    const { client_assertion = "", ...type } = await makeAssertion(key, client, issuer);
    const [header, payload, signature = ""] = client_assertion.split(".");
    const changed = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const none = new UnsecuredJWT({ jti: "1" }).setIssuer(client).setSubject(client).setAudience(issuer);
    const sent = [
      `${header}.${payload}.${changed}`,
      `${header}.${payload}.`,
      none.setExpirationTime("1m").encode(),
      "a.b.c",
      "",
      "x",
    ];
    for (const each of sent) {
      const answer = await take({ client_id: client, ...type, client_assertion: each });
      // Without a value it is none (RFC 6749 §3.2).
      expect(answer).toMatchObject(each === "" ? { error: "invalid_request" } : failed);
    }
    expect(await takeBy({}, {}, stranger)).toEqual(failed);
  });

  test("[RFC 8725 §3.1, §3.10] is judged by registered keys alone, whatever its header brings along", async () => {
    const stranger = await makeKey();
    const fetched = vi.spyOn(globalThis, "fetch");
    for (const header of [
      { jwk: stranger.jwk },
      { jku: "https://evil.example/jwks.json" },
      { x5u: "https://evil.example/certificate" },
      { kid: "../../etc/passwd" },
    ]) {
      expect(await takeBy({}, header, stranger)).toEqual(failed);
    }
    expect(fetched).not.toHaveBeenCalled();
  });

  test("[RFC 8725 §2.1] is refused with a MAC whose key is the public key", async () => {
    const own = await makeKey("RS256");
    const id = await withKeys(pool, { Jwks: setOf(own) });
    const spki = await exportSPKI((await importJWK(own.jwk, "RS256", { extractable: true })) as CryptoKey);
    const client_assertion = await new SignJWT({ jti: "1" })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(issuer)
      .setExpirationTime("1m")
      .sign(new TextEncoder().encode(spki));
    const { client_assertion_type = "" } = await makeAssertion(own, id, issuer);
    expect(await take({ client_assertion, client_assertion_type })).toEqual(failed);
  });

  test("[RFC 7517 §4.4] is refused with another algorithm than the key was registered for", async () => {
    const own = await makeKey("RS256");
    const id = await withKeys(pool, { Jwks: JSON.stringify({ keys: [{ ...own.jwk, alg: "PS256" }] }) });
    expect(await take(await makeAssertion(own, id, issuer))).toEqual(failed);
    const same = { ...own, alg: "PS256", privateKey: (await importJWK(own.secret, "PS256")) as CryptoKey };
    expect(await take(await makeAssertion(same, id, issuer))).toMatchObject({ status: 200 });
  });

  test("chooses among several keys by kid", async () => {
    const [one, two] = [await makeKey(), await makeKey()];
    const keys = [
      { ...one.jwk, kid: "one" },
      { ...two.jwk, kid: "two" },
    ];
    const id = await withKeys(pool, { Jwks: JSON.stringify({ keys }) });
    expect(await take(await makeAssertion(two, id, issuer, {}, { kid: "two" }))).toMatchObject({ status: 200 });
    expect(await take(await makeAssertion(two, id, issuer, {}, { kid: "one" }))).toEqual(failed);
  });

  test.each(["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt-bearer"])(
    "[RFC 7521 §4.2] is refused as of the type %j",
    async (client_assertion_type) => {
      expect(await take({ ...(await makeAssertion(key, client, issuer)), client_assertion_type })).toEqual(failed);
    },
  );

  test("of unknown clients, and of those that have no keys, is refused alike", async () => {
    const { id } = await makeMachine(pool);
    const { ClientId: open } = await makeClient(pool);
    for (const other of [id, open, "a".repeat(26), "no/id"]) {
      expect(await take(await makeAssertion(key, other, issuer))).toEqual(failed);
    }
  });

  test("[RFC 6749 §2.3] stands alone", async () => {
    const assertion = await makeAssertion(key, client, issuer);
    const malformed = { status: 400, error: "invalid_request" };
    expect(await take({ ...assertion, client_secret: "x" })).toMatchObject(malformed);
    expect(await take(assertion, basic(client, "x"))).toMatchObject(malformed);
    const { client_assertion_type = "" } = assertion;
    expect(await take({ client_id: client, client_assertion_type })).toMatchObject(malformed);
    expect(await take({ client_assertion_type }, basic(client, "x"))).toMatchObject(malformed);
    // None of which has spent it.
    expect(await take(assertion)).toMatchObject({ status: 200 });
  });
});

describe("[RFC 7523 §3] an assertion that was used", () => {
  test("is refused, at any endpoint", async () => {
    const assertion = await makeAssertion(key, client, issuer);
    expect(await take(assertion)).toMatchObject({ status: 200 });
    expect(await take(assertion)).toEqual(failed);
    const elsewhere = read(post("/oauth2/introspect", { token: "x", ...assertion }));
    expect(await elsewhere).toMatchObject({ status: 401, error: "invalid_client" });
  });

  test("is refused to all but one of a hundred at once", async () => {
    const assertion = await makeAssertion(key, client, issuer);
    const answers = await Promise.all(Array.from({ length: 100 }, () => take(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === "invalid_client")).toHaveLength(99);
  });

  test("is refused by its id, however it is signed again", async () => {
    const jti = crypto.randomUUID();
    expect(await takeBy({ jti })).toMatchObject({ status: 200 });
    expect(await takeBy({ jti, exp: seconds() + 120 })).toEqual(failed);
  });

  test("does not take its id from other clients", async () => {
    const jti = crypto.randomUUID();
    const other = await withKeys(pool, { Jwks: setOf(key) });
    expect(await takeBy({ jti })).toMatchObject({ status: 200 });
    expect(await take(await makeAssertion(key, other, issuer, { jti }))).toMatchObject({ status: 200 });
  });

  test("is refused until it ends, tolerance included", async () => {
    const exp = seconds() + 600;
    const assertion = await makeAssertion(key, client, issuer, { exp });
    expect(await take(assertion)).toMatchObject({ status: 200 });
    vi.useFakeTimers({ toFake: ["Date"], now: (exp + 9) * 1000 });
    await forget();
    expect(await take(assertion)).toEqual(failed);
  });

  test("spends nothing else: the code that came with it stays good", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration: { Jwks: setOf(key) } });
    const person = new Person();
    await person.visit(authorizeUrl(ClientId));
    await person.submit({ username: "ada", password: PASSWORD });
    const fields = {
      grant_type: "authorization_code",
      redirect_uri: CALLBACK,
      code: person.sentToClient().code as string,
    };
    const used = await makeAssertion(key, ClientId, issuer);
    expect(await take({ ...used, ...fields, code: "x" })).toMatchObject({ error: "invalid_grant" });
    expect(await take({ ...used, ...fields })).toEqual(failed);
    expect(await take({ ...(await makeAssertion(key, ClientId, issuer)), ...fields })).toMatchObject({ status: 200 });
  });
});

describe("a client with keys", () => {
  test("is confidential: it is nobody without its assertion", async () => {
    for (const fields of [{ client_id: client }, { client_id: client, client_secret: "x".repeat(51) }]) {
      expect(await take(fields)).toEqual(failed);
    }
    expect(await take({}, basic(client, ""))).toEqual(failed);
  });

  test("takes either where it has a secret, too", async () => {
    const { ClientId, ClientSecret = "" } = await makeClient(pool, {
      ...MACHINE,
      OAuthConfiguration: { Jwks: setOf(key) },
    });
    expect(await take(await makeAssertion(key, ClientId, issuer))).toMatchObject({ status: 200 });
    expect(await take({}, basic(ClientId, ClientSecret))).toMatchObject({ status: 200 });
    expect(await take({ client_id: ClientId })).toEqual(failed);
  });

  test("may introspect, and revoke, by its assertion alone", async () => {
    const { access_token } = await takeBy();
    const ask = async (path: string, proof: Fields) => read(post(path, { token: access_token, ...proof }));
    expect(await ask("/oauth2/introspect", await makeAssertion(key, client, issuer))).toMatchObject({
      status: 200,
      active: true,
      token_type: "Bearer",
    });
    for (const path of ["/oauth2/introspect", "/oauth2/revoke"]) {
      expect(await ask(path, { client_id: client })).toEqual({ ...failed, status: 401 });
    }
    expect(await ask("/oauth2/revoke", await makeAssertion(key, client, issuer))).toMatchObject({
      error: "unsupported_token_type",
    });
  });

  test("may be given the client credentials grant, and keeps its keys as long", async () => {
    const OAuthConfiguration = {};
    const lost = call("UpdateUserPoolClient", {
      UserPoolId: pool,
      ClientId: client,
      ...MACHINE,
      OAuthConfiguration,
    });
    await expect(lost).rejects.toMatchObject({ name: "InvalidOAuthFlowException" });
    await expect(withKeys(pool, {})).rejects.toMatchObject({ name: "InvalidOAuthFlowException" });
  });

  test("needs no code challenge where public clients do", async () => {
    const place = await makePool({ OAuthConfiguration: { Conformance: "OPENID" } });
    const person = new Person();
    const { ClientId } = await makeWebClient(place, { OAuthConfiguration: { Jwks: setOf(key) } });
    await person.visit(authorizeUrl(ClientId));
    expect(person.html).toContain("password");
    await person.visit(authorizeUrl((await makeWebClient(place)).ClientId));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
  });

  test("signs people in at the pages, where no client proves itself", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration: { Jwks: setOf(key) } });
    const person = new Person();
    await person.visit(authorizeUrl(ClientId));
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("cannot pass for a public one at the API, which takes no assertion", async () => {
    const OAuthConfiguration = { Jwks: setOf(key) };
    const { ClientId, ClientSecret = "" } = await makeClient(pool, { OAuthConfiguration, GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret, "ada", ClientId);
    const { RefreshToken } = (await signIn(ClientId, "ada", PASSWORD, { SECRET_HASH })).AuthenticationResult;
    await expect(signIn(ClientId, "ada")).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const bare = (await makeClient(pool, { OAuthConfiguration })).ClientId;
    await expect(signIn(bare, "ada")).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const asPublic = call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
    await expect(asPublic).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const revoked = call("RevokeToken", { ClientId: bare, Token: RefreshToken });
    await expect(revoked).rejects.toMatchObject({ name: "UnauthorizedException" });
  });
});

test("an assertion costs one hop, and nothing while it is refused by its looks", async () => {
  await takeBy({ scope: `${API}/read` });
  const assertion = await makeAssertion(key, client, issuer);
  const costs = await costsOf(async () => {
    await take(assertion);
    await takeBy({ exp: seconds() - 300 });
  });
  expect(costs.map(({ hops }) => hops)).toEqual([1, 0]);
});
