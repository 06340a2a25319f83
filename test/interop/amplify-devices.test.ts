import {
  AdminConfirmSignUpCommand,
  AdminForgetDeviceCommand,
  AdminListDevicesCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  type CreateUserPoolCommandInput,
  SetUserPoolMfaConfigCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { Amplify } from "aws-amplify";
import {
  confirmSignIn,
  fetchAuthSession,
  fetchDevices,
  forgetDevice,
  rememberDevice,
  setUpTOTP,
  signIn,
  type SignInInput,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from "aws-amplify/auth";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../authenticator-app.ts";
import { type ExampleTriggers, startTriggers } from "./example-triggers.ts";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { codeSentTo, type Server, sdkFor, startServer } from "./server.ts";

let triggers: ExampleTriggers;
let server: Server;
let sdk: CognitoIdentityProviderClient;

beforeAll(async () => {
  triggers = await startTriggers();
  server = await startServer({ TRIGGERS: triggers.TRIGGERS });
  sdk = sdkFor(server.origin);
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
  await triggers?.close();
});
afterEach(() => signOut());

/** A pool that remembers devices, and an app whose Amplify is configured for it. */
async function trackingApp(
  DeviceConfiguration: CreateUserPoolCommandInput["DeviceConfiguration"],
  pool: Partial<CreateUserPoolCommandInput> = {},
): Promise<App> {
  const app = await makeApp(
    sdk,
    { DeviceConfiguration, ...pool },
    {
      ExplicitAuthFlows: [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_AUTH",
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
      ],
    },
  );
  const { UserPoolId, ClientId } = app;
  const factors = { SoftwareTokenMfaConfiguration: { Enabled: true } };
  await sdk.send(new SetUserPoolMfaConfigCommand({ UserPoolId, MfaConfiguration: "OPTIONAL", ...factors }));
  Amplify.configure({
    Auth: { Cognito: { userPoolId: UserPoolId, userPoolClientId: ClientId, userPoolEndpoint: server.origin } },
  });
  return app;
}

/** Signs someone up who has an e-mail address. @returns the address */
async function signUpAt({ UserPoolId, ClientId }: App, name?: string): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  const [Username, UserAttributes] = [name ?? email, [{ Name: "email", Value: email }]];
  await sdk.send(new SignUpCommand({ ClientId, Username, Password: PASSWORD, UserAttributes }));
  await sdk.send(new AdminConfirmSignUpCommand({ UserPoolId, Username }));
  return email;
}

type Options = NonNullable<SignInInput["options"]>;

const begin = (username: string, options?: Options, password: string | undefined = PASSWORD) =>
  signIn({ username, ...(password && { password }), ...(options && { options }) });
const stepOf = async (username: string, options?: Options) => (await begin(username, options)).nextStep.signInStep;
const confirm = async (challengeResponse: string) => (await confirmSignIn({ challengeResponse })).nextStep.signInStep;
const keyInToken = async () => (await fetchAuthSession()).tokens?.accessToken.payload.device_key;
const refresh = () => fetchAuthSession({ forceRefresh: true });

/** Gives the user who is signed in an app, and asks for it from now on. @returns its codes, of which each is good once */
async function withApp(): Promise<() => Promise<string>> {
  const { sharedSecret } = await setUpTOTP();
  let next = -1;
  const code = () => codeOf(sharedSecret, next++);
  await verifyTOTPSetup({ code: await code() });
  await updateMFAPreference({ totp: "PREFERRED" });
  return code;
}

const keysOf = async ({ UserPoolId }: App, Username: string) => {
  const { Devices = [] } = await sdk.send(new AdminListDevicesCommand({ UserPoolId, Username }));
  return Devices.map(({ DeviceKey }) => DeviceKey);
};

/** Forgets a user's devices behind the back of their program. */
async function forgetAll({ UserPoolId }: App, Username: string): Promise<void> {
  for (const DeviceKey of await keysOf({ UserPoolId, ClientId: "" }, Username)) {
    await sdk.send(new AdminForgetDeviceCommand({ UserPoolId, Username, DeviceKey }));
  }
}

/** The ways of signing in by password in which Amplify says which device it is. */
const FLOWS: [name: string, options: Options][] = [
  ["USER_SRP_AUTH", {}],
  ["USER_PASSWORD_AUTH", { authFlowType: "USER_PASSWORD_AUTH" }],
  ["USER_AUTH with PASSWORD_SRP", { authFlowType: "USER_AUTH", preferredChallenge: "PASSWORD_SRP" }],
];
const TOTP = "CONFIRM_SIGN_IN_WITH_TOTP_CODE";

describe("[Amplify v6] with nothing changed but its endpoint", () => {
  it.each(FLOWS)(
    "remembers a device by %s, which stands in for the second factor until it is forgotten",
    async (_, options) => {
      const app = await trackingApp({ ChallengeRequiredOnNewDevice: true });
      await addUser(sdk, app.UserPoolId, "jane");
      expect(await stepOf("jane", options)).toBe("DONE");
      const [device, ...others] = await fetchDevices();
      expect(others).toEqual([]);
      expect(device).toMatchObject({
        id: await keyInToken(),
        name: expect.any(String),
        createDate: expect.any(Date),
        lastModifiedDate: expect.any(Date),
        lastAuthenticatedDate: expect.any(Date),
      });
      const code = await withApp();
      await signOut();

      expect(await stepOf("jane", options)).toBe("DONE");
      expect(await keyInToken()).toBe(device?.id);
      expect((await refresh()).tokens?.accessToken.payload.device_key).toBe(device?.id);
      expect(await keysOf(app, "jane")).toEqual([device?.id]);
      await signOut();

      await forgetAll(app, "jane");
      expect(await stepOf("jane", options)).toBe(TOTP);
      expect(await confirm(await code())).toBe("DONE");
      expect(await keyInToken()).not.toBe(device?.id);
      expect(await keysOf(app, "jane")).toEqual([await keyInToken()]);
      expect((await refresh()).tokens).toBeDefined();
      await signOut();
      expect(await stepOf("jane", options)).toBe("DONE");

      await forgetDevice();
      expect(await fetchDevices()).toEqual([]);
      await signOut();
      expect(await stepOf("jane", options)).toBe(TOTP);
      expect(await confirm(await code())).toBe("DONE");
    },
  );

  it("asks its user first where the pool wants that", async () => {
    const app = await trackingApp({ ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true });
    await addUser(sdk, app.UserPoolId, "kim");
    await begin("kim");
    const code = await withApp();
    await signOut();
    expect(await stepOf("kim")).toBe(TOTP);
    expect(await confirm(await code())).toBe("DONE");
    await rememberDevice();
    await signOut();
    expect(await stepOf("kim")).toBe("DONE");
    const [device, ...others] = await fetchDevices();
    expect(others).toEqual([]);
    await forgetDevice({ device: { id: device?.id as string } });
    await signOut();
    expect(await stepOf("kim")).toBe(TOTP);
  });

  it.each(FLOWS.slice(0, 2))(
    "proves a device by %s after the second factor where it does not stand in for it",
    async (_, options) => {
      const app = await trackingApp({ ChallengeRequiredOnNewDevice: false });
      await addUser(sdk, app.UserPoolId, "ann");
      await begin("ann", options);
      const key = await keyInToken();
      const code = await withApp();
      await signOut();
      expect(await stepOf("ann", options)).toBe(TOTP);
      expect(await confirm(await code())).toBe("DONE");
      expect(await keyInToken()).toBe(key);
      await signOut();
      await forgetAll(app, "ann");
      expect(await stepOf("ann", options)).toBe(TOTP);
      expect(await confirm(await code())).toBe("DONE");
      expect(await keysOf(app, "ann")).toEqual([await keyInToken()]);
    },
  );

  it.each(FLOWS.slice(0, 2))("finds the device by %s again of someone who signs in by e-mail", async (_, options) => {
    const app = await trackingApp({ ChallengeRequiredOnNewDevice: true }, { UsernameAttributes: ["email"] });
    const email = await signUpAt(app);
    await begin(email, options);
    await withApp();
    await signOut();
    expect(await stepOf(email, options)).toBe("DONE");
    expect(await keysOf(app, email)).toEqual([await keyInToken()]);
  });

  it("proves a device after a code by mail, and gets another where it was forgotten", async () => {
    const app = await trackingApp(
      { ChallengeRequiredOnNewDevice: true },
      { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } } },
    );
    const email = await signUpAt(app, "otto");
    const byCode: Options = { authFlowType: "USER_AUTH", preferredChallenge: "EMAIL_OTP" };
    const enter = async () => {
      expect(await stepOf("otto", byCode)).toBe("CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
      expect(await confirm(await codeSentTo(server.origin, email))).toBe("DONE");
      const key = await keyInToken();
      await signOut();
      return key;
    };
    const first = await enter();
    expect(await enter()).toBe(first);
    await forgetAll(app, "otto");
    const second = await enter();
    expect(await keysOf(app, "otto")).toEqual([second]);
    expect(await enter()).toBe(second);
  });

  it("proves a device where the password was chosen of several first factors", async () => {
    const app = await trackingApp(
      { ChallengeRequiredOnNewDevice: true },
      { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } } },
    );
    await signUpAt(app, "ivy");
    const choose = async () => {
      expect(await stepOf("ivy", { authFlowType: "USER_AUTH" })).toBe("CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION");
      expect(await confirm("PASSWORD_SRP")).toBe("CONFIRM_SIGN_IN_WITH_PASSWORD");
      return confirm(PASSWORD);
    };
    expect(await choose()).toBe("DONE");
    const key = await keyInToken();
    const code = await withApp();
    await signOut();
    expect(await choose()).toBe("DONE");
    expect(await keyInToken()).toBe(key);
    await signOut();
    await forgetAll(app, "ivy");
    expect(await choose()).toBe(TOTP);
    expect(await confirm(await code())).toBe("DONE");
    expect(await keysOf(app, "ivy")).toEqual([await keyInToken()]);
  });

  it("has a device after a new password was set, which the next sign-in proves", async () => {
    const { UserPoolId } = await trackingApp({ ChallengeRequiredOnNewDevice: true });
    await addUser(sdk, UserPoolId, "ned");
    const Password = "Temp0rary-Horse!";
    await sdk.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: "ned", Password, Permanent: false }));
    const { nextStep } = await begin("ned", undefined, Password);
    expect(nextStep.signInStep).toBe("CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
    expect(await confirm(PASSWORD)).toBe("DONE");
    const key = await keyInToken();
    await signOut();
    expect(await stepOf("ned")).toBe("DONE");
    expect(await keyInToken()).toBe(key);
  });

  it.each<[string, "CUSTOM_WITHOUT_SRP" | "CUSTOM_WITH_SRP"]>([
    ["CUSTOM_AUTH", "CUSTOM_WITHOUT_SRP"],
    ["CUSTOM_AUTH with SRP", "CUSTOM_WITH_SRP"],
  ])("proves a device by %s, and gets another where it was forgotten", async (_, authFlowType) => {
    const { arn } = triggers.newFunction();
    const names = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];
    const LambdaConfig = Object.fromEntries(names.map((name) => [name, arn]));
    const app = await trackingApp({ ChallengeRequiredOnNewDevice: true }, { LambdaConfig });
    await addUser(sdk, app.UserPoolId, "cas");
    const secret = authFlowType === "CUSTOM_WITH_SRP" ? { password: PASSWORD } : {};
    const enter = async () => {
      const { nextStep } = await signIn({ username: "cas", ...secret, options: { authFlowType } });
      expect(nextStep.signInStep).toBe("CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE");
      expect(await confirm("Reykjavik")).toBe("DONE");
      const key = await keyInToken();
      await signOut();
      return key;
    };
    const first = await enter();
    expect(await keysOf(app, "cas")).toEqual([first]);
    expect(await enter()).toBe(first);
    await forgetAll(app, "cas");
    const second = await enter();
    expect(second).not.toBe(first);
    expect(await enter()).toBe(second);
  });
});
