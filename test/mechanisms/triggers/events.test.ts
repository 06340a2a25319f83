import { describe, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, requestOf, send, signIn } from "../../client.ts";
import { type Event, type ExampleFunction, newFunction } from "../../triggers/functions.ts";

const UserAttributes = [
  { Name: "email", Value: "ann@example.com" },
  { Name: "custom:team", Value: "red" },
];
const clientMetadata = { campaign: "autumn" };

interface Scene {
  fn: ExampleFunction;
  UserPoolId: string;
  ClientId: string;
}

async function scene(triggers: string[], { pool = {}, client = {} } = {}): Promise<Scene> {
  const fn = newFunction();
  await fn.script({ "*": {} });
  const UserPoolId = await makePool({
    AutoVerifiedAttributes: ["email"],
    Schema: [{ Name: "team", AttributeDataType: "String", Mutable: true }],
    LambdaConfig: Object.fromEntries(triggers.map((name) => [name, fn.arn])),
    ...pool,
  });
  const { ClientId } = await makeClient(UserPoolId, client);
  return { fn, UserPoolId, ClientId };
}

/** What every event has, and what an event of this scene must be, whole. */
const eventOf = (
  { UserPoolId, ClientId }: Scene,
  about: Pick<Event, "triggerSource" | "userName" | "request"> & { response?: object; clientId?: string },
): unknown => ({
  version: "1",
  triggerSource: about.triggerSource,
  region: "us-east-1",
  userPoolId: UserPoolId,
  userName: about.userName,
  callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: about.clientId ?? ClientId },
  request: about.request,
  response: about.response ?? {},
});

const stored = (sub: string, status: string, more = {}) => ({
  email: "ann@example.com",
  "custom:team": "red",
  sub,
  "cognito:user_status": status,
  ...more,
});

const makeAnn = ({ UserPoolId }: Scene) =>
  makeUser(UserPoolId, "ann", { email: "ann@example.com", email_verified: "true", "custom:team": "red" });

const PRE_SIGN_UP = { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false };

describe("[Amazon Cognito: pre sign-up Lambda trigger] is told", () => {
  it("of SignUp what was submitted, and nothing that is not known yet", async () => {
    const at = await scene(["PreSignUp"]);
    const ValidationData = [{ Name: "invite", Value: "1234" }, { Name: "empty" }];
    const input = { ClientId: at.ClientId, Username: "ann", Password: PASSWORD, UserAttributes };
    await call("SignUp", { ...input, ValidationData, ClientMetadata: clientMetadata });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PreSignUp_SignUp",
        userName: "ann",
        request: {
          userAttributes: { email: "ann@example.com", "custom:team": "red" },
          validationData: { invite: "1234", empty: "" },
          clientMetadata,
        },
        response: PRE_SIGN_UP,
      }),
    ]);
  });

  it("of SignUp by address the name that the user will have", async () => {
    const at = await scene(["PreSignUp"], { pool: { UsernameAttributes: ["email"] } });
    const input = { ClientId: at.ClientId, Username: "ann@example.com", Password: PASSWORD };
    const { UserSub } = await call("SignUp", input);
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PreSignUp_SignUp",
        userName: UserSub,
        request: { userAttributes: { email: "ann@example.com" } },
        response: PRE_SIGN_UP,
      }),
    ]);
  });

  it("of AdminCreateUser, by no client", async () => {
    const at = await scene(["PreSignUp"]);
    const input = { UserPoolId: at.UserPoolId, Username: "ann", UserAttributes, MessageAction: "SUPPRESS" };
    const ValidationData = [{ Name: "invite", Value: "1234" }];
    await call("AdminCreateUser", { ...input, ValidationData, ClientMetadata: clientMetadata });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PreSignUp_AdminCreateUser",
        userName: "ann",
        clientId: "CLIENT_ID_NOT_APPLICABLE",
        request: {
          userAttributes: { email: "ann@example.com", "custom:team": "red" },
          validationData: { invite: "1234" },
          clientMetadata,
        },
        response: PRE_SIGN_UP,
      }),
    ]);
  });
});

describe("[Amazon Cognito: post confirmation Lambda trigger] is told", () => {
  it("of ConfirmSignUp the user as confirmed", async () => {
    const at = await scene(["PostConfirmation"]);
    const { ClientId } = at;
    const { UserSub } = await call("SignUp", { ClientId, Username: "ann", Password: PASSWORD, UserAttributes });
    const ConfirmationCode = await codeSentTo("ann@example.com");
    await call("ConfirmSignUp", { ClientId, Username: "ann", ConfirmationCode, ClientMetadata: clientMetadata });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PostConfirmation_ConfirmSignUp",
        userName: "ann",
        request: { userAttributes: stored(UserSub, "CONFIRMED", { email_verified: "true" }), clientMetadata },
      }),
    ]);
  });

  it("of AdminConfirmSignUp, by no client and with nothing proven", async () => {
    const at = await scene(["PostConfirmation"]);
    const { ClientId, UserPoolId } = at;
    const { UserSub } = await call("SignUp", { ClientId, Username: "ann", Password: PASSWORD, UserAttributes });
    await call("AdminConfirmSignUp", { UserPoolId, Username: "ann" });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PostConfirmation_ConfirmSignUp",
        userName: "ann",
        clientId: "CLIENT_ID_NOT_APPLICABLE",
        request: { userAttributes: stored(UserSub, "CONFIRMED", { email_verified: "false" }) },
      }),
    ]);
  });

  it("of ConfirmForgotPassword", async () => {
    const at = await scene(["PostConfirmation"]);
    const sub = await makeAnn(at);
    const { ClientId } = at;
    await call("ForgotPassword", { ClientId, Username: "ann" });
    const ConfirmationCode = await codeSentTo("ann@example.com");
    await call("ConfirmForgotPassword", { ClientId, Username: "ann", ConfirmationCode, Password: PASSWORD });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PostConfirmation_ConfirmForgotPassword",
        userName: "ann",
        request: { userAttributes: stored(sub, "CONFIRMED", { email_verified: "true" }) },
      }),
    ]);
  });
});

describe("[Amazon Cognito: pre authentication Lambda trigger] is told", () => {
  it("of the user, with the metadata as validation data", async () => {
    const at = await scene(["PreAuthentication"]);
    const sub = await makeAnn(at);
    const AuthParameters = { USERNAME: "ann", PASSWORD };
    const input = { ClientId: at.ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters };
    await call("InitiateAuth", { ...input, ClientMetadata: clientMetadata });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PreAuthentication_Authentication",
        userName: "ann",
        request: {
          userAttributes: stored(sub, "CONFIRMED", { email_verified: "true" }),
          validationData: clientMetadata,
          userNotFound: false,
        },
      }),
    ]);
  });

  it("of a name that nobody has, where the client hides that", async () => {
    const at = await scene(["PreAuthentication"], { client: { PreventUserExistenceErrors: "ENABLED" } });
    await expect(signIn(at.ClientId, "nobody")).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "PreAuthentication_Authentication",
        userName: "nobody",
        request: { userAttributes: {}, userNotFound: true },
      }),
    ]);
  });

  it("of no such name where the client does not", async () => {
    const at = await scene(["PreAuthentication"], { client: { PreventUserExistenceErrors: "LEGACY" } });
    await expect(signIn(at.ClientId, "nobody")).rejects.toMatchObject({ name: "UserNotFoundException" });
    expect(await at.fn.events()).toEqual([]);
  });
});

it("[Amazon Cognito: post authentication Lambda trigger] is told of the user", async () => {
  const at = await scene(["PostAuthentication"]);
  const sub = await makeAnn(at);
  await signIn(at.ClientId, "ann");
  expect(await at.fn.events()).toEqual([
    eventOf(at, {
      triggerSource: "PostAuthentication_Authentication",
      userName: "ann",
      request: {
        userAttributes: stored(sub, "CONFIRMED", { email_verified: "true" }),
        newDeviceUsed: false,
      },
    }),
  ]);
});

describe("[Amazon Cognito: migrate user Lambda trigger] is told", () => {
  const response = {
    userAttributes: null,
    forceAliasCreation: null,
    enableSMSMFA: null,
    finalUserStatus: null,
    messageAction: null,
    desiredDeliveryMediums: null,
  };

  it("of a sign-in name and password, with the metadata as validation data", async () => {
    const at = await scene(["UserMigration"]);
    const AuthParameters = { USERNAME: "Legacy Ann", PASSWORD: "old password" };
    const input = { ClientId: at.ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters };
    await expect(call("InitiateAuth", { ...input, ClientMetadata: clientMetadata })).rejects.toThrow();
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "UserMigration_Authentication",
        userName: "Legacy Ann",
        request: { password: "old password", validationData: clientMetadata },
        response,
      }),
    ]);
  });

  it("of ForgotPassword the name", async () => {
    const at = await scene(["UserMigration"]);
    const input = { ClientId: at.ClientId, Username: "legacy-ann", ClientMetadata: clientMetadata };
    await expect(call("ForgotPassword", input)).rejects.toMatchObject({ name: "UserNotFoundException" });
    expect(await at.fn.events()).toEqual([
      eventOf(at, {
        triggerSource: "UserMigration_ForgotPassword",
        userName: "legacy-ann",
        request: { clientMetadata },
        response,
      }),
    ]);
  });
});

describe("[Amazon Cognito: common Lambda trigger parameters] awsSdkVersion is what the caller's user agent names:", () => {
  it.each([
    ["aws-sdk-js/3.908.0 ua/2.1 os/linux lang/js md/nodejs#24.0.0 api/cognito-identity-provider", "aws-sdk-js-3.908.0"],
    ["Amplify/1 aws-sdk-go-v2/1.39.2", "aws-sdk-go-v2-1.39.2"],
    ["Mozilla/5.0 (X11; Linux x86_64)", "aws-sdk-unknown-unknown"],
    [`aws-sdk-${"x".repeat(40)}/1`, "aws-sdk-unknown-unknown"],
  ])("%s", async (userAgent, awsSdkVersion) => {
    const { fn, ClientId } = await scene(["PreSignUp"]);
    const { body, headers } = await requestOf("SignUp", { ClientId, Username: "ann", Password: PASSWORD });
    await send(body, { ...headers, "user-agent": userAgent });
    expect((await fn.events())[0]?.callerContext).toEqual({ awsSdkVersion, clientId: ClientId });
  });
});
