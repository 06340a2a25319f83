import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { call, makeClient, makePool, makeUser, outbox, PASSWORD, signIn } from "../client.ts";
import { openMessage } from "../sealed-message.ts";
import { SENDER_KEY_ARN } from "../sender-key.ts";
import { type Event, type ExampleFunction, newFunction } from "../triggers/functions.ts";

const EMAIL = "ann@example.com";
const PHONE = "+12065550100";
const TEMPORARY = `T3mp<b>&"'orary`;
const metadata = { campaign: "spring" };
let fn: ExampleFunction;

beforeEach(async () => {
  fn = newFunction();
  await env.DB.exec("delete from outbox");
});
afterEach(() => void vi.restoreAllMocks());

type Senders = "CustomEmailSender" | "CustomSMSSender";

/** A pool whose own function sends what goes out by these channels. */
async function poolWith(senders: Senders[] = ["CustomEmailSender", "CustomSMSSender"], more: object = {}) {
  const { LambdaConfig, ...settings } = more as { LambdaConfig?: object };
  const of = Object.fromEntries(senders.map((name) => [name, { LambdaVersion: "V1_0", LambdaArn: fn.arn }]));
  const UserPoolId = await makePool({
    AutoVerifiedAttributes: ["email"],
    LambdaConfig: { KMSKeyID: SENDER_KEY_ARN, ...of, ...LambdaConfig },
    ...settings,
  });
  return { UserPoolId, ClientId: (await makeClient(UserPoolId)).ClientId };
}

/** The event that came last, once so many have come: nobody waits for a sender. */
const told = (count = 1): Promise<Event> =>
  vi.waitFor(async () => {
    const events = await fn.events();
    expect(events).toHaveLength(count);
    return events.at(-1) as Event;
  });

const codeIn = async ({ request, userPoolId }: Event): Promise<string> => {
  const { text, ...about } = await openMessage(request.code);
  expect(about).toEqual({ context: { "userpool-id": userPoolId }, provider: "limen", name: SENDER_KEY_ARN });
  return text;
};

const signUp = (ClientId: string, attributes: Record<string, string> = { email: EMAIL }) =>
  call("SignUp", {
    ClientId,
    Username: "ann",
    Password: PASSWORD,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    ClientMetadata: metadata,
  });

describe("[Amazon Cognito: custom sender Lambda triggers] the event", () => {
  test("of a sign-up tells the sealed code, which confirms the user, and no mail leaves", async () => {
    const { UserPoolId, ClientId } = await poolWith();
    const { UserSub, CodeDeliveryDetails } = await signUp(ClientId);
    const event = await told();
    expect(event).toEqual({
      version: "1",
      triggerSource: "CustomEmailSender_SignUp",
      region: "us-east-1",
      userPoolId: UserPoolId,
      userName: "ann",
      callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
      request: {
        type: "customEmailSenderRequestV1",
        code: expect.any(String),
        userAttributes: {
          sub: UserSub,
          email: EMAIL,
          email_verified: "false",
          "cognito:user_status": "UNCONFIRMED",
        },
        clientMetadata: metadata,
      },
      response: {},
    });
    expect(CodeDeliveryDetails).toEqual({ Destination: "a***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" });
    expect(await outbox(EMAIL)).toEqual([]);
    await call("ConfirmSignUp", { ClientId, Username: "ann", ConfirmationCode: await codeIn(event) });
    expect(await signIn(ClientId, "ann")).toHaveProperty("AuthenticationResult");
  });

  test("of an SMS is another trigger's, of another type", async () => {
    const { ClientId } = await poolWith(undefined, { AutoVerifiedAttributes: ["phone_number"] });
    await signUp(ClientId, { phone_number: PHONE });
    const event = await told();
    expect(event).toMatchObject({
      triggerSource: "CustomSMSSender_SignUp",
      request: { type: "customSMSSenderRequestV1", userAttributes: { phone_number: PHONE } },
    });
    expect(await codeIn(event)).toMatch(/^\d{6}$/);
  });

  const acts: [source: string, act: (pool: { UserPoolId: string; ClientId: string }) => Promise<unknown>][] = [
    [
      "ForgotPassword",
      ({ ClientId }) => call("ForgotPassword", { ClientId, Username: "ann", ClientMetadata: metadata }),
    ],
    [
      "ForgotPassword",
      ({ UserPoolId }) => call("AdminResetUserPassword", { UserPoolId, Username: "ann", ClientMetadata: metadata }),
    ],
    [
      "UpdateUserAttribute",
      ({ UserPoolId }) =>
        call("AdminUpdateUserAttributes", {
          UserPoolId,
          Username: "ann",
          UserAttributes: [{ Name: "email", Value: EMAIL }],
          ClientMetadata: metadata,
        }),
    ],
    [
      "VerifyUserAttribute",
      async ({ ClientId }) =>
        call("GetUserAttributeVerificationCode", {
          AccessToken: (await signIn(ClientId, "ann")).AuthenticationResult.AccessToken,
          AttributeName: "email",
          ClientMetadata: metadata,
        }),
    ],
  ];
  test.each(acts)("is CustomEmailSender_%s where that is what the code is for", async (source, act) => {
    const pool = await poolWith();
    await makeUser(pool.UserPoolId, "ann", {
      email: source === "UpdateUserAttribute" ? "a@example.com" : EMAIL,
      email_verified: "true",
    });
    await act(pool);
    const event = await told();
    expect(event).toMatchObject({
      triggerSource: `CustomEmailSender_${source}`,
      userName: "ann",
      request: { userAttributes: { email: EMAIL }, clientMetadata: metadata },
    });
    expect(await codeIn(event)).toMatch(/^\d{6}$/);
  });

  test("of another code is CustomEmailSender_ResendCode", async () => {
    const { ClientId } = await poolWith();
    await signUp(ClientId);
    await call("ResendConfirmationCode", { ClientId, Username: "ann", ClientMetadata: metadata });
    const event = await told(2);
    expect(event).toMatchObject({
      triggerSource: "CustomEmailSender_ResendCode",
      request: { clientMetadata: metadata },
    });
    await call("ConfirmSignUp", { ClientId, Username: "ann", ConfirmationCode: await codeIn(event) });
  });

  test("of a code to sign in with is CustomEmailSender_Authentication", async () => {
    const SignInPolicy = { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] };
    const { UserPoolId } = await poolWith(undefined, { Policies: { SignInPolicy } });
    const { ClientId } = await makeClient(UserPoolId, { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] });
    await makeUser(UserPoolId, "ann", { email: EMAIL, email_verified: "true" });
    const { Session, ChallengeName } = await call("InitiateAuth", {
      ClientId,
      AuthFlow: "USER_AUTH",
      AuthParameters: { USERNAME: "ann", PREFERRED_CHALLENGE: "EMAIL_OTP" },
    });
    const event = await told();
    expect(event).toMatchObject({ triggerSource: "CustomEmailSender_Authentication", userName: "ann" });
    const ChallengeResponses = { USERNAME: "ann", EMAIL_OTP_CODE: await codeIn(event) };
    const answer = call("RespondToAuthChallenge", { ClientId, Session, ChallengeName, ChallengeResponses });
    expect(await answer).toHaveProperty("AuthenticationResult");
  });

  test("of an invitation tells the temporary password with HTML's signs escaped, whatever the pool's own text has room for", async () => {
    const InviteMessageTemplate = { EmailMessage: "Ask your administrator, {username}." };
    const { UserPoolId, ClientId } = await poolWith(undefined, { AdminCreateUserConfig: { InviteMessageTemplate } });
    const invite = (MessageAction?: string) =>
      call("AdminCreateUser", {
        UserPoolId,
        Username: "ann",
        TemporaryPassword: TEMPORARY,
        UserAttributes: MessageAction ? [] : [{ Name: "email", Value: EMAIL }],
        DesiredDeliveryMediums: ["EMAIL"],
        ClientMetadata: metadata,
        ...(MessageAction && { MessageAction }),
      });
    await invite();
    const event = await told();
    expect(event).toMatchObject({
      triggerSource: "CustomEmailSender_AdminCreateUser",
      callerContext: { clientId: "CLIENT_ID_NOT_APPLICABLE" },
      request: { clientMetadata: metadata },
    });
    expect(await codeIn(event)).toBe("T3mp&lt;b&gt;&amp;&quot;&#39;orary");
    expect(await signIn(ClientId, "ann", TEMPORARY)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
    await invite("RESEND");
    expect(await told(2)).toMatchObject({ triggerSource: "CustomEmailSender_AdminCreateUser" });
  });

  test("of a new address names that address, and that nobody has proven it, while the user still has the former one", async () => {
    const { UserPoolId, ClientId } = await poolWith(undefined, {
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
    });
    await makeUser(UserPoolId, "ann", { email: EMAIL, email_verified: "true" });
    const { AccessToken } = (await signIn(ClientId, "ann")).AuthenticationResult;
    const UserAttributes = [{ Name: "email", Value: "new@example.com" }];
    await call("UpdateUserAttributes", { AccessToken, UserAttributes });
    const event = await told();
    expect(event.request.userAttributes).toMatchObject({ email: "new@example.com", email_verified: "false" });
    await call("VerifyUserAttribute", { AccessToken, AttributeName: "email", Code: await codeIn(event) });
    const { UserAttributes: after } = await call("AdminGetUser", { UserPoolId, Username: "ann" });
    expect(after).toContainEqual({ Name: "email", Value: "new@example.com" });
  });
});

describe("a sender", () => {
  test("takes the place of the custom-message trigger, on its own channel alone", async () => {
    const LambdaConfig = { CustomMessage: fn.arn };
    const settings = {
      LambdaConfig,
      EmailConfiguration: {
        EmailSendingAccount: "DEVELOPER",
        SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/example.com",
      },
    };
    const byMail = await poolWith(["CustomEmailSender"], settings);
    await signUp(byMail.ClientId);
    expect(await told()).toMatchObject({ triggerSource: "CustomEmailSender_SignUp" });
    const bySms = await poolWith(["CustomSMSSender"], settings);
    await signUp(bySms.ClientId);
    expect(await told(2)).toMatchObject({ triggerSource: "CustomMessage_SignUp" });
    expect(await outbox(EMAIL)).toHaveLength(1);
  });

  test.each([
    ["returns an error", { error: "no provider" }],
    ["breaks", { breaks: true }],
    ["answers with no event", { body: "thanks" }],
  ])("that %s is none of the caller's business", async (_, reply) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const { ClientId } = await poolWith();
    await fn.script({ CustomEmailSender: reply });
    expect(await signUp(ClientId)).toMatchObject({ CodeDeliveryDetails: { DeliveryMedium: "EMAIL" } });
    const [event] = await vi.waitFor(async () => {
      const events = await fn.events();
      expect(events.length).toBeGreaterThan(0);
      return events;
    });
    const code = await codeIn(event as Event);
    await call("ConfirmSignUp", { ClientId, Username: "ann", ConfirmationCode: code });
    // Ids and times are digits, too: the code alone between what are none.
    const clear = new RegExp(`(?<![\\w-])${code}(?![\\w-])`);
    for (const [line] of log.mock.calls) expect(String(line)).not.toMatch(clear);
    expect(JSON.stringify(await fn.events())).not.toMatch(clear);
  });
});

describe("a sender whose key is not configured", () => {
  const refused = {
    name: "UnexpectedLambdaException",
    message: "CustomEmailSender invocation failed due to configuration.",
  };
  const KMSKeyID = "arn:aws:kms:us-east-1:000000000000:key/another";
  /** The pool has users already when it loses the key. */
  async function withoutKey() {
    const { UserPoolId } = await poolWith();
    const { ClientId } = await makeClient(UserPoolId, { PreventUserExistenceErrors: "ENABLED" });
    await makeUser(UserPoolId, "bea", { email: "bea@example.com", email_verified: "true" });
    const { AccessToken } = (await signIn(ClientId, "bea")).AuthenticationResult;
    const CustomEmailSender = { LambdaVersion: "V1_0", LambdaArn: fn.arn };
    await call("UpdateUserPool", {
      UserPoolId,
      AutoVerifiedAttributes: ["email"],
      LambdaConfig: { KMSKeyID, CustomEmailSender },
    });
    return { UserPoolId, ClientId, AccessToken };
  }

  test("refuses what would send a code before anything is stored", async () => {
    const { UserPoolId, ClientId, AccessToken } = await withoutKey();
    const before = await call("AdminGetUser", { UserPoolId, Username: "bea" });
    const UserAttributes = [{ Name: "email", Value: "b@example.com" }];
    const Username = "bea";
    await expect(signUp(ClientId)).rejects.toMatchObject(refused);
    await expect(call("AdminCreateUser", { UserPoolId, Username: "ann", UserAttributes })).rejects.toMatchObject(
      refused,
    );
    await expect(call("AdminResetUserPassword", { UserPoolId, Username })).rejects.toMatchObject(refused);
    await expect(call("UpdateUserAttributes", { AccessToken, UserAttributes })).rejects.toMatchObject(refused);
    await expect(
      call("GetUserAttributeVerificationCode", { AccessToken, AttributeName: "email" }),
    ).rejects.toMatchObject(refused);
    await expect(call("AdminGetUser", { UserPoolId, Username: "ann" })).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
    expect(await call("AdminGetUser", { UserPoolId, Username })).toEqual(before);
    expect(await fn.events()).toEqual([]);
  });

  test("is told alike of names that somebody and nobody has", async () => {
    const { ClientId } = await withoutKey();
    for (const Username of ["bea", "nobody"]) {
      await expect(call("ForgotPassword", { ClientId, Username })).rejects.toMatchObject(refused);
      await expect(call("ResendConfirmationCode", { ClientId, Username })).rejects.toMatchObject(refused);
    }
  });

  test("leaves alone what sends nothing", async () => {
    const { UserPoolId, ClientId, AccessToken } = await withoutKey();
    await call("UpdateUserAttributes", { AccessToken, UserAttributes: [{ Name: "name", Value: "Bea" }] });
    await call("AdminCreateUser", { UserPoolId, Username: "ann", MessageAction: "SUPPRESS" });
    expect(await call("SignUp", { ClientId, Username: "carl", Password: PASSWORD })).toMatchObject({
      UserConfirmed: false,
    });
  });
});
