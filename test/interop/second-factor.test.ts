import {
  AdminSetUserMFAPreferenceCommand,
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
  SetUserPoolMfaConfigCommand,
  type UserPoolMfaType,
} from "@aws-sdk/client-cognito-identity-provider";
import { AuthenticationDetails, type CognitoUser, type CognitoUserSession } from "amazon-cognito-identity-js";
import { Amplify } from "aws-amplify";
import {
  confirmSignIn,
  fetchAuthSession,
  fetchMFAPreference,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from "aws-amplify/auth";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../authenticator-app.ts";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { libraryUser } from "./library-user.ts";
import { codeSentTo, type Server, sdkFor, startServer } from "./server.ts";

let server: Server;
let sdk: CognitoIdentityProviderClient;
let strict: App;
let lenient: App;

async function appWith(MfaConfiguration: UserPoolMfaType): Promise<App> {
  const app = await makeApp(sdk, {
    EmailConfiguration: {
      EmailSendingAccount: "DEVELOPER",
      SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/login@example.com",
    },
  });
  await sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: app.UserPoolId,
      MfaConfiguration,
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" } },
      SoftwareTokenMfaConfiguration: { Enabled: true },
      EmailMfaConfiguration: { Subject: "Your code", Message: "{####}" },
    }),
  );
  return app;
}

let count = 0;
/** Adds a user with these addresses, and factors of theirs that are asked for. */
async function newUser({ UserPoolId }: App, addresses: Record<string, string> = {}, preference: object = {}) {
  const Username = `user-${count++}`;
  await addUser(sdk, UserPoolId, Username);
  const UserAttributes = Object.entries(addresses).map(([Name, Value]) => ({ Name, Value }));
  if (UserAttributes.length > 0) {
    await sdk.send(new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes }));
  }
  if (Object.keys(preference).length > 0) {
    await sdk.send(new AdminSetUserMFAPreferenceCommand({ UserPoolId, Username, ...preference }));
  }
  return Username;
}

beforeAll(async () => {
  server = await startServer();
  sdk = sdkFor(server.origin);
  [strict, lenient] = await Promise.all([appWith("ON"), appWith("OPTIONAL")]);
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
});

describe("amazon-cognito-identity-js with nothing changed but its endpoint", () => {
  const userOf = (name: string, app: App) => libraryUser(server.origin, app, name);

  /** What a step came to: a session, or what is asked for next. */
  type Step = { session: CognitoUserSession } | { asked: string; parameters: Record<string, string> };
  const step = (start: (callbacks: never) => void): Promise<Step> =>
    new Promise((resolve, reject) => {
      const ask = (asked: string) => (_: string, parameters: Record<string, string>) => resolve({ asked, parameters });
      start({
        onSuccess: (session: CognitoUserSession) => resolve({ session }),
        onFailure: reject,
        mfaRequired: ask("SMS_MFA"),
        totpRequired: ask("SOFTWARE_TOKEN_MFA"),
        selectMFAType: ask("SELECT_MFA_TYPE"),
        mfaSetup: ask("MFA_SETUP"),
      } as never);
    });
  const begin = (user: CognitoUser) => {
    const details = new AuthenticationDetails({ Username: user.getUsername(), Password: PASSWORD });
    return step((callbacks) => user.authenticateUser(details, callbacks));
  };

  it("sets up an app while signing in, and signs in by its codes afterwards", async () => {
    const name = await newUser(strict);
    const user = userOf(name, strict);
    expect(await begin(user)).toMatchObject({ asked: "MFA_SETUP" });
    const seed = await new Promise<string>((associateSecretCode, onFailure) =>
      user.associateSoftwareToken({ associateSecretCode, onFailure }),
    );
    const code = await codeOf(seed, -1);
    const { session } = (await step((callbacks) => user.verifySoftwareToken(code, "phone", callbacks))) as {
      session: CognitoUserSession;
    };
    expect(session.isValid()).toBe(true);

    const again = userOf(name, strict);
    expect(await begin(again)).toMatchObject({
      asked: "SOFTWARE_TOKEN_MFA",
      parameters: { FRIENDLY_DEVICE_NAME: "phone" },
    });
    await expect(
      step((callbacks) => again.sendMFACode("000000", callbacks, "SOFTWARE_TOKEN_MFA")),
    ).rejects.toMatchObject({ code: "CodeMismatchException" });
    const right = await codeOf(seed);
    expect(await step((callbacks) => again.sendMFACode(right, callbacks, "SOFTWARE_TOKEN_MFA"))).toHaveProperty(
      "session",
    );
  });

  it("chooses among several, and signs in by a text message", async () => {
    const phone_number = "+15550103001";
    const preference = { SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true } };
    const user = userOf(await newUser(lenient, { phone_number, email: "a@example.com" }, preference), lenient);
    expect(await begin(user)).toMatchObject({ asked: "SELECT_MFA_TYPE" });
    expect(await step((callbacks) => user.sendMFASelectionAnswer("SMS_MFA", callbacks))).toMatchObject({
      asked: "SMS_MFA",
      parameters: { CODE_DELIVERY_DESTINATION: "+*******3001" },
    });
    const code = await codeSentTo(server.origin, phone_number);
    expect(await step((callbacks) => user.sendMFACode(code, callbacks))).toHaveProperty("session");
  });
});

describe("[Amplify v6] with nothing changed but its endpoint", () => {
  const configure = ({ UserPoolId, ClientId }: App) =>
    Amplify.configure({
      Auth: {
        Cognito: { userPoolId: UserPoolId, userPoolClientId: ClientId, userPoolEndpoint: server.origin },
      },
    });
  const begin = (username: string) => signIn({ username, password: PASSWORD });
  const done = { isSignedIn: true, nextStep: { signInStep: "DONE" } };
  const confirm = (challengeResponse: string) => confirmSignIn({ challengeResponse });
  afterEach(() => signOut());

  it("has a new user choose what to set up, and set up an app", async () => {
    configure(strict);
    const name = await newUser(strict);
    const { nextStep } = await begin(name);
    expect(nextStep).toMatchObject({ signInStep: "CONTINUE_SIGN_IN_WITH_MFA_SETUP_SELECTION" });
    const chosen = await confirm("TOTP");
    if (chosen.nextStep.signInStep !== "CONTINUE_SIGN_IN_WITH_TOTP_SETUP") throw new Error(chosen.nextStep.signInStep);
    const { sharedSecret } = chosen.nextStep.totpSetupDetails;
    expect(await confirm(await codeOf(sharedSecret, -1))).toMatchObject(done);
    await signOut();

    expect((await begin(name)).nextStep.signInStep).toBe("CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    await expect(confirm("000000")).rejects.toMatchObject({ name: "CodeMismatchException" });
    expect(await confirm(await codeOf(sharedSecret))).toMatchObject(done);
    expect(await fetchMFAPreference()).toEqual({ enabled: ["TOTP"], preferred: "TOTP" });
  });

  it("has a new user set up an e-mail address", async () => {
    configure(strict);
    const email = `${crypto.randomUUID()}@example.com`;
    await begin(await newUser(strict));
    expect((await confirm("EMAIL")).nextStep.signInStep).toBe("CONTINUE_SIGN_IN_WITH_EMAIL_SETUP");
    expect((await confirm(email)).nextStep.signInStep).toBe("CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
    expect(await confirm(await codeSentTo(server.origin, email))).toMatchObject(done);
    const { tokens } = await fetchAuthSession({ forceRefresh: true });
    expect(tokens?.idToken?.payload).toMatchObject({ email, email_verified: true });
  });

  it("signs in by codes that are sent, and by the one of several that the user picks", async () => {
    configure(lenient);
    const [phone_number, email] = ["+15550103002", `${crypto.randomUUID()}@example.com`];
    const both = { SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true } };
    const name = await newUser(lenient, { phone_number, email }, both);
    expect((await begin(name)).nextStep).toMatchObject({
      signInStep: "CONTINUE_SIGN_IN_WITH_MFA_SELECTION",
      allowedMFATypes: expect.arrayContaining(["SMS", "EMAIL"]),
    });
    expect((await confirm("SMS")).nextStep.signInStep).toBe("CONFIRM_SIGN_IN_WITH_SMS_CODE");
    expect(await confirm(await codeSentTo(server.origin, phone_number))).toMatchObject(done);
    await updateMFAPreference({ email: "PREFERRED" });
    await signOut();
    expect((await begin(name)).nextStep).toMatchObject({
      signInStep: "CONFIRM_SIGN_IN_WITH_EMAIL_CODE",
      codeDeliveryDetails: { deliveryMedium: "EMAIL" },
    });
    expect(await confirm(await codeSentTo(server.origin, email))).toMatchObject(done);
  });

  it("sets up an app of someone who is signed in, and asks for it where they prefer it", async () => {
    configure(lenient);
    const name = await newUser(lenient);
    expect(await begin(name)).toMatchObject(done);
    const { sharedSecret } = await setUpTOTP();
    await verifyTOTPSetup({ code: await codeOf(sharedSecret, -1) });
    await updateMFAPreference({ totp: "PREFERRED" });
    expect(await fetchMFAPreference()).toEqual({ enabled: ["TOTP"], preferred: "TOTP" });
    await signOut();
    expect((await begin(name)).nextStep.signInStep).toBe("CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    expect(await confirm(await codeOf(sharedSecret))).toMatchObject(done);
  });
});
