import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  AuthenticationDetails,
  type CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
} from "amazon-cognito-identity-js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, addUser, eachOf, makeApp, PASSWORD } from "./fixtures.ts";
import { libraryUser, newStorage } from "./library-user.ts";
import { codeSentTo, type Server, sdkFor, startServer } from "./server.ts";

const NEW_PASSWORD = "An0ther-Horse!";

let server: Server;
let sdk: CognitoIdentityProviderClient;
let app: App;

beforeAll(async () => {
  server = await startServer();
  sdk = sdkFor(server.origin);
  app = await makeApp(sdk);
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
});

const userOf = (name: string, of = app) => libraryUser(server.origin, of, name);

/** The result of a method that takes a node callback. */
const result = <T>(start: (callback: (error?: unknown, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value as T))));

/** The result of a method that takes `onSuccess` and `onFailure`. */
const outcome = <T>(
  start: (callbacks: { onSuccess: (value: T) => void; onFailure: (error: unknown) => void }) => void,
): Promise<T> => new Promise((onSuccess, onFailure) => start({ onSuccess, onFailure }));

const signIn = (user: CognitoUser, password = PASSWORD): Promise<CognitoUserSession> =>
  outcome((callbacks) =>
    user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password: password }), callbacks),
  );

const attribute = (Name: string, Value: string) => new CognitoUserAttribute({ Name, Value });

describe("amazon-cognito-identity-js with nothing changed but its endpoint", () => {
  it("signs up, confirms, and signs in by SRP, the password never leaving the client", async () => {
    const email = "jane@example.com";
    const pool = new CognitoUserPool({ ...app, endpoint: server.origin, Storage: newStorage() });
    const signedUp = await result<{ user: CognitoUser; userConfirmed: boolean; userSub: string }>((callback) =>
      pool.signUp("jane", PASSWORD, [attribute("email", email)], [], callback as never),
    );
    expect(signedUp.userConfirmed).toBe(false);
    await expect(signIn(userOf("jane"))).rejects.toMatchObject({ code: "UserNotConfirmedException" });
    const code = await codeSentTo(server.origin, email);
    expect(await result((callback) => signedUp.user.confirmRegistration(code, true, callback))).toBe("SUCCESS");
    const session = await signIn(userOf("jane"));
    expect(session.isValid()).toBe(true);
    expect(session.getIdToken().payload).toMatchObject({ sub: signedUp.userSub, email, "cognito:username": "jane" });
    expect(session.getAccessToken().payload.client_id).toBe(app.ClientId);
  });

  it("refuses a wrong password and an unknown name by the codes that it looks at", async () => {
    await addUser(sdk, app.UserPoolId, "wally");
    await expect(signIn(userOf("wally"), "Wr0ng-Horse!")).rejects.toMatchObject({
      code: "NotAuthorizedException",
      message: "Incorrect username or password.",
    });
    await expect(signIn(userOf("nobody"))).rejects.toMatchObject({ code: "UserNotFoundException" });
  });

  it("completes the new-password challenge with the attributes that are asked for", async () => {
    const strict = await makeApp(sdk, {
      Schema: [{ Name: "name", AttributeDataType: "String", Required: true, Mutable: true }],
    });
    const { UserPoolId } = strict;
    await sdk.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: "kim",
        TemporaryPassword: PASSWORD,
        MessageAction: "SUPPRESS",
        UserAttributes: [{ Name: "email", Value: "kim@example.com" }],
      }),
    );
    const user = userOf("kim", strict);
    const session = await new Promise<CognitoUserSession>((onSuccess, onFailure) =>
      user.authenticateUser(new AuthenticationDetails({ Username: "kim", Password: PASSWORD }), {
        onSuccess: () => onFailure(new Error("signed in by a temporary password")),
        onFailure,
        newPasswordRequired: (given, required) => {
          try {
            expect(given).toMatchObject({ email: "kim@example.com" });
            expect(required).toEqual(["name"]);
          } catch (error) {
            onFailure(error);
            return;
          }
          user.completeNewPasswordChallenge(NEW_PASSWORD, { name: "Kim" }, { onSuccess, onFailure });
        },
      }),
    );
    expect(session.getIdToken().payload.name).toBe("Kim");
    const { UserStatus } = await sdk.send(new AdminGetUserCommand({ UserPoolId, Username: "kim" }));
    expect(UserStatus).toBe("CONFIRMED");
    await expect(signIn(userOf("kim", strict), PASSWORD)).rejects.toMatchObject({ code: "NotAuthorizedException" });
    expect((await signIn(userOf("kim", strict), NEW_PASSWORD)).isValid()).toBe(true);
  });

  it("refreshes its session, keeping the refresh token", async () => {
    await addUser(sdk, app.UserPoolId, "fred");
    const user = userOf("fred");
    const before = await signIn(user);
    const after = await result<CognitoUserSession>((callback) =>
      user.refreshSession(before.getRefreshToken(), callback),
    );
    expect(after.getIdToken().getJwtToken()).not.toBe(before.getIdToken().getJwtToken());
    expect(after.getIdToken().payload.origin_jti).toBe(before.getIdToken().payload.origin_jti);
    expect(after.getRefreshToken().getToken()).toBe(before.getRefreshToken().getToken());
    // What an app does at start: the session out of storage, without a request.
    const stored = await result<CognitoUserSession>((callback) => user.getSession(callback as never));
    expect(stored.isValid()).toBe(true);
  });

  it("reads, changes and deletes attributes, and verifies a new address by the code sent to it", async () => {
    await addUser(sdk, app.UserPoolId, "ann");
    const user = userOf("ann");
    await signIn(user);
    const changes = [attribute("name", "Änn 漢字 🦉"), attribute("email", "ann@example.com")];
    expect(await result((callback) => user.updateAttributes(changes, callback))).toBe("SUCCESS");
    const code = await codeSentTo(server.origin, "ann@example.com");
    expect(await outcome<string>((callbacks) => user.verifyAttribute("email", code, callbacks))).toBe("SUCCESS");
    const read = async () => {
      const list = await result<CognitoUserAttribute[]>((callback) => user.getUserAttributes(callback as never));
      return Object.fromEntries(list.map((each) => [each.getName(), each.getValue()]));
    };
    expect(await read()).toMatchObject({ name: "Änn 漢字 🦉", email: "ann@example.com", email_verified: "true" });
    expect(await result((callback) => user.deleteAttributes(["name"], callback as never))).toBe("SUCCESS");
    expect(await read()).not.toHaveProperty("name");
  });

  it("changes the password", async () => {
    await addUser(sdk, app.UserPoolId, "carl");
    const user = userOf("carl");
    await signIn(user);
    await expect(
      result((callback) => user.changePassword("Wr0ng-Horse!", NEW_PASSWORD, callback as never)),
    ).rejects.toMatchObject({ code: "NotAuthorizedException" });
    expect(await result((callback) => user.changePassword(PASSWORD, NEW_PASSWORD, callback as never))).toBe("SUCCESS");
    await expect(signIn(userOf("carl"))).rejects.toMatchObject({ code: "NotAuthorizedException" });
    expect((await signIn(userOf("carl"), NEW_PASSWORD)).isValid()).toBe(true);
  });

  it("recovers a forgotten password by the code sent to the verified address", async () => {
    const email = "fay@example.com";
    await sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: app.UserPoolId,
        Username: "fay",
        TemporaryPassword: PASSWORD,
        MessageAction: "SUPPRESS",
        UserAttributes: [
          { Name: "email", Value: email },
          { Name: "email_verified", Value: "true" },
        ],
      }),
    );
    const user = userOf("fay");
    await new Promise<CognitoUserSession>((onSuccess, onFailure) =>
      user.authenticateUser(new AuthenticationDetails({ Username: "fay", Password: PASSWORD }), {
        onSuccess,
        onFailure,
        newPasswordRequired: () => user.completeNewPasswordChallenge(PASSWORD, {}, { onSuccess, onFailure }),
      }),
    );
    const details = await new Promise<{ CodeDeliveryDetails: { AttributeName: string } }>((resolve, onFailure) =>
      userOf("fay").forgotPassword({ onSuccess: resolve, onFailure, inputVerificationCode: resolve }),
    );
    expect(details.CodeDeliveryDetails).toMatchObject({ AttributeName: "email", DeliveryMedium: "EMAIL" });
    const code = await codeSentTo(server.origin, email);
    const answer = await outcome<string>((callbacks) => userOf("fay").confirmPassword(code, NEW_PASSWORD, callbacks));
    expect(answer).toBe("SUCCESS");
    expect((await signIn(userOf("fay"), NEW_PASSWORD)).isValid()).toBe(true);
    await expect(
      outcome((callbacks) => userOf("fay").confirmPassword(code, PASSWORD, callbacks)),
    ).rejects.toMatchObject({ code: "ExpiredCodeException" });
  });

  it("signs out everywhere", async () => {
    await addUser(sdk, app.UserPoolId, "gus");
    const [here, there] = [userOf("gus"), userOf("gus")];
    await signIn(here);
    await signIn(there);
    expect(await outcome<string>((callbacks) => here.globalSignOut(callbacks))).toBe("SUCCESS");
    await expect(result((callback) => there.getUserAttributes(callback as never))).rejects.toMatchObject({
      code: "NotAuthorizedException",
      message: "Access Token has been revoked",
    });
  });

  it("deletes the own account", async () => {
    await addUser(sdk, app.UserPoolId, "dot");
    const user = userOf("dot");
    await signIn(user);
    expect(await result((callback) => user.deleteUser(callback as never))).toBe("SUCCESS");
    await expect(signIn(userOf("dot"))).rejects.toMatchObject({ code: "UserNotFoundException" });
  });
});

describe("SRP with whatever people type", () => {
  const seed = Number(process.env.LIMEN_SEED ?? 20_260_119);
  /** Letters, marks, symbols, numbers and punctuation of all scripts, some outside the basic plane. */
  const character = fc.oneof(
    fc
      .string({ unit: "binary", minLength: 1, maxLength: 1 })
      .filter((text) => /^[\p{L}\p{M}\p{S}\p{N}\p{P}]$/u.test(text)),
    fc.constantFrom(...("ßẞİıſςΣée\u0301Å한한ｶﾞ👩‍👩‍👧🦉ﷺ\ufeff".match(/[\p{L}\p{M}\p{S}\p{N}\p{P}]/gu) ?? [])),
  );
  const text = (minLength: number, maxLength: number) => fc.string({ unit: character, minLength, maxLength });
  const username = text(1, 24);
  /** Meets the policy of a default pool wherever the required characters stand. */
  const password = fc
    .tuple(text(2, 20), fc.shuffledSubarray(["A", "a", "1", "!"], { minLength: 4 }), text(2, 20))
    .map(([before, required, after]) => `${before}${required.join("")}${after}`);

  // B = k·v ± 2^b: with the sign drawn anew each time, a hundred sign-ins see both, and the client notices neither.
  it(`signs in 100 users of random names and passwords (seed ${seed})`, { timeout: 240_000 }, async () => {
    const people = fc.sample(
      fc.uniqueArray(fc.record({ username, password }), {
        minLength: 100,
        maxLength: 100,
        selector: (each) => each.username,
      }),
      { numRuns: 1, seed },
    )[0] as { username: string; password: string }[];
    const failed: unknown[] = [];
    await eachOf(people, 4, async (person) => {
      try {
        await addUser(sdk, app.UserPoolId, person.username, person.password);
        const session = await signIn(userOf(person.username), person.password);
        expect(session.getAccessToken().payload.username).toBe(person.username);
      } catch (error) {
        failed.push({ ...person, error: String(error) });
      }
    });
    expect(failed).toEqual([]);
  });
});
