import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import worker from "../../../../src/worker.ts";
import { call, makePool, makeUser, ORIGIN } from "../../../client.ts";
import { get } from "../../../fetch.ts";
import {
  type Apps,
  ASKED,
  BYE,
  logged,
  logoutUrl,
  makeApps,
  pageOf,
  RECEIVER,
  receivers,
  signedIn,
  silently,
  tokensFor,
  withReceiver,
} from "../../../endpoints/login/apps-to-leave.ts";
import { authorizeUrl, makeWebClient, Person } from "../../../endpoints/login/person.ts";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

let apps: Apps;

beforeAll(async () => {
  apps = await makeApps();
});
beforeEach(() => void receivers());
afterEach(() => vi.restoreAllMocks());

describe("OpenID Connect Back-Channel Logout 1.0", () => {
  test("oidcc-backchannel-logout-discovery-endpoint-verification: discovery says that there is such a thing", async () => {
    const discovery = await get(`https://limen.test/${apps.pool}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({
      end_session_endpoint: "https://limen.test/logout",
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });

  test("oidcc-backchannel-rp-initiated-logout: the client is posted a logout token, and the rest goes as ever", async () => {
    const { person, hint, tokens } = await signedIn(apps.client);
    const told = receivers();
    const response = await person.visit(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE }));
    expect(response.headers.get("location")).toBe(BYE);
    expect(told).toHaveLength(1);
    const [{ url, init, form }] = told as [(typeof told)[number]];
    expect(url).toBe(RECEIVER);
    expect(init).toMatchObject({ method: "POST", redirect: "manual" });
    expect([...form.keys()]).toEqual(["logout_token"]);
    const token = form.get("logout_token") as string;
    const { sub, iss, sid } = decodeJwt(tokens.id_token);
    expect(sid).toBeTypeOf("string");
    const claims = decodeJwt(token) as JWTPayload & { iat: number };
    expect(claims).toEqual({
      iss,
      sub,
      sid,
      aud: apps.client,
      token_use: "logout",
      iat: expect.any(Number),
      exp: claims.iat + 120,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
      events: { [EVENT]: {} },
    });
    expect(Math.abs(claims.iat - Date.now() / 1000)).toBeLessThan(5);
    // §2.4: signed as ID tokens are, and typed.
    expect(decodeProtectedHeader(token)).toEqual({ ...decodeProtectedHeader(hint), typ: "logout+jwt" });
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("[§2.5] every client that shares the session is told, each in a token of its own, and no other client", async () => {
    const { person } = await signedIn(apps.client);
    await tokensFor(person, apps.sibling);
    await tokensFor(person, apps.silent);
    await tokensFor(new Person(), apps.sibling);
    const told = receivers();
    await person.visit(logoutUrl({ client_id: apps.silent, logout_uri: BYE }));
    const claims = told.map(({ form }) => decodeJwt(form.get("logout_token") as string));
    expect(told.map(({ url }) => url).sort()).toEqual([RECEIVER, `${RECEIVER}/2`]);
    expect(new Set(claims.map(({ aud }) => aud))).toEqual(new Set([apps.client, apps.sibling]));
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
    expect(new Set(claims.map(({ sid }) => sid)).size).toBe(1);
  });

  test("a client that took tokens in another session of the same user is not told", async () => {
    const { person } = await signedIn(apps.client);
    const another = new Person();
    await tokensFor(another, apps.silent);
    const told = receivers();
    await another.visit(logoutUrl({ client_id: apps.silent, logout_uri: BYE }));
    expect(told).toEqual([]);
    expect(await silently(person, apps.client)).toBe("signed in");
  });

  test("nobody is told of a question that was not answered, nor twice", async () => {
    const { person } = await signedIn(apps.client);
    const told = receivers();
    await person.visit("/logout");
    expect(told).toEqual([]);
    await person.submit();
    expect(told).toHaveLength(1);
    await person.visit("/logout");
    expect(told).toHaveLength(1);
  });

  test("[§2.6] a logout token is no hint, no ID token and no access token", async () => {
    const { person, hint } = await signedIn(apps.client);
    const told = receivers();
    await person.visit(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE }));
    const token = told[0]?.form.get("logout_token") as string;
    const { person: again } = await signedIn(apps.client);
    await again.visit(logoutUrl({ id_token_hint: token, post_logout_redirect_uri: BYE }));
    expect(pageOf(again)).toBe(ASKED);
    await again.visit(authorizeUrl(apps.client, { prompt: "none", id_token_hint: token }));
    expect(again.sentToClient().code).toBeUndefined();
    await expect(call("GetUser", { AccessToken: token })).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  test.each<[string, () => Response | Promise<Response>, object]>([
    ["refuses", () => new Response("no", { status: 400 }), { status: 400 }],
    [
      "leads elsewhere",
      () => new Response(null, { status: 307, headers: { location: "https://evil.test" } }),
      { status: 307 },
    ],
    ["cannot be reached", () => Promise.reject(new TypeError("secret?")), { error: "TypeError" }],
  ])(
    "[§2.5] a client that %s changes nothing for the others, and is logged without its token",
    async (_, answer, line) => {
      const { person } = await signedIn(apps.client);
      await tokensFor(person, apps.sibling);
      const told = receivers((url) => (url === RECEIVER ? answer() : new Response()));
      const lines = logged("back-channel-logout-failed");
      const response = await person.visit(logoutUrl({ client_id: apps.client, logout_uri: BYE }));
      expect(response.headers.get("location")).toBe(BYE);
      expect(told.map(({ url }) => url).sort()).toEqual([RECEIVER, `${RECEIVER}/2`]);
      expect(lines()).toEqual([
        { event: "back-channel-logout-failed", requestId: expect.any(String), client: apps.client, ...line },
      ]);
    },
  );

  test("[§2.5] nobody waits for a client that does not answer, and five seconds later nothing does", async () => {
    const { person } = await signedIn(apps.client);
    const clock = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(clock.signal);
    vi.mocked(fetch).mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
        }),
    );
    const lines = logged("back-channel-logout-failed");
    const ctx = createExecutionContext();
    const cookie = [...person.cookies].map((pair) => pair.join("=")).join("; ");
    const url = `${ORIGIN}${logoutUrl({ client_id: apps.client, logout_uri: BYE })}`;
    const response = await worker.fetch(new Request(url, { headers: { cookie } }) as never, env, ctx);
    expect(response.headers.get("location")).toBe(BYE);
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(1));
    expect(timeout.mock.calls).toEqual([[5_000]]);
    expect(lines()).toEqual([]);
    clock.abort(new DOMException("", "TimeoutError"));
    await waitOnExecutionContext(ctx);
    expect(lines()).toMatchObject([{ client: apps.client, error: "TimeoutError" }]);
  });

  test("more clients than connections may be open are told in turn, all of them", async () => {
    const many = await makePool();
    await makeUser(many, "ada");
    const person = new Person();
    const clients: string[] = [];
    for (let i = 0; i < 9; i++) {
      const { ClientId } = await makeWebClient(many, withReceiver(`${RECEIVER}/many/${i}`));
      await tokensFor(person, ClientId);
      clients.push(ClientId);
    }
    let open = 0;
    let most = 0;
    const told = receivers(async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 20));
      open--;
      return new Response();
    });
    await person.visit(logoutUrl({ client_id: clients[0] as string, logout_uri: BYE }));
    expect(new Set(told.map(({ url }) => url)).size).toBe(9);
    expect(most).toBe(6);
  });
});
