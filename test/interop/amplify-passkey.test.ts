import {
  type CognitoIdentityProviderClient,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type AmplifyApp, bundleApp, callerOf, serveApp } from "./amplify-app.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

const USER = "jane";

describeInChromium("[Amplify v6] passkeys among the choices, in a real browser with an authenticator", () => {
  let server: Server;
  let sdk: CognitoIdentityProviderClient;
  let amplify: AmplifyApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let devtools: CDPSession;
  let users: App;

  beforeAll(async () => {
    [server, amplify, browser] = await Promise.all([startServer(), bundleApp().then(serveApp), launchChromium()]);
    sdk = sdkFor(server.origin);
    users = await makeApp(
      sdk,
      { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } } },
      { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] },
    );
    const WebAuthnConfiguration = { RelyingPartyId: "localhost", UserVerification: "required" as const };
    await sdk.send(new SetUserPoolMfaConfigCommand({ UserPoolId: users.UserPoolId, WebAuthnConfiguration }));
    await addUser(sdk, users.UserPoolId, USER);
    amplify.configurations.set("app", {
      Auth: {
        Cognito: {
          userPoolId: users.UserPoolId,
          userPoolClientId: users.ClientId,
          userPoolEndpoint: server.origin,
        },
      },
    });
  });
  afterAll(async () => {
    await browser?.close();
    amplify?.close();
    sdk?.destroy();
    await server?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${amplify.origin}/app/`);
    devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await call("signIn", by("PASSWORD", PASSWORD));
    expect(await call("associateWebAuthnCredential")).toBeNull();
    await call("signOut");
  });
  afterEach(() => context.close());

  const call = (name: string, input?: object): Promise<any> => callerOf(page)(name, input);
  const by = (preferredChallenge?: string, password?: string) => ({
    username: USER,
    ...(password !== undefined && { password }),
    options: { authFlowType: "USER_AUTH", ...(preferredChallenge && { preferredChallenge }) },
  });
  const confirm = (challengeResponse: string) => call("confirmSignIn", { challengeResponse });
  const done = { isSignedIn: true, nextStep: { signInStep: "DONE" } };

  it("preferredChallenge WEB_AUTHN: signed in by the passkey that was registered", async () => {
    expect(await call("signIn", by("WEB_AUTHN"))).toEqual(done);
    expect(await call("getCurrentUser")).toMatchObject({ username: USER });
  });

  it("no preference: WEB_AUTHN is among the choices, and can be picked", async () => {
    expect(await call("signIn", by())).toEqual({
      isSignedIn: false,
      nextStep: {
        signInStep: "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION",
        availableChallenges: ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"],
      },
    });
    expect(await confirm("WEB_AUTHN")).toEqual(done);
  });

  it.each(["PASSWORD", "PASSWORD_SRP"])("a passkey that the person turns away leaves %s to pick", async (instead) => {
    await page.evaluate(() => {
      const refuse = () => Promise.reject(new DOMException("turned away", "NotAllowedError"));
      Object.defineProperty((globalThis as any).navigator.credentials, "get", { value: refuse });
    });
    await call("signIn", by());
    expect(await confirm("WEB_AUTHN")).toEqual({ thrown: "PasskeyAuthenticationCanceled" });
    expect(await confirm(instead)).toMatchObject({ nextStep: { signInStep: "CONFIRM_SIGN_IN_WITH_PASSWORD" } });
    expect(await confirm(PASSWORD)).toEqual(done);
  });
});
