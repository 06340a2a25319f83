// Modules of the OpenID conformance suite (August 2026) about what a request asks for, each under its own name.
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { toBase64Url, utf8 } from "../../src/lib/encoding.ts";
import { makeProvider, type Provider, CALLBACK } from "./provider.ts";
import { type Completed, RelyingParty } from "./relying-party.ts";
import { VARIANTS } from "./variants.ts";

let provider: Provider;
beforeAll(async () => {
  provider = await makeProvider();
});
afterEach(() => vi.useRealTimers());

const wait = (seconds: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });

/** OpenID Connect Core 1.0 §3.1.2.6 */
const NEEDS_A_PERSON = ["login_required", "interaction_required", "account_selection_required", "consent_required"];

const authTime = ({ idTokens }: Completed): number => idTokens.at(-1)?.auth_time as number;

const unsigned = (claims: object): string =>
  `${toBase64Url(utf8('{"alg":"none"}'))}.${toBase64Url(utf8(JSON.stringify(claims)))}.`;

describe.each(VARIANTS)("$plan, response_type=$responseType, form_post: $formPost", (variant) => {
  let party: RelyingParty;
  beforeEach(() => {
    party = new RelyingParty(provider, variant);
  });

  test.each([
    ["oidcc-display-page", { display: "page" }],
    ["oidcc-display-popup", { display: "popup" }],
    ["oidcc-ensure-request-with-unknown-parameter-succeeds", { extra: "foobar" }],
    ["oidcc-claims-locales", { claims_locales: "se" }],
    ["oidcc-ui-locales", { ui_locales: "se" }],
  ])("%s", async (_, changes) => {
    expect((await party.complete(changes)).asked).toBe(true);
  });

  test("oidcc-login-hint", async () => {
    await party.person.visit(party.request({ login_hint: "buffy@op.test" }));
    expect(party.person.fields().get("username")).toBe("buffy@op.test");
    await party.complete({ login_hint: "buffy@op.test" });
  });

  test("oidcc-ensure-request-with-acr-values-succeeds", async () => {
    const supported: string[] = provider.metadata.acr_values_supported;
    const { idTokens } = await party.complete({ acr_values: supported.join(" ") });
    for (const { acr } of idTokens) expect(supported).toContain(acr);
  });

  test("oidcc-prompt-login", async () => {
    const first = await party.complete();
    wait(1);
    const second = await party.complete({ prompt: "login" });
    expect(second.asked).toBe(true);
    expect(authTime(second)).toBeGreaterThan(authTime(first));
  });

  test("oidcc-prompt-none-not-logged-in", async () => {
    party.expectError(await party.authorize({ prompt: "none" }), NEEDS_A_PERSON);
  });

  test("oidcc-prompt-none-logged-in", async () => {
    const first = await party.complete();
    wait(2);
    const second = await party.complete({ prompt: "none" });
    expect(second.asked).toBe(false);
    expect(authTime(second)).toBe(authTime(first));
    expect(second.userInfo.sub).toBe(first.userInfo.sub);
  });

  test("oidcc-max-age-1", async () => {
    const first = await party.complete();
    wait(2);
    const second = await party.complete({ max_age: "1" });
    expect(second.asked).toBe(true);
    expect(authTime(second)).toBeGreaterThan(authTime(first));
    expect(Date.now() / 1000 - authTime(second)).toBeLessThan(2);
  });

  test("oidcc-max-age-10000", async () => {
    const first = await party.complete({ max_age: "15000" });
    wait(1);
    const second = await party.complete({ max_age: "10000" });
    expect(second.asked).toBe(false);
    expect(authTime(first)).toBeTypeOf("number");
    expect(authTime(second)).toBe(authTime(first));
    expect(second.userInfo.sub).toBe(first.userInfo.sub);
  });

  test("oidcc-id-token-hint", async () => {
    const first = await party.complete();
    wait(1);
    const second = await party.complete({ prompt: "none", id_token_hint: first.idToken });
    expect(second.asked).toBe(false);
    expect(authTime(second)).toBe(authTime(first));
    expect(second.userInfo.sub).toBe(first.userInfo.sub);
  });

  test("oidcc-ensure-registered-redirect-uri", async () => {
    const response = await party.person.visit(party.request({ redirect_uri: `${CALLBACK}/bad` }));
    expect(response.headers.get("location")).toBeNull();
    expect(response.status).toBe(400);
    expect(party.person.html).not.toContain("suite.test");
  });

  test("oidcc-ensure-post-request-succeeds", async () => {
    expect((await party.complete({}, { init: { method: "POST" } })).asked).toBe(true);
  });

  /** What the suite leaves beside a request object: the rest is in it alone, `state` and `response_mode` included. */
  const beside = { state: undefined, nonce: undefined, response_mode: undefined };

  test("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", async () => {
    const request = unsigned({ iss: provider.first.id, redirect_uri: CALLBACK, response_type: variant.responseType });
    await party.person.visit(party.request({ ...beside, request }));
    expect(party.person.sentToClient()).toEqual({ error: "request_not_supported", iss: provider.metadata.issuer });
    expect(provider.metadata.request_parameter_supported).toBe(false);
  });

  test("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", async () => {
    await party.person.visit(party.request({ ...beside, request_uri: "https://suite.test/requesturi/a#b" }));
    expect(party.person.sentToClient()).toEqual({ error: "request_uri_not_supported", iss: provider.metadata.issuer });
    expect(provider.metadata.request_uri_parameter_supported).toBe(false);
  });

  test("oidcc-ensure-request-object-with-redirect-uri", async () => {
    const request = unsigned({ iss: provider.first.id, redirect_uri: CALLBACK });
    const response = await party.person.visit(
      party.request({ ...beside, request, redirect_uri: `${CALLBACK}_invalid` }),
    );
    expect(response.headers.get("location")).toBeNull();
    expect(response.status).toBe(400);
  });
});
