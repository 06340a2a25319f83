// Modules of the OpenID conformance suite (August 2026) about tokens and claims, each under its own name.
import { decodeProtectedHeader } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { PKCE } from "../endpoints/login/person.ts";
import { basic, post, read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { CALLBACK, CLAIMS, makeProvider, type Provider } from "./provider.ts";
import { RelyingParty } from "./relying-party.ts";
import { VARIANTS } from "./variants.ts";

let provider: Provider;
beforeAll(async () => {
  provider = await makeProvider();
});
afterEach(() => vi.useRealTimers());

const EMAIL = ["email", "email_verified"];
const PHONE = ["phone_number", "phone_number_verified"];
const PROFILE = Object.keys(CLAIMS).filter((name) => ![...EMAIL, ...PHONE].includes(name));

describe.each(VARIANTS)("$plan, response_type=$responseType, form_post: $formPost", (variant) => {
  let party: RelyingParty;
  beforeEach(() => {
    party = new RelyingParty(provider, variant);
  });

  test("oidcc-server", async () => {
    const { parameters, userInfo } = await party.complete();
    expect(userInfo.sub).toBe(provider.sub);
    expect(userInfo).not.toHaveProperty("name");
    expect(parameters).not.toHaveProperty("refresh_token");
  });

  test("oidcc-server-client-secret-post", async () => {
    await party.complete({}, { method: "post" });
    expect(provider.metadata.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining(["client_secret_basic", "client_secret_post"]),
    );
  });

  test("oidcc-response-type-missing", async () => {
    const callback = await party.authorize({ response_type: undefined });
    party.expectError(callback, ["invalid_request", "unsupported_response_type"]);
  });

  test("oidcc-idtoken-signature", async () => {
    const { idToken, parameters } = await party.complete();
    const { keys } = await read(get(provider.metadata.jwks_uri));
    for (const token of [idToken, parameters.id_token ?? idToken]) {
      const { alg, kid } = decodeProtectedHeader(token);
      expect(alg).toBe("RS256");
      expect(keys.map((key: { kid: string }) => key.kid)).toContain(kid);
    }
  });

  test.each([
    ["oidcc-userinfo-get", "get"],
    ["oidcc-userinfo-post-header", "header"],
    ["oidcc-userinfo-post-body", "body"],
  ] as const)("%s", async (_, how) => {
    const { accessToken } = await party.complete();
    expect((await party.userInfo(accessToken, how)).sub).toBe(provider.sub);
  });

  if (variant.responseType.includes("id_token")) {
    test("oidcc-ensure-request-without-nonce-fails", async () => {
      party.expectError(await party.authorize({ nonce: undefined }), ["invalid_request"]);
    });
  } else {
    test("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", async () => {
      const { idTokens } = await party.complete({ nonce: undefined });
      expect(idTokens.at(-1)).not.toHaveProperty("nonce");
    });
  }

  test.each([
    ["oidcc-scope-profile", "openid profile", PROFILE],
    ["oidcc-scope-email", "openid email", EMAIL],
    ["oidcc-scope-phone", "openid phone", PHONE],
    // `address` is not listed, so that the suite skips oidcc-scope-address and oidcc-scope-all. These are all that are.
    ["oidcc-scope-all", "openid email phone profile", [...EMAIL, ...PHONE, ...PROFILE]],
    ["oidcc-alternate-happy-flow", "email openid", EMAIL],
  ])("%s", async (_, scope, names) => {
    const { userInfo } = await party.complete({ scope });
    const standard = Object.keys(userInfo).filter((name) => name in CLAIMS);
    expect(standard.sort()).toEqual([...names].sort());
  });

  test("oidcc-scope-address is left to providers that have it", () => {
    expect(provider.metadata.scopes_supported).toEqual(expect.arrayContaining(["openid", "email", "phone", "profile"]));
    expect(provider.metadata.scopes_supported).not.toContain("address");
  });

  test("oidcc-claims-essential", async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { userInfo, idTokens } = await party.complete({ claims });
    expect(userInfo.name).toBe(CLAIMS.name);
    for (const token of idTokens) expect(token).not.toHaveProperty("name");
  });

  test("oidcc-refresh-token", async () => {
    const { refreshToken = "", idTokens } = await party.complete();
    // RFC 6749 appendix A.17
    expect(refreshToken).toMatch(/^[\x20-\x7E]+$/);
    expect(provider.metadata.grant_types_supported).toContain("refresh_token");
    const fields = { grant_type: "refresh_token", refresh_token: refreshToken, scope: "openid" };
    const { first, second } = provider;
    const refresh = ({ id, secret }: typeof first) => post(provider.metadata.token_endpoint, fields, basic(id, secret));
    const refused = await refresh(second);
    expect(await read(refused)).toMatchObject({ status: 400, error: "invalid_grant" });
    expect(refused.headers.get("content-type")).toMatch(/^application\/json\b/);
    const response = await refresh(first);
    expect(response.headers.get("cache-control")).toContain("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    const answer = await read(response);
    expect(answer).toMatchObject({ status: 200, token_type: "Bearer", expires_in: expect.any(Number) });
    // OpenID Connect Core 1.0 §12.2: a nonce should not be there.
    const renewed = await party.verify(answer.id_token, null);
    const { iss, sub, aud, auth_time } = idTokens.at(-1) ?? {};
    expect(renewed).toMatchObject({ iss, sub, aud, auth_time });
    expect((await party.userInfo(answer.access_token)).sub).toBe(provider.sub);
  });

  test("oidcc-ensure-request-with-valid-pkce-succeeds", async () => {
    const { verifier, ...challenge } = PKCE;
    await party.complete(challenge, { verifier });
    expect(provider.metadata.code_challenge_methods_supported).toEqual(["S256"]);
  });

  test("oidcc-codereuse", async () => {
    const { parameters } = await party.complete();
    const response = await post(
      provider.metadata.token_endpoint,
      { grant_type: "authorization_code", code: parameters.code as string, redirect_uri: CALLBACK },
      basic(provider.first.id, provider.first.secret),
    );
    expect(response.headers.get("content-type")).toMatch(/^application\/json\b/);
    expect(await read(response)).toMatchObject({ status: 400, error: "invalid_grant" });
  });

  test("oidcc-codereuse-30seconds", async () => {
    const { parameters, accessToken } = await party.complete();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30_000 });
    expect(await party.redeem(parameters.code as string)).toMatchObject({ status: 400, error: "invalid_grant" });
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await get(provider.metadata.userinfo_endpoint, { headers })).status).toBe(401);
  });
});
