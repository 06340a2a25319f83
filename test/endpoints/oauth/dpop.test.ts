// Proofs that whoever asks holds a key (RFC 9449, OAuth 2.0 Demonstrating Proof of Possession).
import { decodeJwt, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { call, makePool, ORIGIN } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { dpop, type Key, makeKey, makeProof, seconds } from "./keys.ts";
import { basic, type Fields, makeApi, makeMachine, type Machine, post, read } from "./requests.ts";

const PATH = "/oauth2/token";
const GRANT = { grant_type: "client_credentials" };
const badProof = { status: 400, error: "invalid_dpop_proof" };

let pool: string;
let machine: Machine;
let key: Key;
let other: Key;

beforeAll(async () => {
  pool = await makePool();
  await makeApi(pool);
  machine = await makeMachine(pool);
  [key, other] = await Promise.all([makeKey(), makeKey()]);
});
afterEach(() => void vi.useRealTimers());

/** Asks for a machine's token with this header. */
const take = (headers: Fields, to = PATH) =>
  read(post(to, GRANT, { ...basic(machine.id, machine.secret), ...headers }));

/** Lets the objects forget what they need not remember any more. */
const forget = () =>
  Promise.all(Array.from({ length: 32 }, (_, n) => runDurableObjectAlarm(env.CHALLENGES.getByName(`proofs-${n}`))));

const cnfOf = (token: string): unknown => decodeJwt(token).cnf;

describe("a proof", () => {
  test.each(["ES256", "PS256", "RS256", "EdDSA", "Ed25519"])(
    "[RFC 9449 §6.1] by %s binds the access token to its key",
    async (alg) => {
      const own = await makeKey(alg);
      const { status, token_type, access_token } = await take(await dpop(own));
      expect({ status, token_type }).toEqual({ status: 200, token_type: "DPoP" });
      expect(cnfOf(access_token)).toEqual({ jkt: own.jkt });
    },
  );

  test("[RFC 9449 §5] is not needed: without one the token is a bearer's", async () => {
    const { token_type, access_token } = await take({});
    expect([token_type, cnfOf(access_token)]).toEqual(["Bearer", undefined]);
  });

  test("[RFC 9449 §6.2] shows at introspection", async () => {
    const { access_token: token } = await take(await dpop(key));
    const answer = await read(post("/oauth2/introspect", { token }, basic(machine.id, machine.secret)));
    expect(answer).toMatchObject({ active: true, token_type: "DPoP", cnf: { jkt: key.jkt } });
  });

  test.each([
    ["made 10 seconds ago", () => ({ iat: seconds() - 10 })],
    ["made in 10 seconds", () => ({ iat: seconds() + 10 })],
    ["with a start and an end", () => ({ nbf: seconds(), exp: seconds() + 300 })],
    ["with a nonce that nobody asked for", () => ({ nonce: "x" })],
    ["for an access token that is not presented", () => ({ ath: "x" })],
  ])("[RFC 9449 §4.3, §11.1] is good when %s", async (_, claims) => {
    expect(await take(await dpop(key, claims()))).toMatchObject({ status: 200 });
  });

  test.each([
    ["a query and a fragment", `${ORIGIN}${PATH}?a=b#c`],
    ["scheme and host in another case", "HTTP://LIMEN.Test/oauth2/token"],
    ["the port that is the scheme's", "http://limen.test:80/oauth2/token"],
    ["escapes that need not be", "http://limen.test/%6Fauth2/t%6fken"],
    ["a path to be resolved", "http://limen.test/x/../oauth2/./token"],
  ])("[RFC 9449 §4.3] is good when its address has %s", async (_, htu) => {
    expect(await take(await dpop(key, { htu }))).toMatchObject({ status: 200 });
  });

  test.each([
    ["another host", "http://other.test/oauth2/token"],
    ["another scheme", "https://limen.test/oauth2/token"],
    ["another port", "http://limen.test:8080/oauth2/token"],
    ["another path", `${ORIGIN}/oauth2/par`],
    ["a path in another case", `${ORIGIN}/OAuth2/token`],
    ["a longer path", `${ORIGIN}/oauth2/token/`],
    ["an escaped slash", `${ORIGIN}/oauth2%2Ftoken`],
    ["user information", "http://a:b@limen.test/oauth2/token"],
    ["no host", "/oauth2/token"],
    ["no web", "urn:limen.test:oauth2:token"],
    ["nothing", ""],
    ["no text", 7],
  ])("[RFC 9449 §4.3] is refused when its address has %s", async (_, htu) => {
    expect(await take(await dpop(key, { htu }))).toMatchObject(badProof);
  });

  test("[RFC 9449 §4.3] is made for the host where it arrives", async () => {
    const at = `http://acme.login.test${PATH}`;
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "acme" });
    const ask = async (htu: string) =>
      read(
        post(
          at,
          GRANT,
          { ...basic(machine.id, machine.secret), ...(await dpop(key, { htu })) },
          { DOMAIN_SUFFIX: "login.test" },
        ),
      );
    expect(await ask(at)).toMatchObject({ status: 200 });
    expect(await ask(`${ORIGIN}${PATH}`)).toMatchObject(badProof);
  });

  test.each([
    ["without typ", {}, { typ: undefined }],
    ["of another typ", {}, { typ: "JWT" }],
    ["without key", {}, { jwk: undefined }],
    ["with a key that is none", {}, { jwk: "x" }],
    ["without jti", { jti: undefined }, {}],
    ["with an empty jti", { jti: "" }, {}],
    ["with a jti that is no text", { jti: 7 }, {}],
    ["with a jti of any length", { jti: "x".repeat(257) }, {}],
    ["without htm", { htm: undefined }, {}],
    ["for another method", { htm: "GET" }, {}],
    ["for the method in another case", { htm: "post" }, {}],
    ["without htu", { htu: undefined }, {}],
    ["without iat", { iat: undefined }, {}],
    ["with an iat that is no number", { iat: "now" }, {}],
  ])("[RFC 9449 §4.3] is refused %s", async (_, claims, header) => {
    expect(await take(await dpop(key, claims, header))).toMatchObject(badProof);
  });

  test.each([
    ["an hour ago", -3_600],
    ["in an hour", 3_600],
    ["six minutes ago", -360],
    ["in two minutes", 120],
  ])("[RFC 9449 §11.1] is refused when it was made %s", async (_, away) => {
    expect(await take(await dpop(key, { iat: seconds() + away }))).toMatchObject(badProof);
  });

  test("[RFC 7519 §4.1.4, §4.1.5] is refused after its end, and before its start", async () => {
    expect(await take(await dpop(key, { exp: seconds() - 100 }))).toMatchObject(badProof);
    expect(await take(await dpop(key, { nbf: seconds() + 100 }))).toMatchObject(badProof);
  });

  test("[RFC 9449 §4.3] is refused with another signature than its key's, or with none", async () => {
    const proof = await makeProof(key);
    const [header, payload, signature = ""] = proof.split(".");
    const changed = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const claims = { htm: "POST", htu: `${ORIGIN}${PATH}`, iat: seconds(), jti: "1" };
    const [head, ...rest] = new UnsecuredJWT(claims).encode().split(".");
    const encode = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
    expect(head).toBe(encode({ alg: "none" }));
    const none = [encode({ typ: "dpop+jwt", alg: "none", jwk: key.jwk }), ...rest].join(".");
    for (const each of [
      `${header}.${payload}.${changed}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      none,
      "",
      "x",
      "a.b.c",
    ]) {
      expect(await take({ dpop: each })).toMatchObject(badProof);
    }
    expect(await take(await dpop(key, {}, { jwk: other.jwk }))).toMatchObject(badProof);
    expect(await take({ dpop: proof })).toMatchObject({ status: 200 });
  });

  test("[RFC 9449 §4.3] is refused with a symmetric key or algorithm", async () => {
    const claims = { htm: "POST", htu: `${ORIGIN}${PATH}`, iat: seconds() };
    const own = await makeKey("RS256");
    const spki = await exportSPKI((await importJWK(own.jwk, "RS256", { extractable: true })) as CryptoKey);
    const tries: [JWK, Uint8Array][] = [
      [{ kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }, new Uint8Array(32)],
      [own.jwk, new TextEncoder().encode(spki)],
    ];
    for (const [jwk, secret] of tries) {
      const header = { typ: "dpop+jwt", alg: "HS256", jwk: jwk as never };
      const proof = new SignJWT({ ...claims, jti: crypto.randomUUID() }).setProtectedHeader(header);
      expect(await take({ dpop: await proof.sign(secret) })).toMatchObject(badProof);
    }
  });

  test.each(["ES256", "RS256", "EdDSA"])("[RFC 9449 §4.3] is refused with the private %s key in it", async (alg) => {
    const own = await makeKey(alg);
    expect(await take(await dpop(own, {}, { jwk: own.secret }))).toMatchObject(badProof);
    const { d: _, ...rest } = own.secret;
    if (alg === "RS256") expect(await take(await dpop(own, {}, { jwk: rest }))).toMatchObject(badProof);
  });

  test.each(["ES384", "PS512", "RS512"])("[RFC 9449 §11.6] is refused when signed by %s", async (alg) => {
    expect(await take(await dpop(await makeKey(alg)))).toMatchObject(badProof);
  });

  test("is refused when it is longer than any key needs", async () => {
    expect(await take(await dpop(key, { padding: "x".repeat(4_096) }))).toMatchObject(badProof);
  });

  test("[RFC 9449 §4.3] is refused beside another", async () => {
    const headers = new Headers({
      "content-type": "application/x-www-form-urlencoded",
      ...basic(machine.id, machine.secret),
    });
    headers.append("dpop", await makeProof(key));
    headers.append("dpop", await makeProof(key));
    const body = new URLSearchParams(GRANT).toString();
    expect(await read(get(PATH, { method: "POST", body, headers }))).toMatchObject(badProof);
  });

  test("is looked at after the client has proved itself", async () => {
    const answer = await read(post(PATH, GRANT, { ...basic(machine.id, "x"), dpop: "x" }));
    expect(answer).toMatchObject({ error: "invalid_client" });
  });

  test("[Fetch standard, CORS] may be sent by scripts of any origin", async () => {
    const headers = {
      origin: "https://app.example.com",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,dpop",
    };
    for (const path of [PATH, "/oauth2/par"]) {
      const answer = await get(path, { method: "OPTIONS", headers });
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-headers")).toBe("content-type,dpop");
    }
  });
});

describe("[RFC 9449 §11.1] a proof that was used", () => {
  const usedBefore = { ...badProof, error_description: "The DPoP proof was used before." };

  test("is refused", async () => {
    const headers = await dpop(key);
    expect(await take(headers)).toMatchObject({ status: 200 });
    expect(await take(headers)).toEqual(usedBefore);
  });

  test("is refused to all but one of a hundred at once", async () => {
    const headers = await dpop(key);
    const answers = await Promise.all(Array.from({ length: 100 }, () => take(headers)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === "invalid_dpop_proof")).toHaveLength(99);
  });

  test("is refused by its id, however it is signed again, and as long as it could count", async () => {
    const jti = crypto.randomUUID();
    const iat = seconds() + 50;
    const headers = await dpop(key, { jti, iat });
    expect(await take(headers)).toMatchObject({ status: 200 });
    expect(await take(await dpop(key, { jti }))).toEqual(usedBefore);
    vi.useFakeTimers({ toFake: ["Date"], now: (iat + 299) * 1000 });
    await forget();
    expect(await take(headers)).toEqual(usedBefore);
    vi.setSystemTime((iat + 301) * 1000);
    expect(await take(headers)).toMatchObject(badProof);
  });

  test("does not take its id from other keys", async () => {
    const jti = crypto.randomUUID();
    expect(await take(await dpop(key, { jti }))).toMatchObject({ status: 200 });
    expect(await take(await dpop(other, { jti }))).toMatchObject({ status: 200 });
  });

  test("is not used up by a request that is refused for what it asks", async () => {
    const headers = { ...basic(machine.id, machine.secret), ...(await dpop(key)) };
    expect(await read(post(PATH, { ...GRANT, scope: "none" }, headers))).toMatchObject({ error: "invalid_scope" });
    expect(await read(post(PATH, GRANT, headers))).toMatchObject({ status: 200 });
  });
});

test("a proof costs a machine one hop, and nothing while it does not count", async () => {
  await take(await dpop(key));
  const [good, bad] = [await dpop(key), await dpop(key, { htm: "GET" })];
  const costs = await costsOf(async () => {
    await take(good);
    await take(bad);
  });
  expect(costs.map(({ event, hops }) => [event, hops])).toEqual([
    ["operation", 1],
    ["refused", 0],
  ]);
});

test("no proof and no key of a client is written to the log", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const own = { ...key, privateKey };
  const proofs = [await dpop(key), await dpop(own), await dpop(key, { htu: "http://secret.test" })];
  for (const proof of proofs) await take(proof);
  const lines = log.mock.calls.map(([line]) => String(line)).join("\n");
  log.mockRestore();
  expect(lines).toContain("invalid_dpop_proof");
  for (const { dpop: proof } of proofs) expect(lines).not.toContain(proof.split(".")[2]);
  expect(lines).not.toContain("secret.test");
  expect(lines).not.toContain(machine.secret);
});
