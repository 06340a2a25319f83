import { beforeAll, describe, expect, test } from "vitest";
import { call, makeClient, makePool, ORIGIN } from "../../../client.ts";
import { type Key, makeAssertion, makeKey, setOf } from "../../../endpoints/oauth/keys.ts";
import { basic, type Fields, MACHINE, makeApi, makeMachine, post, read } from "../../../endpoints/oauth/requests.ts";

const GRANT = { grant_type: "client_credentials" };
const failed = { error: "invalid_client", error_description: "Client authentication failed." };

let pool: string;
let issuer: string;
let key: Key;

beforeAll(async () => {
  pool = await makePool();
  issuer = `${ORIGIN}/${pool}`;
  key = await makeKey();
});

describe("the status of invalid_client", () => {
  let strict: string;
  beforeAll(async () => {
    strict = await makePool({ OAuthConfiguration: { Conformance: "OPENID" } });
    await makeApi(strict);
  });

  test("[RFC 6749 §5.2] is 401 with a challenge in a pool that keeps to the standard, by whichever method", async () => {
    const OAuthConfiguration = { Jwks: setOf(key) };
    const id = (await makeClient(strict, { ...MACHINE, GenerateSecret: false, OAuthConfiguration })).ClientId;
    const machine = await makeMachine(strict);
    for (const [fields, headers] of [
      [{}, basic(machine.id, "x")],
      [{ client_id: machine.id, client_secret: "x" }, {}],
      [{ client_id: id }, {}],
      [await makeAssertion(key, id, "https://other.example"), {}],
    ] as [Fields, Fields][]) {
      const answer = await post("/oauth2/token", { ...GRANT, ...fields }, headers);
      expect(answer.headers.get("www-authenticate")).toBe('Basic realm="oauth2", charset="UTF-8"');
      expect(await read(answer)).toEqual({ ...failed, status: 401 });
    }
  });

  test("of a client that nobody knows is that of the host's pool, if it has one", async () => {
    await call("CreateUserPoolDomain", { UserPoolId: strict, Domain: "strict" });
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "plain" });
    const prefixes = { DOMAIN_SUFFIX: "login.test" };
    const sent: [Fields, Fields][] = [
      [{}, basic("nobody", "x")],
      [{}, { authorization: "Bearer x" }],
      [await makeAssertion(key, "nobody", issuer), {}],
    ];
    for (const [fields, headers] of sent) {
      const at = async (origin: string) =>
        (await post(`${origin}/oauth2/token`, { ...GRANT, ...fields }, headers, prefixes)).status;
      expect(await at("http://strict.login.test")).toBe(401);
      expect(await at("http://plain.login.test")).toBe(400);
      expect(await at(ORIGIN)).toBe(400);
    }
  });
});
