import * as client from "openid-client";
import { Browserless } from "./browserless.ts";
import { CALLBACK, signInAt, type WebApp } from "./web-app.ts";

/** What openid-client learns of the provider, for a client of it. HTTP is for this machine only. */
export const discover = (
  { issuer, ClientId, ClientSecret }: WebApp,
  authentication?: client.ClientAuth,
): Promise<client.Configuration> =>
  client.discovery(issuer, ClientId, ClientSecret, authentication, { execute: [client.allowInsecureRequests] });

/** What is out of the ordinary. */
export interface Wish {
  browser?: Browserless;
  scope?: string;
  /** Seconds. */
  maxAge?: number;
  parameters?: Record<string, string>;
  DPoP?: client.DPoPHandle;
  /** Whether the request is pushed first (RFC 9126). */
  pushed?: boolean;
}

/** The authorization code grant with PKCE, `state` and `nonce`, as the library's own example has it. */
export async function codeGrant(
  config: client.Configuration,
  { browser, scope = "openid email", maxAge, parameters, DPoP, pushed }: Wish = {},
) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const request = {
    redirect_uri: CALLBACK,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    ...parameters,
  };
  const options = DPoP && { DPoP };
  const address = pushed
    ? await client.buildAuthorizationUrlWithPAR(config, request, options)
    : client.buildAuthorizationUrl(config, request);
  const { origin } = new URL(config.serverMetadata().issuer);
  const handed = await signInAt(browser ?? new Browserless(origin), address);
  const checks = {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
    ...(maxAge !== undefined && { maxAge }),
  };
  return { tokens: await client.authorizationCodeGrant(config, handed, checks, undefined, options), handed, address };
}
