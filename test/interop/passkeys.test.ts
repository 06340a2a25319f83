import {
  type CognitoIdentityProviderClient,
  CompleteWebAuthnRegistrationCommand,
  DeleteWebAuthnCredentialCommand,
  InitiateAuthCommand,
  LimitExceededException,
  ListWebAuthnCredentialsCommand,
  ResourceNotFoundException,
  RespondToAuthChallengeCommand,
  SetUserPoolMfaConfigCommand,
  StartWebAuthnRegistrationCommand,
  WebAuthnChallengeNotFoundException,
  WebAuthnCredentialNotSupportedException,
  WebAuthnNotEnabledException,
  WebAuthnOriginNotAllowedException,
  WebAuthnRelyingPartyMismatchException,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Authenticator, type CreationWays } from "../authenticator.ts";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

const HOST = "login.example.com";
const WITH_PASSKEYS = {
  Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD" as const, "WEB_AUTHN" as const] } },
};

let server: Server;
let sdk: CognitoIdentityProviderClient;
let app: App;
let AccessToken: string;

beforeAll(async () => {
  server = await startServer();
  sdk = sdkFor(server.origin);
  app = await makeApp(sdk, WITH_PASSKEYS, {
    ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  const WebAuthnConfiguration = { RelyingPartyId: HOST, UserVerification: "required" as const };
  await sdk.send(new SetUserPoolMfaConfigCommand({ UserPoolId: app.UserPoolId, WebAuthnConfiguration }));
  AccessToken = await tokenOf(app, "jane");
});
afterAll(() => server.close());

async function tokenOf({ UserPoolId, ClientId }: App, USERNAME: string): Promise<string> {
  await addUser(sdk, UserPoolId, USERNAME);
  const AuthParameters = { USERNAME, PASSWORD };
  const begun = new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters });
  return (await sdk.send(begun)).AuthenticationResult?.AccessToken as string;
}

const start = async (token = AccessToken): Promise<any> =>
  (await sdk.send(new StartWebAuthnRegistrationCommand({ AccessToken: token }))).CredentialCreationOptions;

const complete = (Credential: any, token = AccessToken) =>
  sdk.send(new CompleteWebAuthnRegistrationCommand({ AccessToken: token, Credential }));

const made = async (ways?: CreationWays) => new Authenticator().create(await start(), ways);

describe("passkeys by the AWS SDK", () => {
  it("sends documents both ways as the SDK's document type: JSON values, not texts", async () => {
    const options = await start();
    expect(options).toMatchObject({
      rp: { id: HOST },
      user: { name: "jane" },
      pubKeyCredParams: [{ alg: -7 }, { alg: -257 }],
      authenticatorSelection: { requireResidentKey: true, userVerification: "required" },
    });
    const credential = await new Authenticator().create(options);
    await complete(credential);
    const { Credentials } = await sdk.send(new ListWebAuthnCredentialsCommand({ AccessToken }));
    expect(Credentials).toEqual([
      {
        CredentialId: credential.id,
        FriendlyCredentialName: "Passkey",
        RelyingPartyId: HOST,
        AuthenticatorAttachment: "platform",
        AuthenticatorTransports: ["hybrid", "internal"],
        CreatedAt: expect.any(Date),
      },
    ]);
    expect(Math.abs(Date.now() - (Credentials?.[0]?.CreatedAt?.getTime() ?? 0))).toBeLessThan(60_000);
  });

  it("pages and deletes", async () => {
    await complete(await made());
    await complete(await made());
    const ids: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await sdk.send(new ListWebAuthnCredentialsCommand({ AccessToken, MaxResults: 2, NextToken }));
      ids.push(...(page.Credentials ?? []).map(({ CredentialId }) => CredentialId));
      ({ NextToken } = page);
    } while (NextToken);
    expect(new Set(ids).size).toBe(3);
    for (const CredentialId of ids) await sdk.send(new DeleteWebAuthnCredentialCommand({ AccessToken, CredentialId }));
    expect((await sdk.send(new ListWebAuthnCredentialsCommand({ AccessToken }))).Credentials).toEqual([]);
    await expect(
      sdk.send(new DeleteWebAuthnCredentialCommand({ AccessToken, CredentialId: ids[0] })),
    ).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it("signs in by USER_AUTH with the passkey that was made", async () => {
    const token = await tokenOf(app, "joan");
    const authenticator = new Authenticator();
    await complete(await authenticator.create(await start(token)), token);
    const { ClientId } = app;
    const begun = await sdk.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "USER_AUTH",
        AuthParameters: { USERNAME: "joan", PREFERRED_CHALLENGE: "WEB_AUTHN" },
      }),
    );
    expect(begun.AvailableChallenges).toContain("WEB_AUTHN");
    const options = JSON.parse(begun.ChallengeParameters?.CREDENTIAL_REQUEST_OPTIONS as string);
    const CREDENTIAL = JSON.stringify(await authenticator.get(options));
    const { AuthenticationResult } = await sdk.send(
      new RespondToAuthChallengeCommand({
        ClientId,
        ChallengeName: "WEB_AUTHN",
        Session: begun.Session,
        ChallengeResponses: { USERNAME: "joan", CREDENTIAL },
      }),
    );
    expect(AuthenticationResult?.IdToken).toEqual(expect.any(String));
  });

  it("raises the SDK's own error types", async () => {
    await expect(complete(await made({ challenge: "AAAA" }))).rejects.toBeInstanceOf(
      WebAuthnChallengeNotFoundException,
    );
    await expect(complete(await made({ origin: "https://evil.test" }))).rejects.toBeInstanceOf(
      WebAuthnOriginNotAllowedException,
    );
    await expect(complete(await made({ rpId: "evil.test", origin: `https://${HOST}` }))).rejects.toBeInstanceOf(
      WebAuthnRelyingPartyMismatchException,
    );
    await expect(complete(await made({ verified: false }))).rejects.toBeInstanceOf(
      WebAuthnCredentialNotSupportedException,
    );
    const without = await makeApp(sdk);
    await expect(start(await tokenOf(without, "john"))).rejects.toBeInstanceOf(WebAuthnNotEnabledException);
  });

  it("stops at twenty", async () => {
    const token = await tokenOf(app, "collector");
    for (let n = 0; n < 20; n++) await complete(await new Authenticator().create(await start(token)), token);
    await expect(start(token)).rejects.toBeInstanceOf(LimitExceededException);
  });
});
