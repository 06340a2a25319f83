import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { makeClient, makePool, ORIGIN } from "../../client.ts";
import { type Key, makeAssertion, makeKey, setOf } from "../../endpoints/oauth/keys.ts";
import { type Fields, MACHINE, makeApi, post, read } from "../../endpoints/oauth/requests.ts";

const GRANT = { grant_type: "client_credentials" };
const failed = { status: 400, error: "invalid_client", error_description: "Client authentication failed." };

let pool: string;
let issuer: string;
let key: Key;

beforeAll(async () => {
  pool = await makePool();
  issuer = `${ORIGIN}/${pool}`;
  await makeApi(pool);
  key = await makeKey();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const withKeys = async (place: string, OAuthConfiguration: object): Promise<string> =>
  (await makeClient(place, { ...MACHINE, GenerateSecret: false, OAuthConfiguration })).ClientId;

const take = (fields: Fields) => read(post("/oauth2/token", { ...GRANT, ...fields }));

describe("keys behind an address", () => {
  const uri = () => `https://keys.test/${crypto.randomUUID()}.json`;
  const answerWith = (answer: () => Response) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(answer()));
  const json = (text: string, init?: ResponseInit) => () => new Response(text, init);

  test("are fetched once for many assertions, without following redirects", async () => {
    const JwksURI = uri();
    const fetched = answerWith(json(setOf(key)));
    const id = await withKeys(pool, { JwksURI });
    for (let i = 0; i < 3; i++) expect(await take(await makeAssertion(key, id, issuer))).toMatchObject({ status: 200 });
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(fetched.mock.calls[0]?.[0]).toBe(JwksURI);
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({ redirect: "manual", signal: expect.any(AbortSignal) });
  });

  test("are fetched again for a key that is new, and not more than twice a minute", async () => {
    const next = { ...(await makeKey()), kid: "next" };
    const first = { ...(await makeKey()), kid: "first" };
    const published = [{ ...first.jwk, kid: "first" }];
    const fetched = answerWith(() => new Response(JSON.stringify({ keys: published })));
    const id = await withKeys(pool, { JwksURI: uri() });
    const ask = async (by: Key & { kid: string }) => take(await makeAssertion(by, id, issuer, {}, { kid: by.kid }));
    expect(await ask(first)).toMatchObject({ status: 200 });
    published.push({ ...next.jwk, kid: "next" });
    expect(await ask(next)).toEqual(failed);
    expect(fetched).toHaveBeenCalledTimes(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    expect(await ask(next)).toMatchObject({ status: 200 });
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  test.each([
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://keys.test/other" } })],
    ["a fault", () => new Response("no", { status: 500 })],
    ["what is no set", () => new Response("[]")],
    ["what is no JSON", () => new Response("<html>")],
    ["more than 64 KiB", () => new Response(setOf(key).replace("{", `{"padding":"${"x".repeat(65_536)}",`))],
    ["nothing in time", () => Promise.reject(new DOMException("The operation timed out.", "TimeoutError"))],
  ])("prove nobody where there is %s", async (_, answer) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
    const id = await withKeys(pool, { JwksURI: uri() });
    expect(await take(await makeAssertion(key, id, issuer))).toEqual(failed);
  });

  test("are left alone for five seconds after they could not be had, whoever sends assertions", async () => {
    let answer = () => new Response("no", { status: 503 });
    const fetched = answerWith(() => answer());
    const id = await withKeys(pool, { JwksURI: uri() });
    const ask = async () => take(await makeAssertion(key, id, issuer));
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now });
    for (const fault of [() => new Response("[]"), () => new Response("<html>"), answer]) {
      answer = fault;
      const before = fetched.mock.calls.length;
      for (let i = 0; i < 5; i++) expect(await ask()).toEqual(failed);
      expect(fetched.mock.calls.length - before).toBe(1);
      vi.setSystemTime(Date.now() + 5_000);
    }
    answer = json(setOf(key));
    expect(await ask()).toMatchObject({ status: 200 });
  });

  test("keep proving their client while a key that is new cannot be had", async () => {
    const known = { ...(await makeKey()), kid: "known" };
    const set = JSON.stringify({ keys: [{ ...known.jwk, kid: "known" }] });
    let answer = json(set);
    const fetched = answerWith(() => answer());
    const id = await withKeys(pool, { JwksURI: uri() });
    const ask = async (kid: string) => take(await makeAssertion(known, id, issuer, {}, { kid }));
    expect(await ask("known")).toMatchObject({ status: 200 });
    answer = () => new Response("no", { status: 503 });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    for (let i = 0; i < 5; i++) expect(await ask("unknown")).toEqual(failed);
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(await ask("known")).toMatchObject({ status: 200 });
  });

  test("may be on the same machine over plain HTTP", async () => {
    const fetched = answerWith(json(setOf(key)));
    const id = await withKeys(pool, { JwksURI: `http://127.0.0.1:9/${crypto.randomUUID()}` });
    expect(await take(await makeAssertion(key, id, issuer))).toMatchObject({ status: 200 });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test("are not asked for where no assertion comes, or one of another client", async () => {
    const fetched = answerWith(json(setOf(key)));
    const id = await withKeys(pool, { JwksURI: uri() });
    expect(await take({ client_id: id })).toEqual(failed);
    const other = await withKeys(pool, { Jwks: setOf(key) });
    expect(await take({ ...(await makeAssertion(key, other, issuer)), client_id: id })).toEqual(failed);
    expect(fetched).not.toHaveBeenCalled();
  });
});
