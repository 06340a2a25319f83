import {
  AdminForgetDeviceCommand,
  AdminListDevicesCommand,
  type CognitoIdentityProviderClient,
  type DeviceConfigurationType,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  AuthenticationDetails,
  type CognitoUser,
  type CognitoUserSession,
  type ICognitoStorage,
} from "amazon-cognito-identity-js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeOf } from "../authenticator-app.ts";
import { type ExampleTriggers, startTriggers } from "./example-triggers.ts";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { libraryUser, newStorage } from "./library-user.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

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

/** A pool that remembers devices and offers authenticator apps. */
async function trackingApp(DeviceConfiguration: DeviceConfigurationType): Promise<App> {
  const app = await makeApp(sdk, { DeviceConfiguration });
  const { UserPoolId } = app;
  const factors = { SoftwareTokenMfaConfiguration: { Enabled: true } };
  await sdk.send(new SetUserPoolMfaConfigCommand({ UserPoolId, MfaConfiguration: "OPTIONAL", ...factors }));
  return app;
}

const userAt = (storage: ICognitoStorage, name: string, app: App) => libraryUser(server.origin, app, name, storage);

interface SignedIn {
  session: CognitoUserSession;
  /** Whether the library says that the user is to be asked whether to remember the device. */
  toConfirm: boolean | undefined;
  /** Whether a code of the app was asked for. */
  askedForCode: boolean;
}

/** Signs in by the library alone, with the app's code where that is asked for. */
const signIn = (user: CognitoUser, code?: () => Promise<string>): Promise<SignedIn> =>
  new Promise((resolve, onFailure) => {
    let askedForCode = false;
    const onSuccess = (session: CognitoUserSession, toConfirm?: boolean) =>
      resolve({ session, toConfirm, askedForCode });
    user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password: PASSWORD }), {
      onSuccess,
      onFailure,
      totpRequired: () => {
        askedForCode = true;
        if (!code) return onFailure(new Error("a code was asked for"));
        code().then((each) => user.sendMFACode(each, { onSuccess, onFailure }, "SOFTWARE_TOKEN_MFA"), onFailure);
      },
    });
  });

/** The result of a method that takes a node callback. */
const result = <T>(start: (callback: (error?: unknown, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value as T))));

/** The result of a method that takes `onSuccess` and `onFailure`. */
const outcome = <T>(
  start: (callbacks: { onSuccess: (value: T) => void; onFailure: (error: unknown) => void }) => void,
): Promise<T> => new Promise((onSuccess, onFailure) => start({ onSuccess, onFailure }));

/** Gives a user who is signed in an app, and asks for it from now on. @returns the app's seed */
async function withApp(user: CognitoUser): Promise<string> {
  const seed = await new Promise<string>((associateSecretCode, onFailure) =>
    user.associateSoftwareToken({ associateSecretCode, onFailure }),
  );
  const code = await codeOf(seed, -1);
  await outcome((callbacks) => user.verifySoftwareToken(code, "phone", callbacks));
  const wanted = { Enabled: true, PreferredMfa: true };
  await result((callback) => user.setUserMfaPreference(null, wanted, callback));
  return seed;
}

const keysOf = async ({ UserPoolId }: App, Username: string) => {
  const { Devices = [] } = await sdk.send(new AdminListDevicesCommand({ UserPoolId, Username }));
  return Devices.map(({ DeviceKey }) => DeviceKey as string);
};

it("confirms a device by itself, which from then on stands in for the second factor", async () => {
  const app = await trackingApp({ ChallengeRequiredOnNewDevice: true });
  await addUser(sdk, app.UserPoolId, "jane");
  const home = newStorage();
  const first = await signIn(userAt(home, "jane", app));
  expect(first).toMatchObject({ toConfirm: undefined, askedForCode: false });
  const [key] = await keysOf(app, "jane");
  expect(first.session.getAccessToken().payload.device_key).toBe(key);
  const setUp = userAt(home, "jane", app);
  await signIn(setUp);
  const seed = await withApp(setUp);

  const again = userAt(home, "jane", app);
  const { session } = await signIn(again);
  expect(session.getAccessToken().payload.device_key).toBe(key);
  expect(await keysOf(app, "jane")).toEqual([key]);
  const refreshed = await result<CognitoUserSession>((callback) =>
    again.refreshSession(session.getRefreshToken(), callback),
  );
  expect(refreshed.getAccessToken().payload.device_key).toBe(key);

  const elsewhere = await signIn(userAt(newStorage(), "jane", app), () => codeOf(seed));
  expect(elsewhere.askedForCode).toBe(true);
  expect(await keysOf(app, "jane")).toHaveLength(2);
});

it("drops a device that was forgotten, and confirms another", async () => {
  const app = await trackingApp({ ChallengeRequiredOnNewDevice: true });
  const { UserPoolId } = app;
  await addUser(sdk, UserPoolId, "fay");
  const home = newStorage();
  const user = userAt(home, "fay", app);
  const { session } = await signIn(user);
  const seed = await withApp(user);
  const [DeviceKey] = await keysOf(app, "fay");
  await sdk.send(new AdminForgetDeviceCommand({ UserPoolId, Username: "fay", DeviceKey }));
  await expect(result((callback) => user.refreshSession(session.getRefreshToken(), callback))).rejects.toMatchObject({
    code: "NotAuthorizedException",
  });

  const again = userAt(home, "fay", app);
  expect((await signIn(again, () => codeOf(seed))).askedForCode).toBe(true);
  const [next, ...others] = await keysOf(app, "fay");
  expect(others).toEqual([]);
  expect(next).not.toBe(DeviceKey);
  expect((await signIn(userAt(home, "fay", app))).askedForCode).toBe(false);

  await outcome((callbacks) => again.forgetDevice(callbacks));
  expect(await keysOf(app, "fay")).toEqual([]);
});

it("asks its user first where the pool wants that, and lists what there is", async () => {
  const app = await trackingApp({ ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true });
  await addUser(sdk, app.UserPoolId, "kim");
  const home = newStorage();
  const user = userAt(home, "kim", app);
  expect((await signIn(user)).toConfirm).toBe(true);
  const seed = await withApp(user);
  const second = userAt(home, "kim", app);
  expect((await signIn(second, () => codeOf(seed))).askedForCode).toBe(true);
  second.getCachedDeviceKeyAndPassword();
  expect(await outcome<string>((callbacks) => second.setDeviceStatusRemembered(callbacks))).toBe("SUCCESS");
  expect((await signIn(userAt(home, "kim", app))).askedForCode).toBe(false);

  const [DeviceKey] = await keysOf(app, "kim");
  // The library's types say text where it hands on the answer.
  const { Device } = (await outcome<string>((callbacks) => second.getDevice(callbacks))) as unknown as {
    Device: { DeviceKey: string };
  };
  expect(Device.DeviceKey).toBe(DeviceKey);
  const { Devices } = await outcome<{ Devices: { DeviceKey: string }[] }>((callbacks) =>
    second.listDevices(10, null, callbacks),
  );
  expect(Devices).toEqual([Device]);
});

it("proves a device after the second factor where it does not stand in for it", async () => {
  const app = await trackingApp({ ChallengeRequiredOnNewDevice: false });
  await addUser(sdk, app.UserPoolId, "ann");
  const home = newStorage();
  const user = userAt(home, "ann", app);
  await signIn(user);
  const seed = await withApp(user);
  const { session, askedForCode } = await signIn(userAt(home, "ann", app), () => codeOf(seed));
  expect(askedForCode).toBe(true);
  expect(await keysOf(app, "ann")).toEqual([session.getAccessToken().payload.device_key]);
});

it("gets another device by password where its own was forgotten, which this flow of the library never drops", async () => {
  const app = await trackingApp({ ChallengeRequiredOnNewDevice: true });
  await addUser(sdk, app.UserPoolId, "pat");
  const home = newStorage();
  const here = () => {
    const user = userAt(home, "pat", app);
    user.setAuthenticationFlowType("USER_PASSWORD_AUTH");
    return user;
  };
  const user = here();
  await signIn(user);
  const seed = await withApp(user);
  expect((await signIn(here())).askedForCode).toBe(false);
  const [DeviceKey] = await keysOf(app, "pat");
  await sdk.send(new AdminForgetDeviceCommand({ UserPoolId: app.UserPoolId, Username: "pat", DeviceKey }));

  const { session, askedForCode } = await signIn(here(), () => codeOf(seed));
  expect(askedForCode).toBe(true);
  const next = session.getAccessToken().payload.device_key;
  expect(next).not.toBe(DeviceKey);
  expect(await keysOf(app, "pat")).toEqual([next]);
  expect((await signIn(here())).askedForCode).toBe(false);
});

it("gets another device by a custom challenge where its own was forgotten, which it never drops there either", async () => {
  const { arn } = triggers.newFunction();
  const names = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];
  const app = await makeApp(
    sdk,
    { DeviceConfiguration: {}, LambdaConfig: Object.fromEntries(names.map((name) => [name, arn])) },
    { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] },
  );
  const { UserPoolId } = app;
  await addUser(sdk, UserPoolId, "cas");
  const home = newStorage();
  const enter = () =>
    new Promise<CognitoUserSession>((onSuccess, onFailure) => {
      const user = userAt(home, "cas", app);
      user.setAuthenticationFlowType("CUSTOM_AUTH");
      const customChallenge = () => user.sendCustomChallengeAnswer("Reykjavik", { onSuccess, onFailure });
      user.initiateAuth(new AuthenticationDetails({ Username: "cas" }), { onSuccess, onFailure, customChallenge });
    });
  const [first, again] = [await enter(), await enter()].map((each) => each.getAccessToken().payload.device_key);
  expect(again).toBe(first);
  await sdk.send(new AdminForgetDeviceCommand({ UserPoolId, Username: "cas", DeviceKey: first }));
  const next = (await enter()).getAccessToken().payload.device_key;
  expect(next).not.toBe(first);
  expect(await keysOf(app, "cas")).toEqual([next]);
});
