// Modules of the OpenID conformance suite (August 2026) about what a provider says of itself: Config OP, RP-Initiated Logout
// OP and Back-Channel Logout OP.
import { beforeAll, expect, test } from "vitest";
import { read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { makeProvider, OP, type Provider } from "./provider.ts";

let provider: Provider;
beforeAll(async () => {
  provider = await makeProvider();
});

/**
 * Members that are known: OpenID Connect Discovery 1.0 §3, RFC 8414 §2, RFC 9126 §5, RFC 8628 §4, RFC 9207 §3, RFC 9449
 * §5.1, Initiating User Registration 1.0 §4, RP-Initiated Logout 1.0 §2.1 and Back-Channel Logout 1.0 §2.1. The suite warns
 * of any other.
 */
const KINDS: Record<string, "address" | "list" | "flag"> = {
  issuer: "address",
  jwks_uri: "address",
  ...Object.fromEntries(
    [
      "authorization",
      "token",
      "userinfo",
      "revocation",
      "introspection",
      "end_session",
      "device_authorization",
      "pushed_authorization_request",
    ].map((name) => [`${name}_endpoint`, "address" as const]),
  ),
  ...Object.fromEntries(
    [
      "scopes",
      "response_types",
      "response_modes",
      "grant_types",
      "acr_values",
      "subject_types",
      "id_token_signing_alg_values",
      "request_object_signing_alg_values",
      "token_endpoint_auth_methods",
      "token_endpoint_auth_signing_alg_values",
      "revocation_endpoint_auth_methods",
      "revocation_endpoint_auth_signing_alg_values",
      "introspection_endpoint_auth_methods",
      "introspection_endpoint_auth_signing_alg_values",
      "claims",
      "ui_locales",
      "display_values",
      "prompt_values",
      "code_challenge_methods",
      "dpop_signing_alg_values",
    ].map((name) => [`${name}_supported`, "list" as const]),
  ),
  claims_parameter_supported: "flag",
  request_parameter_supported: "flag",
  request_uri_parameter_supported: "flag",
  backchannel_logout_supported: "flag",
  backchannel_logout_session_supported: "flag",
  authorization_response_iss_parameter_supported: "flag",
};

test("oidcc-discovery-endpoint-verification", async () => {
  const address = `${OP}/${provider.pool}/.well-known/openid-configuration`;
  const response = await get(address);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^application\/json\b/);
  const metadata = await read(response);
  const { status: _, ...members } = metadata;

  expect(`${metadata.issuer}/.well-known/openid-configuration`).toBe(address);
  const issuer = new URL(metadata.issuer);
  expect([issuer.protocol, issuer.search, issuer.hash]).toEqual(["https:", "", ""]);
  expect(Object.keys(members).filter((name) => !(name in KINDS))).toEqual([]);
  for (const [name, value] of Object.entries(members)) {
    switch (KINDS[name]) {
      case "address":
        expect(new URL(value).protocol, name).toBe("https:");
        break;
      case "list":
        expect(value.length, name).toBeGreaterThan(0);
        for (const each of value) expect(each, name).toBeTypeOf("string");
        expect(new Set(value).size, name).toBe(value.length);
        break;
      default:
        expect(value, name).toBeTypeOf("boolean");
    }
  }
  for (const name of ["authorization", "token", "userinfo"]) expect(metadata).toHaveProperty(`${name}_endpoint`);
  for (const type of ["code", "code id_token", "code token", "code id_token token", "id_token"]) {
    expect(metadata.response_types_supported).toContain(type);
  }
  expect(metadata.subject_types_supported).toEqual(["public"]);
  expect(metadata.id_token_signing_alg_values_supported).toContain("RS256");
  expect(metadata.grant_types_supported).toEqual(
    expect.arrayContaining(["authorization_code", "refresh_token", "implicit"]),
  );
  expect(metadata.scopes_supported).toContain("openid");
  // RFC 6749 §3.3
  for (const scope of metadata.scopes_supported) expect(scope).toMatch(/^[\x21\x23-\x5B\x5D-\x7E]+$/);
  expect(metadata.claims_supported).toEqual(expect.arrayContaining(["sub", "name", "email"]));
  // BCP 47, in its canonical casing.
  for (const tag of metadata.ui_locales_supported) expect(Intl.getCanonicalLocales(tag)).toEqual([tag]);
});

test("oidcc-discovery-endpoint-verification: the keys are public, and told apart by their names", async () => {
  const { status, keys } = await read(get(provider.metadata.jwks_uri));
  expect(status).toBe(200);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    // RFC 7518 §6.3.2, §6.4.1
    for (const secret of ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]) expect(key).not.toHaveProperty(secret);
    expect(key.kid).toMatch(/./);
    expect(key.use).toBe("sig");
  }
  expect(new Set(keys.map(({ kid }: { kid: string }) => kid)).size).toBe(keys.length);
});

test("oidcc-rp-initiated-logout-discovery-endpoint-verification", () => {
  expect(provider.metadata.end_session_endpoint).toMatch(/^https:/);
});

test("oidcc-backchannel-logout-discovery-endpoint-verification", () => {
  expect(provider.metadata).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: expect.stringMatching(/^https:/),
  });
});
