import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { get } from "../../fetch.ts";
import { post } from "../oauth/requests.ts";
import {
  type Apps,
  ASKED,
  BYE,
  ERROR,
  logged,
  logoutUrl,
  makeApps,
  pageOf,
  receivers,
  resigned,
  SIGNED_OUT,
  signedIn,
  silently,
} from "./apps-to-leave.ts";
import { CALLBACK, Person } from "./person.ts";

let apps: Apps;

beforeAll(async () => {
  apps = await makeApps();
});
beforeEach(() => void receivers());
afterEach(() => vi.restoreAllMocks());

const unsigned = (hint: string): string => `${btoa('{"alg":"none"}').replaceAll("=", "")}.${hint.split(".")[1]}.`;

async function signedByAnother(hint: string): Promise<string> {
  const { privateKey } = (await crypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["sign", "verify"],
  )) as CryptoKeyPair;
  const { kid } = decodeProtectedHeader(hint) as { kid: string };
  return new SignJWT(decodeJwt(hint)).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
}

describe("OpenID Connect RP-Initiated Logout 1.0", () => {
  test("oidcc-rp-initiated-logout-discovery-endpoint-verification: discovery names the address that answers", async () => {
    const discovery = await get(`https://limen.test/${apps.pool}/.well-known/openid-configuration`);
    const { end_session_endpoint } = await discovery.json<{ end_session_endpoint: string }>();
    expect(end_session_endpoint).toBe("https://limen.test/logout");
    expect((await get(end_session_endpoint)).status).toBe(200);
  });

  test("oidcc-rp-initiated-logout: leads back with state, and prompt=none fails from then on", async () => {
    const { person, hint } = await signedIn(apps.client);
    const response = await person.visit(
      logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE, state: "a b&c", client_id: apps.client }),
    );
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe(`${BYE}?state=a+b%26c`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(person.cookies.has(`limen.${apps.pool}`)).toBe(false);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("[§3] state joins a query that the address has", async () => {
    const { person, hint } = await signedIn(apps.client);
    const post_logout_redirect_uri = `${BYE}?from=limen`;
    const response = await person.visit(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri, state: "s" }));
    expect(response.headers.get("location")).toBe(`${BYE}?from=limen&state=s`);
  });

  test("oidcc-rp-initiated-logout-no-state: leads back with nothing added", async () => {
    const { person, hint } = await signedIn(apps.client);
    const response = await person.visit(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE }));
    expect(response.headers.get("location")).toBe(BYE);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  describe("asks, and leads nowhere afterwards", () => {
    type Made = (hint: string) => Record<string, string> | Promise<Record<string, string>>;
    const back = { post_logout_redirect_uri: BYE, state: "s" };
    test.each<[string, Made]>([
      [
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        (hint) => ({ ...back, id_token_hint: hint, post_logout_redirect_uri: "https://evil.test/" }),
      ],
      [
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        (hint) => ({ ...back, id_token_hint: hint, post_logout_redirect_uri: `${BYE}?foo=bar` }),
      ],
      ["oidcc-rp-initiated-logout-modified-id-token-hint", (hint) => ({ ...back, id_token_hint: unsigned(hint) })],
      [
        "oidcc-rp-initiated-logout-bad-id-token-hint",
        async (hint) => ({ ...back, id_token_hint: await signedByAnother(hint) }),
      ],
      ["oidcc-rp-initiated-logout-no-id-token-hint", () => back],
      ["[§2] no hint, but a client", () => ({ ...back, client_id: apps.client })],
      ["[§2] client_id is not that of the hint", (hint) => ({ ...back, id_token_hint: hint, client_id: apps.silent })],
      ["[§2] client_id is unknown", (hint) => ({ ...back, id_token_hint: hint, client_id: "nobody" })],
      [
        "an address of another client than the hint's",
        (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: "https://sibling.test/" }),
      ],
      ["a callback in place of the address", (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: CALLBACK })],
      [
        "a hint of another issuer, signed by our key",
        async (hint) => ({ ...back, id_token_hint: await resigned(hint, { iss: `https://evil.test/${apps.pool}` }) }),
      ],
      [
        "a hint for a client that there is no more",
        async (hint) => ({ ...back, id_token_hint: await resigned(hint, { aud: "gone" }) }),
      ],
      ["an access token for a hint", async (hint) => ({ ...back, id_token_hint: await resigned(hint, {}, "access") })],
      ["a hint that is no token", () => ({ ...back, id_token_hint: "a.b.c" })],
      ["a hint with logout_uri beside it", () => ({ logout_uri: BYE, client_id: apps.client, id_token_hint: "a.b.c" })],
    ])("%s", async (_, made) => {
      const { person, hint } = await signedIn(apps.client);
      await person.visit(logoutUrl(await made(hint)));
      expect(person.response.status).toBe(200);
      expect(pageOf(person)).toBe(ASKED);
      expect(person.response.headers.get("content-security-policy")).toMatch(/form-action 'self';/);
      const url = person.url;
      expect(await silently(person, apps.client)).toBe("signed in");
      await person.visit(url);
      await person.submit();
      expect(pageOf(person)).toBe(SIGNED_OUT);
      expect(await silently(person, apps.client)).toBe("login_required");
    });
  });

  test.each([
    ["oidcc-rp-initiated-logout-no-params", {}],
    ["oidcc-rp-initiated-logout-only-state", { state: "s" }],
  ])("%s: the person confirms, and sees that they are signed out", async (_, parameters: Record<string, string>) => {
    const { person } = await signedIn(apps.client);
    await person.visit(logoutUrl(parameters));
    expect(pageOf(person)).toBe(ASKED);
    await person.submit();
    expect(pageOf(person)).toBe(SIGNED_OUT);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("oidcc-rp-initiated-logout-no-post-logout-redirect-uri: the person sees that they are signed out", async () => {
    const { person, hint } = await signedIn(apps.client);
    await person.visit(logoutUrl({ id_token_hint: hint, state: "s" }));
    expect(pageOf(person)).toBe(SIGNED_OUT);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("[§2] by POST, also from another site, whose requests bring no cookies", async () => {
    const { person, hint } = await signedIn(apps.client);
    const fields = { id_token_hint: hint, post_logout_redirect_uri: BYE, state: "s" };
    const first = await post("/logout", fields, { "sec-fetch-site": "cross-site", origin: "https://app.test" });
    expect(first.status).toBe(303);
    expect(first.headers.get("cache-control")).toBe("no-store");
    const response = await person.visit(first.headers.get("location") as string);
    expect(response.headers.get("location")).toBe(`${BYE}?state=s`);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("by POST what is repeated in address and form counts for nothing", async () => {
    const { person, hint } = await signedIn(apps.client);
    await person.visit(logoutUrl({ post_logout_redirect_uri: BYE }), {
      method: "POST",
      body: new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: BYE }),
    });
    expect(pageOf(person)).toBe(ERROR);
    expect(await silently(person, apps.client)).toBe("signed in");
  });

  test.each([
    ["text/plain", "client_id=1"],
    ["application/x-www-form-urlencoded", "client_id=%zz"],
  ])("by POST a body that is no form leads to the error page: %s %s", async (type, body) => {
    const person = new Person();
    await person.visit("/logout", { method: "POST", body, headers: { "content-type": type } });
    expect(pageOf(person)).toBe(ERROR);
  });

  test("[§2] a hint whose time is over will do", async () => {
    const { person, hint } = await signedIn(apps.client);
    const id_token_hint = await resigned(hint, { exp: 1_000, iat: 900 });
    const response = await person.visit(logoutUrl({ id_token_hint, post_logout_redirect_uri: BYE }));
    expect(response.headers.get("location")).toBe(BYE);
  });

  test("[§4] whoever is signed in nowhere is led back all the same, or told that they are signed out", async () => {
    const { hint } = await signedIn(apps.client);
    const stranger = new Person();
    const response = await stranger.visit(
      logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE, state: "s" }),
    );
    expect(response.headers.get("location")).toBe(`${BYE}?state=s`);
    await stranger.visit("/logout");
    expect(pageOf(stranger)).toBe(SIGNED_OUT);
  });

  test("[§2] a hint about somebody else than is signed in asks first, then leads back", async () => {
    const { hint } = await signedIn(apps.client, "bob");
    const { person } = await signedIn(apps.client, "ada");
    const url = logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE, state: "s" });
    await person.visit(url);
    expect(pageOf(person)).toBe(ASKED);
    expect(person.response.headers.get("content-security-policy")).toContain("form-action 'self' https:");
    expect(await silently(person, apps.client)).toBe("signed in");
    await person.visit(url);
    const response = await person.submit();
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${BYE}?state=s`);
    expect(await silently(person, apps.client)).toBe("login_required");
  });

  test("[§2] whoever does not want to stays signed in", async () => {
    const { person } = await signedIn(apps.client);
    await person.visit("/logout");
    await person.submit({ cancel: "1" });
    expect(pageOf(person)).toBe("You are still signed in");
    expect(await silently(person, apps.client)).toBe("signed in");
  });

  describe("[§6] nobody is signed out by a form that is not ours", () => {
    test.each<[string, Record<string, string>, Record<string, string>]>([
      ["without the token", { _csrf: "" }, {}],
      ["with another token", { _csrf: "A".repeat(43) }, {}],
      ["from another site", {}, { "sec-fetch-site": "cross-site" }],
      ["from another origin", {}, { origin: "https://evil.test" }],
    ])("%s", async (_, values, headers) => {
      const { person } = await signedIn(apps.client);
      await person.visit("/logout");
      await person.submit(values, headers);
      expect(person.response.status).toBe(403);
      expect(pageOf(person)).toBe(ASKED);
      expect(await silently(person, apps.client)).toBe("signed in");
    });
  });

  test("[§6] a form from another site, whose request brings no cookies, is not answered by dropping them", async () => {
    for (const query of [`?client_id=${apps.client}`, "", `?client_id=${apps.client}&logout_uri=${BYE}`]) {
      const response = await post(`/logout${query}`, { _csrf: "A".repeat(43) }, { "sec-fetch-site": "cross-site" });
      expect(response.headers.getSetCookie().filter((cookie) => cookie.includes(apps.pool))).toEqual([]);
    }
  });

  test("[§2] ui_locales: the pages speak the language that the client asks for", async () => {
    const { person } = await signedIn(apps.client);
    await person.visit(logoutUrl({ ui_locales: "xx de" }));
    expect(pageOf(person)).toBe("Abmelden?");
    await person.submit();
    expect(pageOf(person)).toBe("Sie sind abgemeldet");
  });

  test("state that is too long to carry is refused, not cut", async () => {
    const { person, hint } = await signedIn(apps.client);
    await person.visit(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: BYE, state: "s".repeat(2_049) }));
    expect(pageOf(person)).toBe(ERROR);
    expect(await silently(person, apps.client)).toBe("signed in");
  });

  test("what is doubted is logged, without the hint", async () => {
    const { person, hint } = await signedIn(apps.client);
    const lines = logged("logout-doubted");
    await person.visit(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: "https://evil.test/" }));
    expect(lines()).toMatchObject([{ client: apps.client, reason: "post_logout_redirect_uri is not registered" }]);
    expect(JSON.stringify(lines())).not.toContain(hint);
  });
});
