import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { call, makePool, makeUser, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import {
  authorizeUrl,
  CALLBACK,
  makeWebClient,
  Person,
  PKCE,
  setAttributes,
  WEB,
} from "../../endpoints/login/person.ts";
import { basic, type Fields, type Machine, post, read } from "../../endpoints/oauth/requests.ts";
import { get } from "../../fetch.ts";

const PATH = "/oauth2/token";
const { verifier, ...CHALLENGE } = PKCE;
/** The refusal of a code, which does not say why. */
const silent = { status: 400, error: "invalid_grant" };

let pool: string;
let client: Machine;
let open: string;

beforeAll(async () => {
  pool = await makePool();
  const made = await makeWebClient(pool, { GenerateSecret: true });
  client = { id: made.ClientId, secret: made.ClientSecret as string };
  open = (await makeWebClient(pool)).ClientId;
  await makeUser(pool, "ada", { email: "ada@example.com" });
});
afterEach(() => void vi.useRealTimers());

async function codeFor(parameters: Fields = {}, id = client.id, name = "ada"): Promise<string> {
  const person = new Person();
  await person.visit(authorizeUrl(id, parameters));
  await person.submit({ username: name, password: PASSWORD });
  const { code } = person.sentToClient();
  if (code === undefined) throw new Error(`no code: ${person.html}`);
  return code;
}

const redeemAs = ({ id, secret }: Machine, code: string, more: Fields = {}, changes: Record<string, unknown> = {}) =>
  read(
    post(PATH, { grant_type: "authorization_code", code, redirect_uri: CALLBACK, ...more }, basic(id, secret), changes),
  );
const redeem = (code: string, more: Fields = {}, changes: Record<string, unknown> = {}) =>
  redeemAs(client, code, more, changes);

const refresh = (refresh_token: string, more: Fields = {}) =>
  read(post(PATH, { grant_type: "refresh_token", refresh_token, ...more }, basic(client.id, client.secret)));

/** Whether tokens count anywhere. */
async function countAnywhere({ access_token, refresh_token }: Record<string, string>): Promise<boolean[]> {
  const headers = basic(client.id, client.secret);
  const userInfo = await get("/oauth2/userInfo", { headers: { authorization: `Bearer ${access_token}` } });
  const introspect = async (token = "") =>
    (await read(post("/oauth2/introspect", { token }, headers))).active as boolean;
  return [
    userInfo.status === 200,
    await introspect(access_token),
    await introspect(refresh_token),
    (await refresh(refresh_token as string)).status === 200,
  ];
}

const EVERYWHERE = [true, true, true, true];
const NOWHERE = [false, false, false, false];

/**
 * The database of a request that waits before or after it opens its session, which is the only batch of one statement that
 * redeeming a code has.
 */
function waiting(when: "before" | "after") {
  let reach!: () => void;
  let goOn!: () => void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const DB = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "batch") return (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target);
      return async (statements: D1PreparedStatement[]) => {
        if (statements.length > 1) return target.batch(statements);
        const results = when === "after" ? await target.batch(statements) : undefined;
        reach();
        await gate;
        return results ?? target.batch(statements);
      };
    },
  });
  return { DB, reached, goOn };
}

describe("a code", () => {
  test("[RFC 6749 §4.1.4] gives tokens of the sign-in that it came from", async () => {
    const code = await codeFor({ nonce: "n", scope: "openid email" });
    const tokens = await redeem(code);
    expect(tokens).toEqual({
      status: 200,
      id_token: expect.any(String),
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: 3_600,
      token_type: "Bearer",
      scope: "openid email",
    });
    const [id, access] = [decodeJwt(tokens.id_token), decodeJwt(tokens.access_token)];
    expect(id).toMatchObject({ aud: client.id, nonce: "n", email: "ada@example.com", auth_time: access.auth_time });
    expect(access).toMatchObject({ client_id: client.id, scope: "openid email", origin_jti: id.origin_jti });
    expect(await countAnywhere(tokens)).toEqual(EVERYWHERE);
  });

  test("[OpenID Connect Core 1.0 §3.1.3.3] gives no ID token where openid was not asked for", async () => {
    const tokens = await redeem(await codeFor({ scope: "aws.cognito.signin.user.admin" }));
    expect(tokens).toMatchObject({ status: 200, scope: "aws.cognito.signin.user.admin" });
    expect(tokens).not.toHaveProperty("id_token");
  });

  test("takes two hops", async () => {
    await redeem(await codeFor());
    const code = await codeFor(CHALLENGE);
    const costs = await costsOf(() => redeem(code, { code_verifier: verifier }));
    expect(costs.map(({ event, hops }) => [event, hops])).toEqual([["operation", 2]]);
  });

  test("is not given for anything that is none", async () => {
    const code = await codeFor();
    const altered = `${code.slice(0, -2)}${code.endsWith("AA") ? "BB" : "AA"}`;
    const { refresh_token } = await redeem(await codeFor());
    for (const each of ["x", altered, code.slice(1), `${code}=`, refresh_token]) {
      expect(await redeem(each)).toEqual(silent);
    }
    expect(await redeem(code)).toMatchObject({ status: 200 });
  });
});

describe("[RFC 6749 §4.1.2] a code that comes again", () => {
  test("gives nothing, and takes back what it gave: everywhere", async () => {
    const code = await codeFor();
    const tokens = await redeem(code);
    expect(await countAnywhere(tokens)).toEqual(EVERYWHERE);
    expect(await redeem(code)).toEqual(silent);
    expect(await countAnywhere(tokens)).toEqual(NOWHERE);
    expect(await redeem(code)).toEqual(silent);
  });

  test("takes back what was refreshed meanwhile", async () => {
    const code = await codeFor();
    const { refresh_token } = await redeem(code);
    const { access_token } = await refresh(refresh_token);
    await redeem(code);
    expect(await countAnywhere({ access_token, refresh_token })).toEqual(NOWHERE);
  });

  test("leaves other codes of the same person alone", async () => {
    const [one, two] = [await codeFor(), await codeFor()];
    const tokens = await redeem(two);
    await redeem(one);
    await redeem(one);
    expect(await countAnywhere(tokens)).toEqual(EVERYWHERE);
  });

  test("while its session is about to be opened leaves nothing to open", async () => {
    const code = await codeFor();
    const { DB, reached, goOn } = waiting("before");
    const first = redeem(code, {}, { DB });
    await reached;
    expect(await redeem(code)).toEqual(silent);
    goOn();
    expect(await first).toEqual(silent);
  });

  test("while tokens are being made leaves them void", async () => {
    const code = await codeFor();
    const { DB, reached, goOn } = waiting("after");
    const first = redeem(code, {}, { DB });
    await reached;
    expect(await redeem(code)).toEqual(silent);
    goOn();
    const tokens = await first;
    expect(tokens).toMatchObject({ status: 200 });
    expect(await countAnywhere(tokens)).toEqual(NOWHERE);
  });

  test("a hundred times at once gives tokens once at most, which are void", async () => {
    const code = await codeFor();
    const answers = await Promise.all(Array.from({ length: 100 }, () => redeem(code)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const winner of winners) expect(await countAnywhere(winner)).toEqual(NOWHERE);
    const losers = answers.filter(({ error }) => error === "invalid_grant");
    expect(winners.length + losers.length).toBe(100);
  });

  test("with what another client, or a wrong verifier, brings is no second coming", async () => {
    const code = await codeFor(CHALLENGE);
    const tokens = await redeem(code, { code_verifier: verifier });
    for (const more of [{}, { code_verifier: "x".repeat(43) }, { redirect_uri: "https://app.test/x" }] as Fields[]) {
      expect((await redeem(code, more)).status).toBe(400);
    }
    const stranger = { grant_type: "authorization_code", code, redirect_uri: CALLBACK, client_id: open };
    expect(await read(post(PATH, { ...stranger, code_verifier: verifier }))).toEqual(silent);
    expect(await countAnywhere(tokens)).toEqual(EVERYWHERE);
  });
});

describe("a code is good for what it was made for alone, and spoilt by nothing else", () => {
  test("[RFC 6749 §4.1.3] its client", async () => {
    const code = await codeFor();
    const other = await makeWebClient(pool, { GenerateSecret: true });
    const elsewhere = await makeWebClient(await makePool(), { GenerateSecret: true });
    for (const { ClientId, ClientSecret = "" } of [other, elsewhere]) {
      expect(await redeemAs({ id: ClientId, secret: ClientSecret }, code)).toEqual(silent);
    }
    expect(await read(post(PATH, { grant_type: "authorization_code", code, client_id: client.id }))).toMatchObject({
      error: "invalid_client",
    });
    expect(await redeem(code)).toMatchObject({ status: 200 });
  });

  test("[RFC 6749 §4.1.2] five minutes", async () => {
    const [kept, late] = [await codeFor(), await codeFor()];
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: now + 4 * 60_000 });
    expect(await redeem(kept)).toMatchObject({ status: 200 });
    vi.setSystemTime(now + 5 * 60_000 + 1_000);
    expect(await redeem(late)).toEqual(silent);
    // Which is also when its first use is forgotten.
    expect(await redeem(kept)).toEqual(silent);
  });

  test.each([
    ["another one", { code_verifier: "x".repeat(43) }],
    ["one too short", { code_verifier: verifier.slice(1) }],
    ["one too long", { code_verifier: "x".repeat(129) }],
    ["the challenge itself", { code_verifier: PKCE.code_challenge }],
    ["none", {}],
  ])("[RFC 7636 §4.6] the verifier of its challenge, not %s", async (_, fields) => {
    const code = await codeFor(CHALLENGE);
    expect(await redeem(code, fields)).toEqual(silent);
    expect(await redeem(code, { code_verifier: verifier })).toMatchObject({ status: 200 });
  });

  test("[RFC 9700 §4.8.2] no verifier where there was no challenge", async () => {
    const code = await codeFor();
    expect(await redeem(code, { code_verifier: verifier })).toEqual(silent);
    expect(await redeem(code)).toMatchObject({ status: 200 });
  });

  describe.each([
    ["COGNITO", { status: 400, error: "unauthorized_client", error_description: "invalid_redirect" }],
    ["OPENID", { status: 400, error: "invalid_grant" }],
  ])("its address, in a pool that follows %s", (Conformance, refused) => {
    let place: Machine;
    let id: string;
    beforeAll(async () => {
      id = await makePool({ OAuthConfiguration: { Conformance } });
      const CallbackURLs = [CALLBACK, "https://app.test/other"];
      const made = await makeWebClient(id, { GenerateSecret: true, CallbackURLs });
      place = { id: made.ClientId, secret: made.ClientSecret as string };
      await makeUser(id, "ada");
    });

    test.each([
      ["another of the client's", "https://app.test/other"],
      ["one that goes on", `${CALLBACK}/`],
      ["one in another case", CALLBACK.toUpperCase()],
      ["none", ""],
    ])("and not %s", async (_, redirect_uri) => {
      const code = await codeFor({}, place.id);
      expect(await redeemAs(place, code, { redirect_uri })).toEqual(refused);
      expect(await redeemAs(place, code)).toMatchObject({ status: 200 });
    });
  });

  test("[RFC 8707 §2.2] its resource, if one is named again", async () => {
    const resource = "https://api.test/v1";
    const code = await codeFor({ resource });
    for (const other of ["https://api.test/v2", `${resource}/`, "x"]) {
      expect(await redeem(code, { resource: other })).toMatchObject({ status: 400, error: "invalid_target" });
    }
    const tokens = await redeem(code, { resource });
    expect(decodeJwt(tokens.access_token).aud).toBe(resource);
    expect(await redeem(await codeFor(), { resource })).toMatchObject({ error: "invalid_target" });
    expect(decodeJwt((await redeem(await codeFor({ resource }))).access_token).aud).toBe(resource);
    for (const more of [{}, { resource }] as Fields[]) {
      const { access_token } = await refresh(tokens.refresh_token, more);
      expect(decodeJwt(access_token).aud).toBe(resource);
    }
    const narrowed = await refresh(tokens.refresh_token, { resource: "https://api.test/v2" });
    expect(narrowed).toMatchObject({ status: 400, error: "invalid_target" });
  });

  test("an address that is still the client's: others may read what was sent to one that was taken away", async () => {
    const other = "https://app.test/other";
    const CallbackURLs = [CALLBACK, other];
    const { ClientId, ClientSecret = "" } = await makeWebClient(pool, { GenerateSecret: true, CallbackURLs });
    const place = { id: ClientId, secret: ClientSecret };
    const code = await codeFor({}, ClientId);
    const change = (urls: string[]) =>
      call("UpdateUserPoolClient", { UserPoolId: pool, ClientId, ...WEB, CallbackURLs: urls });
    await change([other]);
    expect(await redeemAs(place, code)).toEqual(silent);
    await change(CallbackURLs);
    expect(await redeemAs(place, code)).toMatchObject({ status: 200 });
  });

  test("[RFC 6749 §5.2] a client that still has the grant", async () => {
    const { ClientId, ClientSecret = "" } = await makeWebClient(pool, { GenerateSecret: true });
    const code = await codeFor({}, ClientId);
    await call("UpdateUserPoolClient", { UserPoolId: pool, ClientId, SupportedIdentityProviders: ["COGNITO"] });
    expect(await redeemAs({ id: ClientId, secret: ClientSecret }, code)).toMatchObject({
      status: 400,
      error: "unauthorized_client",
    });
  });
});

describe("what happens to the user before the code is redeemed", () => {
  const acts: [string, (Username: string) => Promise<unknown>][] = [
    ["disabled", (Username) => call("AdminDisableUser", { UserPoolId: pool, Username })],
    ["deleted", (Username) => call("AdminDeleteUser", { UserPoolId: pool, Username })],
    ["signed out everywhere", (Username) => call("AdminUserGlobalSignOut", { UserPoolId: pool, Username })],
    ["given another password", (Username) => setPassword(Username, true)],
    ["given a temporary password", (Username) => setPassword(Username, false)],
    ["told to choose another password", (Username) => call("AdminResetUserPassword", { UserPoolId: pool, Username })],
  ];
  const setPassword = (Username: string, Permanent: boolean) =>
    call("AdminSetUserPassword", { UserPoolId: pool, Username, Password: "An0ther-Horse!", Permanent });
  const newUser = async (): Promise<string> => {
    const name = crypto.randomUUID();
    await makeUser(pool, name, { email: `${name}@example.com`, email_verified: "true" });
    return name;
  };

  test.each(acts)("counts: one who was %s gets nothing", async (_, act) => {
    const name = await newUser();
    const code = await codeFor({}, client.id, name);
    await act(name);
    expect(await redeem(code)).toEqual(silent);
  });

  test.each(acts)("counts to the last: one who was %s after the code was spent gets nothing", async (_, act) => {
    const name = await newUser();
    const code = await codeFor({}, client.id, name);
    const { DB, reached, goOn } = waiting("before");
    const answer = redeem(code, {}, { DB });
    await reached;
    await act(name);
    goOn();
    expect(await answer).toEqual(silent);
  });

  test.each([
    ["disabled", "enabled = 0"],
    ["told to choose another password", "status = 'RESET_REQUIRED'"],
  ])("counts by itself, not only by the sessions that it ends: %s", async (_, change) => {
    const name = await newUser();
    const code = await codeFor({}, client.id, name);
    await env.DB.prepare(`update users set ${change} where pool_id = ? and username = ?`).bind(pool, name).run();
    expect(await redeem(code)).toEqual(silent);
  });

  test("does not count where it is no matter of signing in", async () => {
    const name = await newUser();
    const code = await codeFor({}, client.id, name);
    await setAttributes(pool, name, { name: "Ada" });
    expect(await redeem(code)).toMatchObject({ status: 200 });
    const again = await codeFor({}, client.id, name);
    const { DB, reached, goOn } = waiting("before");
    const answer = redeem(again, {}, { DB });
    await reached;
    await setAttributes(pool, name, { name: "Countess" });
    goOn();
    expect(await answer).toMatchObject({ status: 200 });
  });

  test("counts where the browser's session has ended", async () => {
    const name = await newUser();
    const code = await codeFor({}, client.id, name);
    await env.DB.prepare("delete from browser_sessions where pool_id = ?").bind(pool).run();
    expect(await redeem(code)).toEqual(silent);
  });
});
