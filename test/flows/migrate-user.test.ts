import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, signIn } from "../client.ts";
import { brokenInvariants } from "../invariants.ts";
import { openSrp } from "../srp-client.ts";
import { type ExampleFunction, newFunction } from "../triggers/functions.ts";

afterEach(() => void vi.useRealTimers());

/** One that the pool's policy would not take. */
const PASSWORD = "old";
const NEW_PASSWORD = "An0ther-Horse!";

interface Scene {
  fn: ExampleFunction;
  UserPoolId: string;
  ClientId: string;
}
let plain: Scene;

async function scene(pool: object = {}, client: object = {}): Promise<Scene> {
  const fn = newFunction();
  const UserPoolId = await makePool({
    ...pool,
    LambdaConfig: { UserMigration: fn.arn, PreAuthentication: fn.arn, PostAuthentication: fn.arn },
  });
  return { fn, UserPoolId, ...(await makeClient(UserPoolId, client)) };
}

/** Makes the function answer about whoever is asked for. */
const knows = ({ fn }: Scene, response: object) => fn.script({ UserMigration: { response }, "*": {} });
const migrations = async ({ fn }: Scene) =>
  (await fn.events()).filter(({ triggerSource }) => triggerSource.startsWith("UserMigration"));
const found = async ({ UserPoolId }: Scene, name: string): Promise<Record<string, unknown>> => {
  const { Username, UserAttributes, UserStatus, UserMFASettingList } = await call("AdminGetUser", {
    UserPoolId,
    Username: name,
  });
  const attributes = Object.fromEntries(UserAttributes.map(({ Name, Value }: any) => [Name, Value]));
  return { Username, UserStatus, UserMFASettingList, ...attributes };
};
const users = async ({ UserPoolId }: Scene) => (await call("ListUsers", { UserPoolId })).Users.length;

const ann = { email: "ann@example.com", email_verified: "true" };
const silent = { messageAction: "SUPPRESS" };
const confirmed = { finalUserStatus: "CONFIRMED", ...silent };

beforeEach(async () => {
  plain = await scene();
});

describe("[Amazon Cognito: migrate user Lambda trigger] a sign-in by password of a name that nobody has", () => {
  it("makes the user whom the function knows, who is signed in at once and asked about no more", async () => {
    await knows(plain, { userAttributes: { ...ann, given_name: "Ann" }, ...confirmed });
    expect(await signIn(plain.ClientId, "ann", PASSWORD)).toHaveProperty("AuthenticationResult.AccessToken");
    expect((await plain.fn.events()).map(({ triggerSource }) => triggerSource)).toEqual([
      "UserMigration_Authentication",
      "PreAuthentication_Authentication",
      "PostAuthentication_Authentication",
    ]);
    const user = await found(plain, "ann");
    expect(user).toMatchObject({ Username: "ann", UserStatus: "CONFIRMED", ...ann, given_name: "Ann" });
    const [, preAuthentication] = await plain.fn.events();
    expect(preAuthentication?.request).toMatchObject({
      userAttributes: { sub: user.sub, ...ann, "cognito:user_status": "CONFIRMED" },
      userNotFound: false,
    });
    expect(await signIn(plain.ClientId, "ann", PASSWORD)).toHaveProperty("AuthenticationResult");
    expect(await migrations(plain)).toHaveLength(1);
    expect(await outbox(ann.email)).toEqual([]);
    expect(await brokenInvariants()).toEqual([]);
  });

  it("stores a password that also proves itself by SRP, and no other", async () => {
    await knows(plain, { userAttributes: ann, ...confirmed });
    await signIn(plain.ClientId, "ann", PASSWORD);
    const { SRP_A, answer } = openSrp(plain.UserPoolId);
    const input = { ClientId: plain.ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME: "ann", SRP_A } };
    const { ChallengeName, ChallengeParameters } = await call("InitiateAuth", input);
    const ChallengeResponses = answer(ChallengeParameters, PASSWORD);
    expect(
      await call("RespondToAuthChallenge", { ClientId: plain.ClientId, ChallengeName, ChallengeResponses }),
    ).toHaveProperty("AuthenticationResult");
    await expect(signIn(plain.ClientId, "ann", "older")).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it.each([[undefined], ["RESET_REQUIRED"], [null], ["FORCE_CHANGE_PASSWORD"]])(
    "lets in nobody before a reset where the status is %s",
    async (finalUserStatus) => {
      await knows(plain, { userAttributes: ann, finalUserStatus, ...silent });
      for (const _ of ["first", "again"]) {
        await expect(signIn(plain.ClientId, "ann", PASSWORD)).rejects.toMatchObject({
          name: "PasswordResetRequiredException",
          message: "Password reset required for the user",
        });
      }
      expect(await found(plain, "ann")).toMatchObject({ UserStatus: "RESET_REQUIRED" });
      expect(await migrations(plain)).toHaveLength(1);
      const who = { ClientId: plain.ClientId, Username: "ann" };
      await call("ForgotPassword", who);
      const ConfirmationCode = await codeSentTo(ann.email);
      await call("ConfirmForgotPassword", { ...who, ConfirmationCode, Password: NEW_PASSWORD });
      expect(await signIn(plain.ClientId, "ann", NEW_PASSWORD)).toHaveProperty("AuthenticationResult");
    },
  );

  it.each([
    ["nothing", {}],
    ["no attributes", { ...confirmed }],
    ["attributes that are none", { userAttributes: {}, ...confirmed }],
    ["null", { userAttributes: null, ...confirmed }],
  ])("stays unknown when %s comes back", async (_, response) => {
    await knows(plain, response);
    await expect(signIn(plain.ClientId, "ann", PASSWORD)).rejects.toMatchObject({ name: "UserNotFoundException" });
    const hiding = await makeClient(plain.UserPoolId, { PreventUserExistenceErrors: "ENABLED" });
    await expect(signIn(hiding.ClientId, "ann", PASSWORD)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Incorrect username or password.",
    });
    expect(await users(plain)).toBe(0);
  });

  it("stays unknown when the function returns an error", async () => {
    await plain.fn.script({ UserMigration: { error: "Bad password" } });
    await expect(signIn(plain.ClientId, "ann", PASSWORD)).rejects.toMatchObject({
      name: "UserLambdaValidationException",
      message: "UserMigration failed with error Bad password.",
    });
    expect(await users(plain)).toBe(0);
  });

  it.each<[what: string, response: object]>([
    ["an attribute that the pool does not have", { userAttributes: { ...ann, "custom:shoe": "42" } }],
    ["a sub", { userAttributes: { ...ann, sub: "5e1f" } }],
    ["an address that is none", { userAttributes: { email: "ann" } }],
    ["a value that is no text", { userAttributes: { ...ann, email_verified: true } }],
    ["a verified address that is not there", { userAttributes: { email_verified: "true" } }],
    ["an unknown medium", { userAttributes: ann, desiredDeliveryMediums: ["PIGEON"] }],
    ["SMS codes for someone without a phone", { userAttributes: ann, enableSMSMFA: true }],
    ["a truth that is none", { userAttributes: ann, forceAliasCreation: "yes" }],
  ])("is refused when the function returns %s, and nobody is made", async (_, response) => {
    await knows(plain, { ...confirmed, ...response });
    await expect(signIn(plain.ClientId, "ann", PASSWORD)).rejects.toMatchObject({
      name: "InvalidLambdaResponseException",
      message: "Unrecognizable lambda output",
    });
    expect(await users(plain)).toBe(0);
  });

  it("makes one user of two that come at the same moment, and both are signed in", async () => {
    await knows(plain, { userAttributes: ann, ...confirmed });
    const answers = await Promise.all(Array.from({ length: 2 }, () => signIn(plain.ClientId, "ann", PASSWORD)));
    for (const answer of answers) expect(answer).toHaveProperty("AuthenticationResult");
    expect(await migrations(plain)).toHaveLength(2);
    expect(await users(plain)).toBe(1);
    expect(await brokenInvariants()).toEqual([]);
  });

  it("switches SMS on as a second factor with enableSMSMFA", async () => {
    await knows(plain, { userAttributes: { phone_number: "+15550110" }, enableSMSMFA: true, ...confirmed });
    await signIn(plain.ClientId, "ann", PASSWORD);
    expect(await found(plain, "ann")).toMatchObject({ UserMFASettingList: ["SMS_MFA"] });
  });
});

describe("the welcome message", () => {
  const InviteMessageTemplate = {
    SMSMessage: "Welcome {username}, {####}",
    EmailMessage: "Welcome {username}, {####}",
    EmailSubject: "Welcome",
  };

  it.each<[when: string, response: object, channels: string[]]>([
    ["by SMS unless said otherwise", {}, ["sms"]],
    ["by the media that are named", { desiredDeliveryMediums: ["EMAIL"] }, ["email"]],
    ["by all of them", { desiredDeliveryMediums: ["EMAIL", "SMS"] }, ["email", "sms"]],
    ["not at all where it is suppressed", { messageAction: "SUPPRESS" }, []],
  ])("goes out %s", async (when, response, channels) => {
    const both = { email: `${when.length}@example.com`, phone_number: `+155502${when.length}` };
    const at = await scene({ AdminCreateUserConfig: { InviteMessageTemplate } });
    await knows(at, { userAttributes: both, finalUserStatus: "CONFIRMED", ...response });
    await signIn(at.ClientId, "ann", PASSWORD);
    await vi.waitFor(async () => {
      const sent = [...(await outbox(both.email)), ...(await outbox(both.phone_number))];
      expect(sent.map(({ channel, body }) => `${channel}: ${body}`)).toEqual(
        channels.map((channel) => `${channel}: Welcome ann, ********`),
      );
    });
  });

  it("never holds the password", async () => {
    const at = await scene({ AdminCreateUserConfig: { InviteMessageTemplate } });
    await knows(at, { userAttributes: { email: "safe@example.com" }, finalUserStatus: "CONFIRMED" });
    await signIn(at.ClientId, "ann", PASSWORD);
    await vi.waitFor(async () =>
      expect((await outbox("safe@example.com")).map(({ body }) => body)).toEqual(["Welcome ann, ********"]),
    );
  });

  it("keeps nobody from signing in who cannot be reached as named", async () => {
    await knows(plain, {
      userAttributes: { phone_number: "+15550112" },
      desiredDeliveryMediums: ["EMAIL"],
      finalUserStatus: "CONFIRMED",
    });
    expect(await signIn(plain.ClientId, "ann", PASSWORD)).toHaveProperty("AuthenticationResult");
    expect(await outbox("+15550112")).toEqual([]);
  });
});

describe("ForgotPassword for a name that nobody has", () => {
  it("makes the user whom the function knows, and sends the code", async () => {
    await knows(plain, { userAttributes: ann, ...silent });
    const who = { ClientId: plain.ClientId, Username: "ann" };
    expect(await call("ForgotPassword", who)).toMatchObject({
      CodeDeliveryDetails: { DeliveryMedium: "EMAIL", AttributeName: "email" },
    });
    expect(await found(plain, "ann")).toMatchObject({ UserStatus: "RESET_REQUIRED" });
    const ConfirmationCode = await codeSentTo(ann.email);
    await call("ConfirmForgotPassword", { ...who, ConfirmationCode, Password: NEW_PASSWORD });
    expect(await signIn(plain.ClientId, "ann", NEW_PASSWORD)).toHaveProperty("AuthenticationResult");
  });

  it("asks for a verified address, as of anybody", async () => {
    await knows(plain, { userAttributes: { email: "unproven@example.com" }, ...silent });
    await expect(call("ForgotPassword", { ClientId: plain.ClientId, Username: "ann" })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Cannot reset password for the user as there is no registered/verified email or phone_number",
    });
  });

  it("confirms nobody: there is no password yet", async () => {
    await knows(plain, { userAttributes: ann, ...confirmed });
    await call("ForgotPassword", { ClientId: plain.ClientId, Username: "ann" });
    expect(await found(plain, "ann")).toMatchObject({ UserStatus: "RESET_REQUIRED" });
    await expect(signIn(plain.ClientId, "ann", PASSWORD)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("stays unknown when nothing comes back", async () => {
    await knows(plain, {});
    await expect(call("ForgotPassword", { ClientId: plain.ClientId, Username: "ann" })).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
  });
});

describe("where people sign in by an attribute,", () => {
  let at: Scene;
  beforeEach(async () => {
    at = await scene({ UsernameAttributes: ["email", "phone_number"] });
  });

  it("the submitted address becomes that of the user, whose name is the sub", async () => {
    await knows(at, { userAttributes: { given_name: "Ann", email_verified: "true" }, ...confirmed });
    expect(await signIn(at.ClientId, "ann@example.com", PASSWORD)).toHaveProperty("AuthenticationResult");
    const user = await found(at, "ann@example.com");
    expect(user).toMatchObject({ Username: user.sub, email: "ann@example.com", given_name: "Ann" });
  });

  it("an attribute that comes back decides", async () => {
    await knows(at, { userAttributes: ann, ...confirmed });
    expect(await signIn(at.ClientId, "former-name", PASSWORD)).toHaveProperty("AuthenticationResult");
    expect(await found(at, "ann@example.com")).toMatchObject(ann);
    await expect(found(at, "former-name")).rejects.toMatchObject({ name: "UserNotFoundException" });
  });

  it("a name that is no address, with none coming back, is refused", async () => {
    await knows(at, { userAttributes: { given_name: "Ann" }, ...confirmed });
    await expect(signIn(at.ClientId, "ann", PASSWORD)).rejects.toMatchObject({
      name: "InvalidLambdaResponseException",
    });
  });

  it("an address that someone else has is refused", async () => {
    await makeUser(at.UserPoolId, "ann@example.com");
    await knows(at, { userAttributes: ann, ...confirmed });
    await expect(signIn(at.ClientId, "former-name", PASSWORD)).rejects.toMatchObject({
      name: "UsernameExistsException",
      message: "An account with the given email already exists.",
    });
    expect(await users(at)).toBe(1);
  });
});

describe("where attributes are aliases,", () => {
  let at: Scene;
  beforeEach(async () => {
    at = await scene({ AliasAttributes: ["email", "preferred_username"] });
  });

  it("who signs in by one is called as the function says", async () => {
    await knows(at, { userAttributes: { ...ann, username: "u-1001" }, ...confirmed });
    expect(await signIn(at.ClientId, "ann@example.com", PASSWORD)).toHaveProperty("AuthenticationResult");
    expect(await found(at, "ann@example.com")).toMatchObject({ Username: "u-1001", ...ann });
    expect(await found(at, "ann@example.com")).not.toHaveProperty("username");
    expect(await signIn(at.ClientId, "ann@example.com", PASSWORD)).toHaveProperty("AuthenticationResult");
    expect(await migrations(at)).toHaveLength(1);
  });

  it.each([
    ["is not named by the function", {}],
    ["is named as nobody can be", { username: "u 1001" }],
    ["is named by an address", { username: "other@example.com" }],
  ])("who signs in by one and %s is refused", async (_, named) => {
    await knows(at, { userAttributes: { ...ann, ...named }, ...confirmed });
    await expect(signIn(at.ClientId, "ann@example.com", PASSWORD)).rejects.toMatchObject({
      name: "InvalidLambdaResponseException",
    });
    expect(await users(at)).toBe(0);
  });

  it("who signs in by another name keeps it, whatever the function says", async () => {
    await knows(at, { userAttributes: { ...ann, username: "u-1001" }, ...confirmed });
    await signIn(at.ClientId, "ann", PASSWORD);
    expect(await found(at, "ann")).toMatchObject({ Username: "ann", ...ann });
  });

  it("an alias that someone holds is refused, or moves with forceAliasCreation", async () => {
    await makeUser(at.UserPoolId, "holder", ann);
    await knows(at, { userAttributes: ann, ...confirmed });
    await expect(signIn(at.ClientId, "ann", PASSWORD)).rejects.toMatchObject({
      name: "AliasExistsException",
      message: "An account with the email already exists.",
    });
    expect(await users(at)).toBe(1);
    await knows(at, { userAttributes: ann, forceAliasCreation: true, ...confirmed });
    expect(await signIn(at.ClientId, "ann", PASSWORD)).toHaveProperty("AuthenticationResult");
    expect(await found(at, "ann@example.com")).toMatchObject({ Username: "ann" });
    expect(await found(at, "holder")).toMatchObject({ email_verified: "false" });
    expect(await brokenInvariants()).toEqual([]);
  });
});

describe("a migration function, which judges passwords", () => {
  it("is asked no more often than a user's password may be tried", async () => {
    await plain.fn.script({ UserMigration: { error: "wrong password" } });
    const tried = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) => signIn(plain.ClientId, "guessed", `guess ${at}`)),
    );
    const messages = tried.map((each) => (each.status === "rejected" ? (each.reason as Error).message : ""));
    expect(messages).toContain("Password attempts exceeded");
    expect((await migrations(plain)).length).toBeLessThanOrEqual(30);
  });

  it("is left alone while tries at the name wait, after some that it refused", async () => {
    // A lock of a second must outlast the test.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await plain.fn.script({ UserMigration: { error: "wrong password" } });
    for (let at = 0; at < 8; at++) await signIn(plain.ClientId, "waited", `guess ${at}`).catch(() => undefined);
    await expect(signIn(plain.ClientId, "waited", PASSWORD)).rejects.toMatchObject({
      message: "Password attempts exceeded",
    });
    expect((await migrations(plain)).length).toBeLessThan(9);
  });
});
