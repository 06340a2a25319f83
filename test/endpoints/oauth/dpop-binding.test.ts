// What is bound to the key that a request has proved to hold (RFC 9449 §5, §10).
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { call, makePool, makeUser, ORIGIN, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, PKCE } from "../login/person.ts";
import { dpop, type Key, makeAssertion, makeKey, setOf } from "./keys.ts";
import { basic, type Fields, makeApi, makeMachine, type Machine, post, read, takeToken } from "./requests.ts";

const PATH = "/oauth2/token";
const GRANT = { grant_type: "client_credentials" };
const { verifier, ...CHALLENGE } = PKCE;
const badProof = { status: 400, error: "invalid_dpop_proof" };
const CODE_AND_PASSWORD = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];

let pool: string;
/** A public client, and a confidential one. */
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

async function codeFor(client = open, parameters: Fields = {}): Promise<string> {
  const person = new Person();
  await person.visit(authorizeUrl(client, { ...CHALLENGE, ...parameters }));
  await person.submit({ username: "ada", password: PASSWORD });
  return person.sentToClient().code as string;
}

const redeem = (code: string, headers: Fields = {}, more: Fields = { client_id: open }) =>
  read(
    post(
      PATH,
      { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: verifier, ...more },
      headers,
    ),
  );

const renew = (refresh_token: string, headers: Fields = {}, more: Fields = { client_id: open }) =>
  read(post(PATH, { grant_type: "refresh_token", refresh_token, ...more }, headers));

const cnfOf = (token: string): unknown => decodeJwt(token).cnf;

describe("a code", () => {
  test("[RFC 9449 §5] gives tokens bound to the key that redeems it, and refresh tokens to a public client", async () => {
    const tokens = await redeem(await codeFor(), await dpop(key));
    expect(tokens).toMatchObject({ status: 200, token_type: "DPoP" });
    expect(cnfOf(tokens.access_token)).toEqual({ jkt: key.jkt });
    expect(cnfOf(tokens.id_token)).toBeUndefined();
    expect(await renew(tokens.refresh_token, await dpop(key))).toMatchObject({ status: 200, token_type: "DPoP" });
  });

  test("[RFC 9449 §10] that names a key gives nothing to another, or to none, and stays good for its own", async () => {
    const code = await codeFor(open, { dpop_jkt: key.jkt });
    for (const headers of [{}, await dpop(other)]) {
      expect(await redeem(code, headers)).toMatchObject({ status: 400, error: "invalid_grant" });
    }
    expect(await redeem(code, await dpop(key))).toMatchObject({ status: 200, token_type: "DPoP" });
  });

  test.each(["x", "a".repeat(42), `${"a".repeat(42)}=`])("[RFC 9449 §10] names no key by %s", async (dpop_jkt) => {
    const person = new Person();
    await person.visit(authorizeUrl(open, { ...CHALLENGE, dpop_jkt }));
    expect(person.sentToClient()).toMatchObject({ error: "invalid_request" });
  });

  test("is not spent by a proof that does not count", async () => {
    const code = await codeFor();
    expect(await redeem(code, await dpop(key, { htm: "GET" }))).toMatchObject(badProof);
    expect(await redeem(code, await dpop(key))).toMatchObject({ status: 200 });
  });

  test("gives nothing for a proof that was used", async () => {
    const headers = await dpop(key);
    expect(await redeem(await codeFor(), headers)).toMatchObject({ status: 200 });
    const answer = await redeem(await codeFor(), headers);
    expect(answer).toMatchObject(badProof);
    expect(answer).not.toHaveProperty("access_token");
  });

  test("does not take back its tokens because the whole request is repeated, which proves nothing", async () => {
    const [code, headers] = [await codeFor(), await dpop(key)];
    const tokens = await redeem(code, headers);
    expect(await redeem(code, headers)).toMatchObject(badProof);
    expect(await renew(tokens.refresh_token, await dpop(key))).toMatchObject({ status: 200 });
  });
});

describe("a refresh token", () => {
  test("[RFC 9449 §5] of a public client is good with its key alone", async () => {
    const { refresh_token } = await redeem(await codeFor(), await dpop(key));
    for (const headers of [{}, await dpop(other)]) {
      expect(await renew(refresh_token, headers)).toMatchObject({ status: 400, error: "invalid_grant" });
    }
    const renewed = await renew(refresh_token, await dpop(key));
    expect(cnfOf(renewed.access_token)).toEqual({ jkt: key.jkt });
  });

  test("[RFC 9449 §5] of a public client is good nowhere else, either: the API asks for no proof", async () => {
    const { ClientId } = await makeWebClient(pool, { ExplicitAuthFlows: CODE_AND_PASSWORD });
    const { refresh_token } = await redeem(await codeFor(ClientId), await dpop(key), { client_id: ClientId });
    const AuthParameters = { REFRESH_TOKEN: refresh_token };
    for (const refused of [
      call("GetTokensFromRefreshToken", { ClientId, RefreshToken: refresh_token }),
      call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters }),
    ]) {
      await expect(refused).rejects.toMatchObject({ name: "NotAuthorizedException", message: "Invalid Refresh Token" });
    }
  });

  test("[RFC 9449 §5] of a confidential client may change its key, and leave it", async () => {
    const headers = basic(confidential.id, confidential.secret);
    const { refresh_token } = await redeem(await codeFor(confidential.id), { ...headers, ...(await dpop(key)) }, {});
    const changed = await renew(refresh_token, { ...headers, ...(await dpop(other)) }, {});
    expect(cnfOf(changed.access_token)).toEqual({ jkt: other.jkt });
    expect(await renew(refresh_token, headers, {})).toMatchObject({ status: 200, token_type: "Bearer" });
  });

  test("of a client that proves itself by a key of its own is bound to none, either", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration: { Jwks: setOf(key) } });
    const assertion = () => makeAssertion(key, ClientId, `${ORIGIN}/${pool}`);
    const { refresh_token } = await redeem(await codeFor(ClientId), await dpop(other), await assertion());
    expect(await renew(refresh_token, {}, await assertion())).toMatchObject({ status: 200, token_type: "Bearer" });
  });

  describe("that rotates", () => {
    const rotation = (RetryGracePeriodSeconds: number) => ({
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds },
    });

    test("is not traded for whoever lacks the key, and its family goes on", async () => {
      const client_id = (await makeWebClient(pool, rotation(0))).ClientId;
      const { refresh_token } = await redeem(await codeFor(client_id), await dpop(key), { client_id });
      for (const headers of [{}, await dpop(other)]) {
        expect(await renew(refresh_token, headers, { client_id })).toMatchObject({ error: "invalid_grant" });
      }
      const next = await renew(refresh_token, await dpop(key), { client_id });
      expect(next).toMatchObject({ status: 200, refresh_token: expect.any(String) });
      // Nor is the family ended by what was traded before, without the key.
      expect(await renew(refresh_token, await dpop(other), { client_id })).toMatchObject({ error: "invalid_grant" });
      expect(await renew(next.refresh_token, await dpop(key), { client_id })).toMatchObject({ status: 200 });
    });

    test("is bound by the first proof that comes with it", async () => {
      const client_id = (await makeWebClient(pool, rotation(0))).ClientId;
      const { refresh_token } = await redeem(await codeFor(client_id), {}, { client_id });
      const next = await renew(refresh_token, await dpop(key), { client_id });
      expect(cnfOf(next.access_token)).toEqual({ jkt: key.jkt });
      for (const headers of [{}, await dpop(other)]) {
        expect(await renew(next.refresh_token, headers, { client_id })).toMatchObject({ error: "invalid_grant" });
      }
      expect(await renew(next.refresh_token, await dpop(key), { client_id })).toMatchObject({ status: 200 });
    });

    test("is given again within its grace, to the key alone", async () => {
      const client_id = (await makeWebClient(pool, rotation(60))).ClientId;
      const { refresh_token } = await redeem(await codeFor(client_id), await dpop(key), { client_id });
      const [one, two] = [
        await renew(refresh_token, await dpop(key), { client_id }),
        await renew(refresh_token, await dpop(key), { client_id }),
      ];
      expect(two.refresh_token).toBe(one.refresh_token);
      expect(await renew(refresh_token, await dpop(other), { client_id })).toMatchObject({ error: "invalid_grant" });
    });

    test("is not traded by a request that somebody repeats", async () => {
      const client_id = (await makeWebClient(pool, rotation(0))).ClientId;
      const { refresh_token } = await redeem(await codeFor(client_id), await dpop(key), { client_id });
      const headers = await dpop(key);
      const next = await renew(refresh_token, headers, { client_id });
      expect(await renew(refresh_token, headers, { client_id })).toMatchObject(badProof);
      expect(await renew(next.refresh_token, await dpop(key), { client_id })).toMatchObject({ status: 200 });
    });
  });

  test("of a sign-in by the API gives bound access tokens, too", async () => {
    const client_id = (await makeWebClient(pool)).ClientId;
    const { RefreshToken } = (await signIn(client_id, "ada")).AuthenticationResult;
    const renewed = await renew(RefreshToken, await dpop(key), { client_id });
    expect([renewed.token_type, cnfOf(renewed.access_token)]).toEqual(["DPoP", { jkt: key.jkt }]);
  });
});

describe("[RFC 9449 §5.2] a client whose tokens are always bound", () => {
  const OAuthConfiguration = { RequireDPoP: true };

  test("is refused without a proof, whatever it asks, and spends nothing", async () => {
    const client_id = (await makeWebClient(pool, { OAuthConfiguration })).ClientId;
    const refused = { status: 400, error: "invalid_request", error_description: "The client must send a DPoP proof." };
    const code = await codeFor(client_id);
    expect(await redeem(code, {}, { client_id })).toEqual(refused);
    const tokens = await redeem(code, await dpop(key), { client_id });
    expect(tokens).toMatchObject({ status: 200, token_type: "DPoP" });
    expect(await renew(tokens.refresh_token, {}, { client_id })).toEqual(refused);
    await makeApi(pool);
    const bound = await makeMachine(pool, { OAuthConfiguration });
    expect(await read(takeToken(bound))).toEqual(refused);
    const headers = { ...basic(bound.id, bound.secret), ...(await dpop(key)) };
    expect(await read(post(PATH, GRANT, headers))).toMatchObject({ status: 200, token_type: "DPoP" });
  });

  test("is given none in the address", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration, AllowedOAuthFlows: ["code", "implicit"] });
    for (const response_type of ["token", "code token"]) {
      const person = new Person();
      await person.visit(authorizeUrl(ClientId, { response_type, nonce: "n" }));
      expect(person.sentToClient()).toMatchObject({ error: "unauthorized_client" });
    }
  });

  test("is given none by the API, which trades nothing, either", async () => {
    const { ClientId } = await makeWebClient(pool, { OAuthConfiguration });
    const refused = { name: "NotAuthorizedException", message: expect.stringMatching("bound to a key") };
    await expect(signIn(ClientId, "ada")).rejects.toMatchObject(refused);
    const { ClientId: id, ClientSecret = "" } = await makeWebClient(pool, {
      GenerateSecret: true,
      OAuthConfiguration,
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 0 },
    });
    const headers = basic(id, ClientSecret);
    const { refresh_token } = await redeem(await codeFor(id), { ...headers, ...(await dpop(key)) }, {});
    const given = { ClientId: id, ClientSecret, RefreshToken: refresh_token };
    await expect(call("GetTokensFromRefreshToken", given)).rejects.toMatchObject(refused);
    expect(await renew(refresh_token, { ...headers, ...(await dpop(key)) }, {})).toMatchObject({ status: 200 });
  });
});

test("a proof is not remembered for what is no refresh token of the client: anybody can make both", async () => {
  const headers = basic(confidential.id, confidential.secret);
  const foreign = (await redeem(await codeFor(confidential.id), headers, {})).refresh_token as string;
  const tries = [await dpop(key), await dpop(key)] as const;
  const costs = await costsOf(async () => {
    expect(await renew("x", tries[0])).toMatchObject({ error: "invalid_grant" });
    expect(await renew(foreign, tries[1])).toMatchObject({ error: "invalid_grant" });
  });
  expect(costs.map(({ hops }) => hops)).toEqual([0, 0]);
});

test("a proof costs nothing where a code is redeemed, and one hop where tokens are refreshed", async () => {
  await redeem(await codeFor());
  const [code, first, second] = [await codeFor(), await dpop(key), await dpop(key)];
  const costs = await costsOf(async () => {
    const { refresh_token } = await redeem(code, first);
    await renew(refresh_token, second);
  });
  expect(costs.map(({ event, hops }) => [event, hops])).toEqual([
    ["operation", 2],
    ["operation", 2],
  ]);
});
