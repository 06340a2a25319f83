import { beforeAll, describe, expect, it } from "vitest";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { basic, makeApi, makeMachine, post, read, takeToken } from "./requests.ts";

const PATH = "/oauth2/revoke";
let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane");
});

const tokensOf = async (ClientId = client) => (await signIn(ClientId, "jane")).AuthenticationResult;
const revoke = (token: string, client_id = client, more: object = {}) => post(PATH, { token, client_id, ...more });
const refresh = (refresh_token: string, client_id = client) =>
  read(post("/oauth2/token", { grant_type: "refresh_token", client_id, refresh_token }));
const getUser = (AccessToken: string) => call("GetUser", { AccessToken });

/** 200 without body, as Amplify needs it. */
async function expectDone(answer: Response): Promise<void> {
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  expect(answer.headers.get("content-length")).toBe("0");
  expect(answer.headers.has("content-type")).toBe(false);
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  expect(answer.headers.get("cache-control")).toContain("no-store");
}

describe("revocation", () => {
  it("[RFC 7009 §2.1] ends the token's whole family, its access tokens too, and no other family", async () => {
    const [one, two] = [await tokensOf(), await tokensOf()];
    await expectDone(await revoke(one.RefreshToken));
    expect(await refresh(one.RefreshToken)).toMatchObject({ error: "invalid_grant" });
    await expect(getUser(one.AccessToken)).rejects.toMatchObject({ message: "Access Token has been revoked" });
    expect(await getUser(two.AccessToken)).toMatchObject({ Username: "jane" });
    expect((await refresh(two.RefreshToken)).status).toBe(200);
  });

  it("[RFC 7009 §2.2] is done for tokens that are unknown or revoked already", async () => {
    const { RefreshToken } = await tokensOf();
    for (const token of [RefreshToken, RefreshToken, "nonsense", `${RefreshToken}x`])
      await expectDone(await revoke(token));
  });

  it("[RFC 7009 §2.1] does not need the hint, and minds no wrong one", async () => {
    for (const token_type_hint of ["access_token", "refresh_token", "nonsense"]) {
      const { RefreshToken } = await tokensOf();
      await expectDone(await revoke(RefreshToken, client, { token_type_hint }));
      expect(await refresh(RefreshToken)).toMatchObject({ error: "invalid_grant" });
    }
  });

  it("takes a token that rotation has replaced for its family", async () => {
    const settings = { ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"], RefreshTokenRotation: { Feature: "ENABLED" } };
    const { ClientId } = await makeClient(pool, settings);
    const { RefreshToken } = await tokensOf(ClientId);
    const { refresh_token } = await refresh(RefreshToken, ClientId);
    await expectDone(await revoke(RefreshToken, ClientId));
    expect(await refresh(refresh_token, ClientId)).toMatchObject({ error: "invalid_grant" });
  });

  it("takes one hop", async () => {
    const { RefreshToken } = await tokensOf();
    expect((await costsOf(() => revoke(RefreshToken))).map(({ hops }) => hops)).toEqual([1]);
  });
});

describe("refuses", () => {
  it("[RFC 7009 §2.2.1] access and ID tokens, also those of machines", async () => {
    const tokens = await tokensOf();
    await makeApi(pool);
    const machine = await read(takeToken(await makeMachine(pool)));
    for (const token of [tokens.AccessToken, tokens.IdToken, machine.access_token]) {
      expect(await read(revoke(token))).toMatchObject({ status: 400, error: "unsupported_token_type" });
    }
    expect(await getUser(tokens.AccessToken)).toMatchObject({ Username: "jane" });
  });

  it("[RFC 7009 §2.1] another client's token, of the same pool or not", async () => {
    const { RefreshToken } = await tokensOf();
    for (const other of [await makeClient(pool), await makeClient(await makePool())]) {
      expect(await read(revoke(RefreshToken, other.ClientId))).toMatchObject({ status: 400, error: "invalid_grant" });
    }
    expect((await refresh(RefreshToken)).status).toBe(200);
  });

  it("a client whose tokens cannot be revoked", async () => {
    const { ClientId } = await makeClient(pool, { EnableTokenRevocation: false });
    const { RefreshToken } = await tokensOf(ClientId);
    expect(await read(revoke(RefreshToken, ClientId))).toEqual({
      status: 400,
      error: "invalid_request",
      error_description: "Token revocation is not enabled for the client.",
    });
    expect((await refresh(RefreshToken, ClientId)).status).toBe(200);
  });

  it("a request without token", async () => {
    expect(await read(post(PATH, { client_id: client }))).toMatchObject({ status: 400, error: "invalid_request" });
  });

  it("a client that has not proved itself: 401, and nothing is revoked", async () => {
    const { ClientId, ClientSecret = "" } = await makeClient(pool, { GenerateSecret: true });
    const SECRET_HASH = await secretHash(ClientSecret, "jane", ClientId);
    const { RefreshToken } = (await signIn(ClientId, "jane", PASSWORD, { SECRET_HASH })).AuthenticationResult;
    const tries = [
      await revoke(RefreshToken, ClientId),
      await revoke(RefreshToken, ClientId, { client_secret: "x" }),
      await post(PATH, { token: RefreshToken }, basic(ClientId, "x")),
      await post(PATH, { token: RefreshToken }, basic("nobody", "x")),
    ];
    for (const answer of tries) {
      // RFC 9110 §11.6.1
      expect(answer.headers.get("www-authenticate")).toBe('Basic realm="oauth2", charset="UTF-8"');
      expect(await read(answer)).toEqual({
        status: 401,
        error: "invalid_client",
        error_description: "Client authentication failed.",
      });
    }
    await expectDone(await post(PATH, { token: RefreshToken }, basic(ClientId, ClientSecret)));
  });

  it("methods other than POST, and tells browsers' preflights so", async () => {
    expect((await get(PATH)).status).toBe(405);
    const headers = { "access-control-request-headers": "content-type,x-amz-user-agent" };
    const answer = await get(PATH, { method: "OPTIONS", headers });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-headers")).toBe("content-type,x-amz-user-agent");
  });
});
