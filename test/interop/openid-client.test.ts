import { exportJWK, generateKeyPair } from "jose";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browserless } from "./browserless.ts";
import { codeGrant, discover } from "./code-grant.ts";
import { PASSWORD } from "./fixtures.ts";
import { type Server, startServer } from "./server.ts";
import { API, CALLBACK, makeWebApp, makeWebPool, SIGNED_OUT, signInAt, USER, type WebApp } from "./web-app.ts";

let server: Server;
let pool: string;
let app: WebApp;
let config: client.Configuration;

beforeAll(async () => {
  server = await startServer();
  pool = await makeWebPool(server);
  app = await makeWebApp(server, pool);
  config = await discover(app, client.ClientSecretBasic(app.ClientSecret));
});
afterAll(() => server?.close());

describe("[OpenID Connect Discovery 1.0 §4] the library learns", () => {
  it("every endpoint, and what the issuer can do, from the issuer alone", () => {
    const metadata = config.serverMetadata();
    expect(metadata.issuer).toBe(app.issuer.href);
    for (const endpoint of ["authorization", "token", "userinfo", "end_session", "revocation", "introspection"]) {
      expect(metadata[`${endpoint}_endpoint`]).toMatch(server.origin);
    }
    expect(metadata.supportsPKCE()).toBe(true);
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
  });
});

describe("[OpenID Connect Core 1.0 §3.1] the authorization code grant", () => {
  it("gives tokens whose issuer, audience, nonce, hash and signature the library accepts", async () => {
    client.enableNonRepudiationChecks(config);
    const { tokens, handed } = await codeGrant(config);
    expect((handed as URL).searchParams.get("iss")).toBe(app.issuer.href);
    expect(tokens.claims()).toMatchObject({ aud: app.ClientId, email: "ada@example.com", "cognito:username": USER });
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 3600, refresh_token: expect.any(String) });
  });

  it("works by client_secret_post, and without a secret for a public client", async () => {
    await codeGrant(await discover(app, client.ClientSecretPost(app.ClientSecret)));
    const open = await makeWebApp(server, pool, { GenerateSecret: false });
    const { tokens } = await codeGrant(await discover(open, client.None()));
    expect(tokens.claims()?.aud).toBe(open.ClientId);
  });

  it("holds max_age: auth_time is there, and recent", async () => {
    const browser = new Browserless(server.origin);
    const { tokens } = await codeGrant(config, { browser, maxAge: 60 });
    const again = await codeGrant(config, { browser, maxAge: 60 });
    expect(again.tokens.claims()?.auth_time).toBe(tokens.claims()?.auth_time);
    await codeGrant(config, { browser, maxAge: 0 });
  });

  it("is silent while the session lasts, and says login_required to prompt=none where there is none", async () => {
    const browser = new Browserless(server.origin);
    const parameters = { prompt: "none" };
    const refused = codeGrant(config, { browser, parameters });
    await expect(refused).rejects.toMatchObject({
      code: "OAUTH_AUTHORIZATION_RESPONSE_ERROR",
      error: "login_required",
    });
    await codeGrant(config, { browser });
    const { tokens } = await codeGrant(config, { browser, parameters });
    expect(tokens.claims()?.email).toBe("ada@example.com");
  });

  it("takes a code once", async () => {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
    const request = { redirect_uri: CALLBACK, scope: "openid", code_challenge, code_challenge_method: "S256" };
    const handed = await signInAt(new Browserless(server.origin), client.buildAuthorizationUrl(config, request));
    const { refresh_token = "" } = await client.authorizationCodeGrant(config, handed, { pkceCodeVerifier });
    const refusal = { code: "OAUTH_RESPONSE_BODY_ERROR", error: "invalid_grant", status: 400 };
    await expect(client.authorizationCodeGrant(config, handed, { pkceCodeVerifier })).rejects.toMatchObject(refusal);
    await expect(client.refreshTokenGrant(config, refresh_token)).rejects.toMatchObject(refusal);
  });

  it("[RFC 9207] shows mix-up: an answer with another issuer is refused by the library", async () => {
    const address = client.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: "openid" });
    const handed = (await signInAt(new Browserless(server.origin), address)) as URL;
    handed.searchParams.set("iss", "https://other.example.com");
    await expect(client.authorizationCodeGrant(config, handed)).rejects.toMatchObject({
      code: "OAUTH_INVALID_RESPONSE",
    });
  });

  it("[OAuth 2.0 Form Post Response Mode §2] answers by a form that posts itself", async () => {
    const { tokens, handed } = await codeGrant(config, { parameters: { response_mode: "form_post" } });
    expect(handed).toBeInstanceOf(Request);
    expect(tokens.claims()?.aud).toBe(app.ClientId);
  });

  it("[OAuth 2.0 Multiple Response Type Encoding Practices §2.1] answers in the fragment where that is asked for", async () => {
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: "openid",
      response_mode: "fragment",
    });
    const handed = (await signInAt(new Browserless(server.origin), address)) as URL;
    expect(handed.search).toBe("");
    handed.search = handed.hash.slice(1);
    handed.hash = "";
    const tokens = await client.authorizationCodeGrant(config, handed);
    expect(tokens.claims()?.aud).toBe(app.ClientId);
  });
});

describe("[OpenID Connect Core 1.0 §3.2, §3.3] implicit and hybrid flow", () => {
  let open: WebApp;
  beforeAll(async () => {
    open = await makeWebApp(server, pool, { AllowedOAuthFlows: ["code", "implicit"] });
  });

  it.each(["fragment", "form_post"])("id_token alone by %s passes as an authentication", async (response_mode) => {
    const at = await discover(open);
    client.useIdTokenResponseType(at);
    const [nonce, state] = [client.randomNonce(), client.randomState()];
    const request = { redirect_uri: CALLBACK, scope: "openid email", nonce, state, response_mode, max_age: "300" };
    const handed = await signInAt(new Browserless(server.origin), client.buildAuthorizationUrl(at, request));
    const checks = { expectedState: state, maxAge: 300 };
    const claims = await client.implicitAuthentication(at, handed, nonce, checks);
    expect(claims).toMatchObject({ aud: open.ClientId, email: "ada@example.com", nonce });
  });

  it.each(["fragment", "form_post"])(
    "code id_token by %s: c_hash binds the code to the token",
    async (response_mode) => {
      const at = await discover(open, client.ClientSecretBasic(open.ClientSecret));
      client.useCodeIdTokenResponseType(at);
      const { tokens } = await codeGrant(at, { parameters: { response_mode } });
      expect(tokens.claims()?.aud).toBe(open.ClientId);
    },
  );

  it("code id_token with another code in its place is refused by the library", async () => {
    const at = await discover(open, client.ClientSecretBasic(open.ClientSecret));
    client.useCodeIdTokenResponseType(at);
    const nonce = client.randomNonce();
    const address = client.buildAuthorizationUrl(at, { redirect_uri: CALLBACK, scope: "openid", nonce });
    const browser = new Browserless(server.origin);
    const [one, other] = [(await signInAt(browser, address)) as URL, (await signInAt(browser, address)) as URL];
    const [mixed, theirs] = [new URLSearchParams(one.hash.slice(1)), new URLSearchParams(other.hash.slice(1))];
    mixed.set("code", theirs.get("code") ?? "");
    one.hash = mixed.toString();
    const refused = client.authorizationCodeGrant(at, one, { expectedNonce: nonce });
    await expect(refused).rejects.toMatchObject({ cause: { cause: { claim: "c_hash" } } });
  });
});

describe("[OpenID Connect Core 1.0 §5.3] userInfo", () => {
  it("tells what the scopes are about, of the one whom the ID token names", async () => {
    const { tokens } = await codeGrant(config, { scope: "openid profile" });
    const { sub } = tokens.claims() as client.IDToken;
    const info = await client.fetchUserInfo(config, tokens.access_token, sub);
    expect(info).toMatchObject({ sub, name: "Ada", username: USER });
    expect(info).not.toHaveProperty("email");
  });
});

describe("[RFC 6749 §6] refresh tokens", () => {
  it("stay the same without rotation, and give tokens of the same sign-in", async () => {
    const { tokens } = await codeGrant(config);
    const again = await client.refreshTokenGrant(config, tokens.refresh_token as string);
    expect(again.refresh_token).toBeUndefined();
    const { sub, auth_time } = tokens.claims() as client.IDToken;
    expect(again.claims()).toMatchObject({ sub, auth_time });
  });

  it("[RFC 9700 §4.14.2] rotate where that is set, and a used one ends the family", async () => {
    const rotating = await makeWebApp(server, pool, {
      RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 0 },
    });
    const at = await discover(rotating, client.ClientSecretBasic(rotating.ClientSecret));
    const { tokens } = await codeGrant(at);
    const second = await client.refreshTokenGrant(at, tokens.refresh_token as string);
    const third = await client.refreshTokenGrant(at, second.refresh_token as string);
    const refusal = { error: "invalid_grant" };
    await expect(client.refreshTokenGrant(at, second.refresh_token as string)).rejects.toMatchObject(refusal);
    await expect(client.refreshTokenGrant(at, third.refresh_token as string)).rejects.toMatchObject(refusal);
  });

  it("[RFC 7662, RFC 7009] are active until they are revoked, and their access tokens with them", async () => {
    const { tokens } = await codeGrant(config);
    const ask = (token: string) => client.tokenIntrospection(config, token);
    expect(await ask(tokens.refresh_token as string)).toMatchObject({ active: true, client_id: app.ClientId });
    expect(await ask(tokens.access_token)).toMatchObject({ active: true, token_type: "Bearer", username: USER });
    await client.tokenRevocation(config, tokens.refresh_token as string);
    expect(await ask(tokens.refresh_token as string)).toEqual({ active: false });
    expect(await ask(tokens.access_token)).toEqual({ active: false });
    await expect(client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)).rejects.toThrow();
  });
});

describe("[RFC 6749 §4.4] client credentials", () => {
  it("give a token for the scopes of the client, and introspection knows it", async () => {
    const machine = await makeWebApp(server, pool, {
      AllowedOAuthFlows: ["client_credentials"],
      AllowedOAuthScopes: [`${API}/read`],
    });
    const at = await discover(machine, client.ClientSecretBasic(machine.ClientSecret));
    const tokens = await client.clientCredentialsGrant(at, { scope: `${API}/read` });
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 3600 });
    expect(await client.tokenIntrospection(at, tokens.access_token)).toMatchObject({
      active: true,
      client_id: machine.ClientId,
      scope: `${API}/read`,
    });
  });
});

describe("[RFC 9126] pushed authorization requests", () => {
  it("keep the request out of the browser", async () => {
    const { tokens, address } = await codeGrant(config, { pushed: true });
    expect([...address.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
    expect(tokens.claims()?.aud).toBe(app.ClientId);
  });
});

describe("[RFC 9449] DPoP", () => {
  it("binds tokens to the key of the client, from the code to userInfo and refresh", async () => {
    const open = await makeWebApp(server, pool, { GenerateSecret: false, OAuthConfiguration: { RequireDPoP: true } });
    const at = await discover(open, client.None());
    const DPoP = client.getDPoPHandle(at, await client.randomDPoPKeyPair("ES256"));
    const { tokens } = await codeGrant(at, { DPoP, parameters: { dpop_jkt: await DPoP.calculateThumbprint() } });
    expect(tokens.token_type).toBe("dpop");
    const { sub } = tokens.claims() as client.IDToken;
    expect((await client.fetchUserInfo(at, tokens.access_token, sub, { DPoP })).sub).toBe(sub);
    await expect(client.fetchUserInfo(at, tokens.access_token, sub)).rejects.toThrow();
    const again = await client.refreshTokenGrant(at, tokens.refresh_token as string, undefined, { DPoP });
    expect(again.token_type).toBe("dpop");
    const thief = client.getDPoPHandle(at, await client.randomDPoPKeyPair("ES256"));
    const stolen = client.refreshTokenGrant(at, tokens.refresh_token as string, undefined, { DPoP: thief });
    await expect(stolen).rejects.toMatchObject({ error: "invalid_grant" });
  });

  it("binds a pushed request to the key that pushed it", async () => {
    const open = await makeWebApp(server, pool, { GenerateSecret: false });
    const at = await discover(open, client.None());
    const DPoP = client.getDPoPHandle(at, await client.randomDPoPKeyPair("ES256"));
    expect((await codeGrant(at, { DPoP, pushed: true })).tokens.token_type).toBe("dpop");
  });
});

describe("[OpenID Connect Core 1.0 §9, RFC 7523] private_key_jwt", () => {
  it.each(["ES256", "PS256", "RS256", "Ed25519"])("proves a client by a signature of %s", async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const Jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg, use: "sig" }] });
    const keyed = await makeWebApp(server, pool, { GenerateSecret: false, OAuthConfiguration: { Jwks } });
    const at = await discover(keyed, client.PrivateKeyJwt({ key: privateKey, kid: "one" }));
    const { tokens } = await codeGrant(at);
    await client.refreshTokenGrant(at, tokens.refresh_token as string);
    await client.tokenRevocation(at, tokens.refresh_token as string);
    const imposter = await discover(keyed, client.PrivateKeyJwt((await generateKeyPair(alg)).privateKey));
    const refused = client.refreshTokenGrant(imposter, tokens.refresh_token as string);
    await expect(refused).rejects.toMatchObject({ error: "invalid_client" });
  });
});

describe("[RFC 8628] device authorization", () => {
  it("gives tokens to a device once its user has allowed it in a browser", async () => {
    const tv = await makeWebApp(server, pool, { GenerateSecret: false, AllowedOAuthFlows: ["device_code"] });
    const at = await discover(tv, client.None());
    const device = await client.initiateDeviceAuthorization(at, { scope: "openid email" });
    const browser = new Browserless(server.origin);
    await browser.open(device.verification_uri);
    await browser.submit({ user_code: device.user_code });
    await browser.submit({ username: USER, password: PASSWORD });
    expect(browser.text()).toContain(device.user_code);
    await browser.submit({}, "allow");
    const tokens = await client.pollDeviceAuthorizationGrant(at, { ...device, interval: 1 });
    expect(tokens.claims()).toMatchObject({ aud: tv.ClientId, email: "ada@example.com" });
  });
});

describe("[OpenID Connect RP-Initiated Logout 1.0 §2] logout", () => {
  it("ends the session of the browser and leads back with state", async () => {
    const browser = new Browserless(server.origin);
    const { tokens } = await codeGrant(config, { browser });
    const handed = (await browser.open(
      client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token as string,
        post_logout_redirect_uri: SIGNED_OUT,
        state: "see you",
      }),
    )) as URL;
    expect(handed.href).toBe(`${SIGNED_OUT}?state=see+you`);
    const silent = codeGrant(config, { browser, parameters: { prompt: "none" } });
    await expect(silent).rejects.toMatchObject({ error: "login_required" });
  });
});
