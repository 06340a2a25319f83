// The same as with openid-client, by the library under it, which shows every step and its strictest checks. The pool keeps to
// the OpenID standards where Cognito differs.
import { createHash } from "node:crypto";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browserless } from "./browserless.ts";
import { PASSWORD } from "./fixtures.ts";
import { type Server, startServer } from "./server.ts";
import { API, CALLBACK, makeWebApp, makeWebPool, signInAt, USER, type WebApp } from "./web-app.ts";

const HTTP = { [oauth.allowInsecureRequests]: true };

let server: Server;
let pool: string;
let app: WebApp;
let as: oauth.AuthorizationServer;

/** The client as the library knows it: an ID token must say when the person signed in. */
const clientOf = ({ ClientId }: WebApp): oauth.Client => ({ client_id: ClientId, require_auth_time: true });
const secretOf = ({ ClientSecret }: WebApp): oauth.ClientAuth => oauth.ClientSecretBasic(ClientSecret as string);

beforeAll(async () => {
  server = await startServer();
  pool = await makeWebPool(server, { OAuthConfiguration: { Conformance: "OPENID" } });
  app = await makeWebApp(server, pool, { AllowedOAuthFlows: ["code", "implicit"] });
  as = await oauth.processDiscoveryResponse(app.issuer, await oauth.discoveryRequest(app.issuer, HTTP));
});
afterAll(() => server?.close());

/** What a request needs to be checked in the end. */
interface Secrets {
  state: string;
  nonce: string;
  verifier: string;
}

async function requestOf(of: WebApp, more: Record<string, string> = {}): Promise<[URLSearchParams, Secrets]> {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: of.ClientId,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: "openid email",
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...more,
  });
  return [parameters, { state, nonce, verifier }];
}

async function handedBy(parameters: URLSearchParams, browser = new Browserless(server.origin)): Promise<URL | Request> {
  const address = new URL(as.authorization_endpoint as string);
  address.search = parameters.toString();
  return signInAt(browser, address);
}

/** Exchanges the code of an answer that was validated. */
async function tokensFor(of: WebApp, answer: URLSearchParams, { nonce, verifier }: Secrets, DPoP?: oauth.DPoPHandle) {
  const client = clientOf(of);
  const authentication = of.ClientSecret === undefined ? oauth.None() : secretOf(of);
  const options = { ...HTTP, ...(DPoP && { DPoP }) };
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    answer,
    CALLBACK,
    verifier,
    options,
  );
  const checks = { expectedNonce: nonce, requireIdToken: true, maxAge: 300 };
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
  await oauth.validateApplicationLevelSignature(as, response, HTTP);
  return tokens;
}

/** A sign-in from beginning to end. */
async function signIn(of = app, more: Record<string, string> = {}, browser?: Browserless) {
  const [parameters, secrets] = await requestOf(of, more);
  const handed = (await handedBy(parameters, browser)) as URL;
  const answer = oauth.validateAuthResponse(as, clientOf(of), handed, secrets.state);
  return tokensFor(of, answer, secrets);
}

const claimsOf = (tokens: oauth.TokenEndpointResponse): oauth.IDToken =>
  oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken;

const half = (text: string): string => createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

describe("[RFC 6749 §4.1, OpenID Connect Core 1.0 §3.1] the authorization code grant", () => {
  it("gives an ID token with auth_time and the hash of its access token, and the strictest checks pass", async () => {
    const tokens = await signIn();
    const { aud, at_hash, auth_time } = claimsOf(tokens);
    expect(aud).toBe(app.ClientId);
    expect(at_hash).toBe(half(tokens.access_token));
    expect(Date.now() / 1000 - (auth_time as number)).toBeLessThan(30);
  });

  it("[RFC 9207 §2.4] every answer names its issuer, and one without is refused by the library", async () => {
    const [parameters, { state }] = await requestOf(app);
    const handed = (await handedBy(parameters)) as URL;
    const client = clientOf(app);
    oauth.validateAuthResponse(as, client, handed, state);
    handed.searchParams.delete("iss");
    expect(() => oauth.validateAuthResponse(as, client, handed, state)).toThrow(/iss/);
  });

  it("[RFC 6749 §4.1.2] returns no state where none was sent", async () => {
    const [parameters] = await requestOf(app);
    parameters.delete("state");
    const handed = (await handedBy(parameters)) as URL;
    expect(oauth.validateAuthResponse(as, clientOf(app), handed, oauth.expectNoState).get("code")).toBeTruthy();
  });

  it("[RFC 6749 §4.1.2.1] a refusal comes in the form of a success: state, issuer, and an error in its words", async () => {
    const [parameters, { state }] = await requestOf(app, { scope: "openid nonsense" });
    const handed = (await handedBy(parameters)) as URL;
    const validate = () => oauth.validateAuthResponse(as, clientOf(app), handed, state);
    expect(validate).toThrow(expect.objectContaining({ error: "invalid_scope" }));
    expect(handed.searchParams.get("iss")).toBe(as.issuer);
  });

  it("[RFC 7636 §4.6] is refused with another verifier, and the code still serves whoever has the right one", async () => {
    const [parameters, secrets] = await requestOf(app);
    const handed = (await handedBy(parameters)) as URL;
    const answer = oauth.validateAuthResponse(as, clientOf(app), handed, secrets.state);
    const verifier = oauth.generateRandomCodeVerifier();
    await expect(tokensFor(app, answer, { ...secrets, verifier })).rejects.toMatchObject({ error: "invalid_grant" });
    expect(claimsOf(await tokensFor(app, answer, secrets)).sub).toBeTruthy();
  });
});

describe("[OpenID Connect Core 1.0 §3.3] the hybrid flow", () => {
  it.each(["fragment", "form_post"])(
    "code id_token by %s: nonce, c_hash and auth_time are right",
    async (response_mode) => {
      const [parameters, secrets] = await requestOf(app, { response_type: "code id_token", response_mode });
      const handed = await handedBy(parameters);
      const { state, nonce } = secrets;
      const answer = await oauth.validateCodeIdTokenResponse(as, clientOf(app), handed, nonce, state, 300, HTTP);
      expect(claimsOf(await tokensFor(app, answer, secrets)).nonce).toBe(nonce);
    },
  );
});

describe("[OpenID Connect Core 1.0 §5.3] userInfo", () => {
  it("is JSON about the very subject of the ID token, with the types of the standard", async () => {
    const tokens = await signIn();
    const client = clientOf(app);
    const response = await oauth.userInfoRequest(as, client, tokens.access_token, HTTP);
    const info = await oauth.processUserInfoResponse(as, client, claimsOf(tokens).sub, response);
    expect(info).toMatchObject({ email: "ada@example.com", email_verified: true });
  });

  it("[RFC 6750 §3] refuses anything else with a challenge that the library can read", async () => {
    const request = oauth.userInfoRequest(as, clientOf(app), "nonsense", HTTP);
    const refused = request.then((response) =>
      oauth.processUserInfoResponse(as, clientOf(app), oauth.skipSubjectCheck, response),
    );
    await expect(refused).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }],
    });
  });
});

describe("[RFC 6749 §6, OpenID Connect Core 1.0 §12.2] the refresh token grant", () => {
  it.each(["DISABLED", "ENABLED"])(
    "keeps subject, issuer, audience and auth_time, with rotation %s",
    async (Feature) => {
      const of = await makeWebApp(server, pool, { RefreshTokenRotation: { Feature, RetryGracePeriodSeconds: 0 } });
      const tokens = await signIn(of);
      const token = tokens.refresh_token as string;
      const response = await oauth.refreshTokenGrantRequest(as, clientOf(of), secretOf(of), token, HTTP);
      const again = await oauth.processRefreshTokenResponse(as, clientOf(of), response);
      const { sub, auth_time } = claimsOf(tokens);
      expect(claimsOf(again)).toMatchObject({ sub, auth_time, aud: of.ClientId });
      expect(again.refresh_token === undefined).toBe(Feature === "DISABLED");
    },
  );
});

describe("[RFC 7662] introspection, [RFC 7009] revocation", () => {
  it("a revoked token is inactive, and revoking it again is no fault", async () => {
    const { refresh_token = "" } = await signIn();
    const client = clientOf(app);
    const ask = async () =>
      oauth.processIntrospectionResponse(
        as,
        client,
        await oauth.introspectionRequest(as, client, secretOf(app), refresh_token, HTTP),
      );
    expect((await ask()).active).toBe(true);
    for (let time = 0; time < 2; time++) {
      const response = await oauth.revocationRequest(as, client, secretOf(app), refresh_token, HTTP);
      expect(await oauth.processRevocationResponse(response)).toBeUndefined();
    }
    expect(await ask()).toEqual({ active: false });
  });
});

describe("[RFC 6749 §4.4] client credentials", () => {
  it("give an access token and neither refresh nor ID token", async () => {
    const settings = { AllowedOAuthFlows: ["client_credentials"], AllowedOAuthScopes: [`${API}/read`] };
    const machine = await makeWebApp(server, pool, settings);
    const client = clientOf(machine);
    const response = await oauth.clientCredentialsGrantRequest(as, client, secretOf(machine), {}, HTTP);
    const tokens = await oauth.processClientCredentialsResponse(as, client, response);
    expect(tokens.scope).toBe(`${API}/read`);
    expect(tokens).not.toHaveProperty("refresh_token");
    expect(tokens).not.toHaveProperty("id_token");
  });

  it("[RFC 6749 §5.2] are refused to another secret with 401 and a challenge", async () => {
    const client = clientOf(app);
    const wrong = oauth.ClientSecretBasic("wrong");
    const response = await oauth.clientCredentialsGrantRequest(as, client, wrong, {}, HTTP);
    const refused = oauth.processClientCredentialsResponse(as, client, response);
    await expect(refused).rejects.toMatchObject({ status: 401, cause: [{ scheme: "basic" }] });
  });
});

describe("[RFC 9126 §2.2] pushed requests", () => {
  it("are answered by 201 with an address that works once", async () => {
    const [parameters, secrets] = await requestOf(app);
    const client = clientOf(app);
    const response = await oauth.pushedAuthorizationRequest(as, client, secretOf(app), parameters, HTTP);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response);
    const pushed = new URLSearchParams({ client_id: app.ClientId, request_uri });
    const browser = new Browserless(server.origin);
    const handed = (await handedBy(pushed, browser)) as URL;
    const answer = oauth.validateAuthResponse(as, client, handed, secrets.state);
    expect(claimsOf(await tokensFor(app, answer, secrets)).aud).toBe(app.ClientId);
    await expect(handedBy(pushed, browser)).rejects.toThrow(/400/);
  });
});

describe("[RFC 9449] DPoP", () => {
  it.each(["ES256", "RS256", "PS256", "Ed25519"])("a key of %s binds the tokens of a public client", async (alg) => {
    const open = await makeWebApp(server, pool, { GenerateSecret: false });
    const client = clientOf(open);
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(alg));
    const [parameters, secrets] = await requestOf(open);
    const answer = oauth.validateAuthResponse(as, client, (await handedBy(parameters)) as URL, secrets.state);
    const tokens = await tokensFor(open, answer, secrets, DPoP);
    expect(tokens.token_type).toBe("dpop");
    const info = await oauth.userInfoRequest(as, client, tokens.access_token, { ...HTTP, DPoP });
    expect((await oauth.processUserInfoResponse(as, client, claimsOf(tokens).sub, info)).sub).toBe(
      claimsOf(tokens).sub,
    );
    const token = tokens.refresh_token as string;
    const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, { ...HTTP, DPoP });
    expect((await oauth.processRefreshTokenResponse(as, client, response)).token_type).toBe("dpop");
  });
});

describe("[RFC 8628] the device grant", () => {
  it("waits, says so, and gives tokens after the person has allowed it", async () => {
    const tv = await makeWebApp(server, pool, { GenerateSecret: false, AllowedOAuthFlows: ["device_code"] });
    const client = clientOf(tv);
    const asked = await oauth.deviceAuthorizationRequest(as, client, oauth.None(), { scope: "openid" }, HTTP);
    const device = await oauth.processDeviceAuthorizationResponse(as, client, asked);
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        as,
        client,
        await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, HTTP),
      );
    await expect(poll()).rejects.toMatchObject({ error: "authorization_pending" });
    const browser = new Browserless(server.origin);
    await browser.open(device.verification_uri_complete as string);
    // The code that came along is looked at and sent (§5.4).
    await browser.submit();
    await browser.submit({ username: USER, password: PASSWORD });
    await browser.submit({}, "allow");
    await new Promise((resolve) => setTimeout(resolve, (device.interval as number) * 1000));
    expect(claimsOf(await poll()).aud).toBe(tv.ClientId);
    await expect(poll()).rejects.toMatchObject({ error: /expired_token|invalid_grant/ });
  });
});
