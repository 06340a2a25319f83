// The flows of the suite for a pool that has a domain of its own: its endpoints are there, and its issuer stays where it was.
import { beforeAll, expect, test } from "vitest";
import { makeProvider, OP, type Provider, SIGNED_OUT } from "./provider.ts";
import { RelyingParty } from "./relying-party.ts";

const DOMAIN = "login.suite.test";

let provider: Provider;
beforeAll(async () => {
  provider = await makeProvider({}, DOMAIN);
});

test("oidcc-discovery-endpoint-verification: people and clients are sent to the domain of the pool", () => {
  const { issuer, jwks_uri, ...rest } = provider.metadata;
  expect(new URL(issuer).origin).toBe(OP);
  expect(new URL(jwks_uri).origin).toBe(OP);
  for (const [name, value] of Object.entries(rest)) {
    if (name.endsWith("_endpoint")) expect(new URL(value).origin, name).toBe(`https://${DOMAIN}`);
  }
});

test.each([
  { responseType: "code", formPost: false },
  { responseType: "code id_token token", formPost: true },
])("oidcc-server at the domain of the pool: %o", async (variant) => {
  const party = new RelyingParty(provider, variant);
  const first = await party.complete();
  expect(first.asked).toBe(true);
  const second = await party.complete({ prompt: "none", id_token_hint: first.idToken });
  expect(second.userInfo.sub).toBe(provider.sub);
});

test("oidcc-rp-initiated-logout at the domain of the pool", async () => {
  const party = new RelyingParty(provider, { responseType: "code", formPost: false });
  const { idToken } = await party.complete();
  const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: SIGNED_OUT });
  const response = await party.person.visit(`${provider.metadata.end_session_endpoint}?${query.toString()}`);
  expect(response.headers.get("location")).toBe(SIGNED_OUT);
  party.expectError(await party.authorize({ prompt: "none" }), ["login_required"]);
});
