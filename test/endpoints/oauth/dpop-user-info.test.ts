import { beforeAll, describe, expect, test } from "vitest";
import { toBase64Url, utf8 } from "../../../src/lib/encoding.ts";
import { sha256 } from "../../../src/lib/hash.ts";
import { makePool, makeUser, ORIGIN, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../login/person.ts";
import { dpop, type Key, makeKey, seconds } from "./keys.ts";
import { type Fields, post, read } from "./requests.ts";

const PATH = "/oauth2/token";
let client: string;
let key: Key;
let other: Key;

beforeAll(async () => {
  const pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
  await makeUser(pool, "ada", { email: "ada@example.com" });
  [key, other] = await Promise.all([makeKey(), makeKey()]);
});

/** The access token that a person's sign-in gives to a request with these headers. */
async function tokenFor(headers: Fields = {}): Promise<string> {
  const person = new Person();
  await person.visit(authorizeUrl(client));
  await person.submit({ username: "ada", password: PASSWORD });
  const code = person.sentToClient().code as string;
  const fields = { grant_type: "authorization_code", client_id: client, code, redirect_uri: CALLBACK };
  return (await read(post(PATH, fields, headers))).access_token as string;
}

describe("[RFC 9449 §7] a bound token at userInfo", () => {
  const AT = "/oauth2/userInfo";
  const ALGORITHMS = 'algs="ES256 PS256 RS256 Ed25519 EdDSA"';
  let token: string;
  let plain: string;
  beforeAll(async () => {
    token = await tokenFor(await dpop(key));
    plain = await tokenFor();
  });

  const athOf = async (text: string) => toBase64Url(await sha256(utf8(text)));
  /** A proof for this request with the token. */
  const proofFor = async (by: Key = key, claims: object = {}) =>
    dpop(by, { htm: "GET", htu: `${ORIGIN}${AT}`, ath: await athOf(token), ...claims });
  const show = (headers: Fields, method = "GET") => get(AT, { method, headers });
  const withToken = (text = token, scheme = "DPoP") => ({ authorization: `${scheme} ${text}` });

  test("is good with a proof of its key, by GET and POST, the scheme in any case", async () => {
    for (const scheme of ["DPoP", "dpop", "DPOP"]) {
      const answer = await show({ ...withToken(token, scheme), ...(await proofFor()) });
      expect(await read(answer)).toMatchObject({ status: 200, email: "ada@example.com" });
    }
    expect((await show({ ...withToken(), ...(await proofFor(key, { htm: "POST" })) }, "POST")).status).toBe(200);
    for (const away of [-10, 10]) {
      expect((await show({ ...withToken(), ...(await proofFor(key, { iat: seconds() + away })) })).status).toBe(200);
    }
  });

  test("takes one hop", async () => {
    const headers = { ...withToken(), ...(await proofFor()) };
    const costs = await costsOf(() => show(headers));
    expect(costs.map(({ event, hops }) => [event, hops])).toEqual([["operation", 1]]);
  });

  test.each<[string, () => Promise<Fields>]>([
    ["no proof", () => Promise.resolve({})],
    ["what is none", () => Promise.resolve({ dpop: "x" })],
    ["two proofs", async () => ({ dpop: `${(await proofFor()).dpop}, ${(await proofFor()).dpop}` })],
    ["a proof for another method", () => proofFor(key, { htm: "POST" })],
    ["a proof for another address", () => proofFor(key, { htu: `${ORIGIN}${PATH}` })],
    ["a proof for no token", () => proofFor(key, { ath: undefined })],
    ["a proof for another token", async () => proofFor(key, { ath: await athOf(plain) })],
    ["a proof for the token itself, not hashed", () => proofFor(key, { ath: token })],
    ["a proof without jti", () => proofFor(key, { jti: undefined })],
    ["a proof of an hour ago", () => proofFor(key, { iat: seconds() - 3_600 })],
    ["a proof of an hour ahead", () => proofFor(key, { iat: seconds() + 3_600 })],
  ])("[RFC 9449 §7.1] is refused with %s", async (_, headers) => {
    const answer = await show({ ...withToken(), ...(await headers()) });
    expect(answer.headers.get("www-authenticate")).toMatch(/^DPoP error="invalid_dpop_proof", error_description="/);
    expect(answer.headers.get("www-authenticate")).toContain(ALGORITHMS);
    expect(answer.headers.get("access-control-expose-headers")).toBe("WWW-Authenticate");
    expect(await read(answer)).toMatchObject({ status: 401, error: "invalid_dpop_proof" });
  });

  test("[RFC 9449 §7.1] is refused with a proof of another key", async () => {
    const answer = await show({ ...withToken(), ...(await proofFor(other)) });
    expect(answer.headers.get("www-authenticate")).toMatch(/^DPoP error="invalid_token"/);
    expect(answer.status).toBe(401);
  });

  test("[RFC 9449 §7.2] is refused as a bearer's, with a proof or without, and told how it should come", async () => {
    for (const proof of [{}, await proofFor()]) {
      const answer = await show({ ...withToken(token, "Bearer"), ...proof });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(
        new RegExp(`^Bearer error="invalid_token", error_description="[^"]+", DPoP ${ALGORITHMS}$`),
      );
    }
    const body = new URLSearchParams({ access_token: token });
    expect((await get(AT, { method: "POST", body, headers: await proofFor(key, { htm: "POST" }) })).status).toBe(401);
  });

  test("[RFC 9449 §7.1] is what the scheme is for alone: a bearer's token is refused under it", async () => {
    const proof = await proofFor(key, { ath: await athOf(plain) });
    expect((await show({ ...withToken(plain), ...proof })).status).toBe(401);
    expect((await show(withToken(plain, "Bearer"))).status).toBe(200);
  });

  test("has its proof remembered, and nothing else has: anybody can make a proof for what is no token", async () => {
    const [head, , signature] = token.split(".");
    const forged = `${head}.${btoa(JSON.stringify({ cnf: { jkt: other.jkt } })).replaceAll("=", "")}.${signature}`;
    const tries = await Promise.all(
      [
        { text: "a.b.c", by: other },
        { text: forged, by: other },
        { text: token, by: other },
        { text: plain, by: other },
      ].map(async ({ text, by }) => ({ ...withToken(text), ...(await proofFor(by, { ath: await athOf(text) })) })),
    );
    const costs = await costsOf(async () => {
      for (const headers of tries) expect((await show(headers)).status).toBe(401);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([0, 0, 0, 0]);
  });

  test("[RFC 9449 §11.1] is shown for each proof once, to one of a hundred at once", async () => {
    const headers = { ...withToken(), ...(await proofFor()) };
    const answers = await Promise.all(Array.from({ length: 100 }, () => show(headers)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(99);
  });
});
