// Modules of the OpenID conformance suite (August 2026) about logout: RP-Initiated Logout OP and Back-Channel Logout OP.
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { toBase64Url } from "../../src/lib/encoding.ts";
import { Person } from "../endpoints/login/person.ts";
import { read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { BACKCHANNEL, makeProvider, OP, type Provider, SIGNED_OUT } from "./provider.ts";
import { type Completed, RelyingParty } from "./relying-party.ts";

let provider: Provider;
let party: RelyingParty;
let signedIn: Completed;

/** What was posted to the client behind the browser's back. */
let told: Request[];

beforeAll(async () => {
  provider = await makeProvider({ OAuthConfiguration: { BackchannelLogoutURI: BACKCHANNEL } });
});

beforeEach(async () => {
  told = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    told.push(new Request(input as string, init as RequestInit));
    return new Response(null, { status: 200, headers: { "Cache-Control": "no-store" } });
  });
  party = new RelyingParty(provider, { responseType: "code", formPost: false });
  signedIn = await party.complete();
});
afterEach(() => vi.restoreAllMocks());

/** 128 characters, as the suite has it, to see that nothing is cut. */
const state = toBase64Url(crypto.getRandomValues(new Uint8Array(96)));

/** Sends the person to the end session endpoint with these parameters. @returns where they were led to; null for a page */
async function logout(parameters: Record<string, string>): Promise<string | null> {
  const query = new URLSearchParams(parameters).toString();
  const response = await party.person.visit(`${provider.metadata.end_session_endpoint}?${query}`);
  return response.headers.get("location");
}

/** What the suite sends where it says nothing else. */
const usual = (changes: Record<string, string> = {}) => ({
  id_token_hint: signedIn.idToken,
  post_logout_redirect_uri: SIGNED_OUT,
  state,
  ...changes,
});

const isSignedOut = async () => party.expectError(await party.authorize({ prompt: "none" }), ["login_required"]);

/** A page that asks the person, or tells them of a fault; either way nobody is led back. */
async function staysHere(parameters: Record<string, string>): Promise<void> {
  expect(await logout(parameters)).toBeNull();
  expect(party.person.html).toContain("<h1>");
  const asks = party.person.html.includes('name="signOut"');
  expect(asks || party.person.response.status === 400).toBe(true);
  if (!asks) return;
  // Whoever says that they mean it is signed out, and still not led anywhere.
  await party.person.submit({ signOut: "1" });
  expect(party.person.response.headers.get("location")).toBeNull();
  await isSignedOut();
}

test("oidcc-rp-initiated-logout", async () => {
  expect(await logout(usual())).toBe(`${SIGNED_OUT}?state=${state}`);
  await isSignedOut();
});

test("oidcc-rp-initiated-logout-no-state", async () => {
  const { state: _, ...parameters } = usual();
  expect(await logout(parameters)).toBe(SIGNED_OUT);
  await isSignedOut();
});

test("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", async () => {
  await staysHere(usual({ post_logout_redirect_uri: "https://suite.test/test/a/limen/bad_post_logout_redirect_uri" }));
});

test("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", async () => {
  await staysHere(usual({ post_logout_redirect_uri: `${SIGNED_OUT}?foo=bar` }));
});

test("oidcc-rp-initiated-logout-modified-id-token-hint", async () => {
  const hint = new UnsecuredJWT(signedIn.idTokens[0]).encode();
  await staysHere(usual({ id_token_hint: hint }));
});

test("oidcc-rp-initiated-logout-bad-id-token-hint", async () => {
  const hint = await new SignJWT({
    iss: provider.first.id,
    sub: "SubjectID",
    aud: provider.metadata.issuer,
    nonce: "flibble",
  })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(provider.first.secret));
  await staysHere(usual({ id_token_hint: hint }));
});

test("oidcc-rp-initiated-logout-no-id-token-hint", async () => {
  const { id_token_hint: _, ...parameters } = usual();
  await staysHere(parameters);
});

test.each([
  ["oidcc-rp-initiated-logout-no-params", () => ({})],
  ["oidcc-rp-initiated-logout-only-state", () => ({ state })],
  ["oidcc-rp-initiated-logout-no-post-logout-redirect-uri", () => ({ id_token_hint: signedIn.idToken, state })],
])("%s", async (_, parameters: () => Record<string, string>) => {
  expect(await logout(parameters())).toBeNull();
  // Without a hint the person says that they mean it, which the suite leaves to the provider.
  if (party.person.html.includes('name="signOut"')) await party.person.submit({ signOut: "1" });
  expect(party.person.response.status).toBe(200);
  expect(party.person.html).toContain("You are signed out");
  await isSignedOut();
});

test("oidcc-backchannel-rp-initiated-logout", async () => {
  const other = new RelyingParty(provider, party.variant, { registration: provider.second, person: party.person });
  const elsewhere = await other.complete({ prompt: "none" });
  const stranger = new RelyingParty(provider, party.variant, { person: new Person(OP) });
  const { idTokens: strangers } = await stranger.complete();

  expect(await logout(usual())).toBe(`${SIGNED_OUT}?state=${state}`);
  await isSignedOut();
  const keys = createLocalJWKSet((await read(get(provider.metadata.jwks_uri))) as unknown as JSONWebKeySet);
  expect(told.length).toBe(2);
  const audiences = await Promise.all(
    told.map(async (request) => {
      expect([request.method, request.url]).toEqual(["POST", BACKCHANNEL]);
      expect(request.headers.get("content-type")).toMatch(/^application\/x-www-form-urlencoded\b/);
      const form = new URLSearchParams(await request.text());
      expect([...form.keys()]).toEqual(["logout_token"]);
      // OpenID Connect Back-Channel Logout 1.0 §2.4
      const { payload } = await jwtVerify(form.get("logout_token") ?? "", keys, { issuer: provider.metadata.issuer });
      const { sub, sid } = signedIn.idTokens[0] ?? {};
      expect(payload).toMatchObject({ sub, sid, jti: expect.stringMatching(/./), iat: expect.any(Number) });
      expect(payload.events).toEqual({ "http://schemas.openid.net/event/backchannel-logout": {} });
      expect(payload).not.toHaveProperty("nonce");
      expect(Math.abs(Date.now() / 1000 - (payload.iat as number))).toBeLessThan(60);
      return payload.aud;
    }),
  );
  expect(new Set(audiences)).toEqual(new Set([provider.first.id, provider.second.id]));
  // Both clients know the session by the same name, and another browser's by another.
  expect(elsewhere.idTokens[0]?.sid).toBe(signedIn.idTokens[0]?.sid);
  expect(strangers[0]?.sid).not.toBe(signedIn.idTokens[0]?.sid);
  expect((await stranger.authorize({ prompt: "none" })).parameters).toHaveProperty("code");
});
