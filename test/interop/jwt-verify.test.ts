import {
  AdminAddUserToGroupCommand,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

type Tokens = Record<"AccessToken" | "IdToken" | "RefreshToken", string>;
type Jwk = { kid: string; kty: string; alg: string; use: string; n: string; e: string };

const AWS = "https://cognito-idp.us-east-1.amazonaws.com";

/** A server with a user who has a group, signed in. */
async function signedIn(vars: Record<string, string> = {}) {
  const server = await startServer(vars);
  const sdk = sdkFor(server.origin);
  const app = await makeApp(sdk);
  const { UserPoolId, ClientId } = app;
  await addUser(sdk, UserPoolId, "jane");
  await sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: "staff" }));
  await sdk.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: "jane", GroupName: "staff" }));
  const { AuthenticationResult } = await sdk.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: "jane", PASSWORD },
    }),
  );
  return { server, sdk, app, tokens: AuthenticationResult as Tokens };
}

/** A fetcher for aws-jwt-verify, whose own speaks https only. Documents of AWS are read from the server instead. */
const jwksCacheFor = (origin: string) =>
  new SimpleJwksCache({
    fetcher: {
      fetch: async (uri) => {
        const response = await fetch(uri.replace(AWS, origin));
        if (!response.ok) throw new Error(`${uri}: ${response.status}`);
        return response.arrayBuffer();
      },
    },
  });

let server: Server;
let sdk: CognitoIdentityProviderClient;
let app: App;
let tokens: Tokens;
let issuer: string;

beforeAll(async () => {
  ({ server, sdk, app, tokens } = await signedIn());
  issuer = `${server.origin}/${app.UserPoolId}`;
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
});

const jwks = async (): Promise<Jwk[]> =>
  ((await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as { keys: Jwk[] }).keys;
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString());
const withPayload = (token: string, claims: object): string => {
  const [header, , signature] = token.split(".");
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
};

describe("aws-jwt-verify", () => {
  /** CognitoJwtVerifier's checks under an issuer of our own, which its constructor does not take. */
  const verifierFor = (tokenUse: "id" | "access", more: { clientId?: string; groups?: string[] } = {}) =>
    JwtVerifier.create(
      {
        issuer,
        audience: null,
        jwksUri: `${issuer}/.well-known/jwks.json`,
        customJwtCheck: ({ payload }) =>
          validateCognitoJwtFields(payload, { tokenUse, clientId: app.ClientId, ...more }),
      },
      { jwksCache: jwksCacheFor(server.origin) },
    );

  it("verifies ID and access token as those of Cognito: signature, use, client, group", async () => {
    const id = await verifierFor("id", { groups: ["staff"] }).verify(tokens.IdToken);
    expect(id).toMatchObject({ aud: app.ClientId, token_use: "id", "cognito:username": "jane", iss: issuer });
    const access = await verifierFor("access", { groups: ["staff"] }).verify(tokens.AccessToken);
    expect(access).toMatchObject({ client_id: app.ClientId, token_use: "access", username: "jane", iss: issuer });
  });

  it("refuses the other kind of token, another client, another group, and altered tokens", async () => {
    await expect(verifierFor("id").verify(tokens.AccessToken)).rejects.toThrow("Token use not allowed");
    await expect(verifierFor("access").verify(tokens.IdToken)).rejects.toThrow("Token use not allowed");
    await expect(verifierFor("id", { clientId: "another" }).verify(tokens.IdToken)).rejects.toThrow("Client ID");
    await expect(verifierFor("id", { groups: ["bosses"] }).verify(tokens.IdToken)).rejects.toThrow("group");
    const altered = withPayload(tokens.IdToken, { ...claimsOf(tokens.IdToken), "cognito:username": "john" });
    await expect(verifierFor("id").verify(altered)).rejects.toThrow("Invalid signature");
  });

  it("takes the tokens by its CognitoJwtVerifier, unchanged, where the origin is that of AWS", async () => {
    const stood = await signedIn({ ORIGIN: AWS });
    try {
      const verifier = CognitoJwtVerifier.create(
        { userPoolId: stood.app.UserPoolId, tokenUse: "access", clientId: stood.app.ClientId, groups: "staff" },
        { jwksCache: jwksCacheFor(stood.server.origin) },
      );
      expect(await verifier.verify(stood.tokens.AccessToken)).toMatchObject({ iss: `${AWS}/${stood.app.UserPoolId}` });
      await expect(verifier.verify(tokens.AccessToken)).rejects.toThrow("issuer");
    } finally {
      stood.sdk.destroy();
      await stood.server.close();
    }
  });
});

describe("jose", () => {
  const key = () => createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

  it("[OpenID Connect Discovery 1.0 §4] finds the keys by discovery from the issuer alone", async () => {
    const response = await fetch(`${claimsOf(tokens.IdToken).iss}/.well-known/openid-configuration`);
    const found = (await response.json()) as {
      issuer: string;
      jwks_uri: string;
      id_token_signing_alg_values_supported: string[];
    };
    expect(found.issuer).toBe(issuer);
    expect(found.id_token_signing_alg_values_supported).toContain("RS256");
    const remote = createRemoteJWKSet(new URL(found.jwks_uri));
    const { payload } = await jwtVerify(tokens.IdToken, remote, { issuer: found.issuer, audience: app.ClientId });
    expect(payload.sub).toBe(claimsOf(tokens.AccessToken).sub);
  });

  it("verifies with the published keys, which differ for ID and access tokens", async () => {
    for (const token of [tokens.IdToken, tokens.AccessToken]) {
      expect((await jwtVerify(token, key(), { issuer, algorithms: ["RS256"] })).payload.exp).toBeGreaterThan(
        Date.now() / 1000,
      );
    }
    const kids = [tokens.IdToken, tokens.AccessToken].map((token) => decodeProtectedHeader(token).kid);
    expect(new Set(kids).size).toBe(2);
  });

  it("refuses tokens of another issuer and of altered claims", async () => {
    await expect(jwtVerify(tokens.IdToken, key(), { issuer: `${issuer}x` })).rejects.toMatchObject({
      code: "ERR_JWT_CLAIM_VALIDATION_FAILED",
    });
    const altered = withPayload(tokens.AccessToken, { ...claimsOf(tokens.AccessToken), scope: "openid" });
    await expect(jwtVerify(altered, key())).rejects.toMatchObject({ code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
  });

  it("fetches the keys once for many tokens", async () => {
    let fetched = 0;
    const counting = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
      [customFetch]: (...given) => {
        fetched++;
        return fetch(...given);
      },
    });
    for (const token of [tokens.IdToken, tokens.AccessToken, tokens.IdToken]) await jwtVerify(token, counting);
    expect(fetched).toBe(1);
  });
});

describe("the published keys", () => {
  it("[RFC 7517 §4] are public, named, and for RS256 signatures only", async () => {
    const keys = await jwks();
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const each of keys) {
      expect(Object.keys(each).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
      expect(each).toMatchObject({ kty: "RSA", alg: "RS256", use: "sig" });
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  });

  it("are not published for a pool that does not exist", async () => {
    for (const document of ["jwks.json", "openid-configuration"]) {
      const response = await fetch(`${server.origin}/us-east-1_NoSuchOne/.well-known/${document}`);
      expect(response.status).toBe(404);
    }
  });
});
