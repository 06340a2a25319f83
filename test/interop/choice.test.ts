import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  CodeMismatchException,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  NotAuthorizedException,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { Amplify } from "aws-amplify";
import {
  autoSignIn,
  confirmSignIn,
  confirmSignUp,
  fetchAuthSession,
  signIn,
  type SignInInput,
  signOut,
  signUp,
} from "aws-amplify/auth";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type App, makeApp, PASSWORD } from "./fixtures.ts";
import { codeSentTo, type Server, sdkFor, startServer } from "./server.ts";

let server: Server;
let sdk: CognitoIdentityProviderClient;
let app: App;
/** Where people sign in by mail and have no passwords. */
let byMail: App;

const ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] = [
  "ALLOW_USER_AUTH",
  "ALLOW_REFRESH_TOKEN_AUTH",
];

beforeAll(async () => {
  server = await startServer();
  sdk = sdkFor(server.origin);
  const allowing = (...AllowedFirstAuthFactors: ("PASSWORD" | "EMAIL_OTP" | "SMS_OTP")[]) => ({
    Policies: { SignInPolicy: { AllowedFirstAuthFactors } },
  });
  app = await makeApp(sdk, allowing("PASSWORD", "EMAIL_OTP", "SMS_OTP"), { ExplicitAuthFlows });
  byMail = await makeApp(
    sdk,
    { ...allowing("PASSWORD", "EMAIL_OTP"), UsernameAttributes: ["email"] },
    { ExplicitAuthFlows },
  );
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
});

const newEmail = () => `u${crypto.randomUUID().slice(0, 12)}@example.com`;

/** A user with a password and addresses for codes. */
async function newUser(): Promise<{ name: string; email: string; phone: string }> {
  const { UserPoolId } = app;
  const [name, email] = [`u${crypto.randomUUID().slice(0, 12)}`, newEmail()];
  const phone = `+1555${String(crypto.getRandomValues(new Uint32Array(1))[0])
    .slice(0, 7)
    .padStart(7, "0")}`;
  const UserAttributes = [
    { Name: "email", Value: email },
    { Name: "phone_number", Value: phone },
  ];
  const created = { UserPoolId, Username: name, TemporaryPassword: PASSWORD, UserAttributes };
  await sdk.send(new AdminCreateUserCommand({ ...created, MessageAction: "SUPPRESS" }));
  const set = { UserPoolId, Username: name, Password: PASSWORD, Permanent: true };
  await sdk.send(new AdminSetUserPasswordCommand(set));
  return { name, email, phone };
}

describe("[Amplify v6] with nothing changed but its endpoint", () => {
  const configure = ({ UserPoolId, ClientId }: App) =>
    Amplify.configure({
      Auth: {
        Cognito: { userPoolId: UserPoolId, userPoolClientId: ClientId, userPoolEndpoint: server.origin },
      },
    });
  const done = { isSignedIn: true, nextStep: { signInStep: "DONE" } };
  const confirm = (challengeResponse: string) => confirmSignIn({ challengeResponse });
  const begin = (
    username: string,
    preferredChallenge?: NonNullable<SignInInput["options"]>["preferredChallenge"],
    password?: string,
  ) =>
    signIn({
      username,
      ...(password !== undefined && { password }),
      options: { authFlowType: "USER_AUTH", ...(preferredChallenge && { preferredChallenge }) },
    });
  const whoIsIn = async () => (await fetchAuthSession()).tokens?.accessToken.payload.username;

  beforeAll(() => configure(app));
  afterEach(() => signOut());

  it.each(["PASSWORD", "PASSWORD_SRP"] as const)("preferredChallenge %s: signed in at once", async (preferred) => {
    const { name } = await newUser();
    expect(await begin(name, preferred, PASSWORD)).toEqual(done);
    expect(await whoIsIn()).toBe(name);
    const { tokens } = await fetchAuthSession({ forceRefresh: true });
    expect(tokens?.accessToken.payload.username).toBe(name);
    await signOut();
    await expect(begin(name, preferred, "Wr0ng-Horse!")).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Incorrect username or password.",
    });
  });

  it.each([
    ["EMAIL_OTP", "CONFIRM_SIGN_IN_WITH_EMAIL_CODE", "EMAIL"],
    ["SMS_OTP", "CONFIRM_SIGN_IN_WITH_SMS_CODE", "SMS"],
  ] as const)("preferredChallenge %s: a code, of which a wrong one can be mended", async (preferred, step, medium) => {
    const { name, email, phone } = await newUser();
    expect(await begin(name, preferred)).toMatchObject({
      nextStep: { signInStep: step, codeDeliveryDetails: { deliveryMedium: medium } },
    });
    const code = await codeSentTo(server.origin, preferred === "EMAIL_OTP" ? email : phone);
    const wrong = code === "00000000" ? "00000001" : "00000000";
    await expect(confirm(wrong)).rejects.toMatchObject({ name: "CodeMismatchException" });
    expect(await confirm(code)).toEqual(done);
    expect(await whoIsIn()).toBe(name);
  });

  const selection = {
    isSignedIn: false,
    nextStep: {
      signInStep: "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION",
      availableChallenges: ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"],
    },
  };

  it.each(["PASSWORD", "PASSWORD_SRP"] as const)("no preference: %s is picked, and asked for", async (picked) => {
    const { name } = await newUser();
    expect(await begin(name)).toEqual(selection);
    expect(await confirm(picked)).toEqual({
      isSignedIn: false,
      nextStep: { signInStep: "CONFIRM_SIGN_IN_WITH_PASSWORD" },
    });
    expect(await confirm(PASSWORD)).toEqual(done);
    expect(await whoIsIn()).toBe(name);
  });

  it.each(["EMAIL_OTP", "SMS_OTP"] as const)("no preference: %s is picked, and sent", async (picked) => {
    const { name, email, phone } = await newUser();
    expect(await begin(name)).toEqual(selection);
    await confirm(picked);
    expect(await confirm(await codeSentTo(server.origin, picked === "EMAIL_OTP" ? email : phone))).toEqual(done);
    expect(await whoIsIn()).toBe(name);
  });

  it("a preference that the user does not have: the selection", async () => {
    const { name } = await newUser();
    expect(await begin(name, "WEB_AUTHN")).toEqual(selection);
  });

  it.each([
    ["a password", PASSWORD],
    ["no password", undefined],
  ])("autoSignIn after confirmSignUp, with %s: no further question", async (_, password) => {
    configure(byMail);
    try {
      const email = newEmail();
      const signedUp = await signUp({
        username: email,
        ...(password !== undefined && { password }),
        options: { userAttributes: { email }, autoSignIn: { authFlowType: "USER_AUTH" } },
      });
      expect(signedUp.nextStep.signUpStep).toBe("CONFIRM_SIGN_UP");
      const confirmationCode = await codeSentTo(server.origin, email);
      const confirmed = await confirmSignUp({ username: email, confirmationCode });
      expect(confirmed.nextStep.signUpStep).toBe("COMPLETE_AUTO_SIGN_IN");
      // Amplify answers no second call of it within that time, ever.
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(await autoSignIn()).toEqual(done);
      expect((await fetchAuthSession()).tokens?.idToken?.payload).toMatchObject({ email, email_verified: true });
      await signOut();
      // And the next time, by a code.
      await begin(email, "EMAIL_OTP");
      expect(await confirm(await codeSentTo(server.origin, email))).toEqual(done);
    } finally {
      configure(app);
    }
  });
});

describe("the AWS SDK with nothing changed but its endpoint", () => {
  it("signs up without password, confirms, and signs in by the Session alone, once", async () => {
    const { ClientId } = byMail;
    const Username = newEmail();
    const UserAttributes = [{ Name: "email", Value: Username }];
    const signedUp = await sdk.send(new SignUpCommand({ ClientId, Username, UserAttributes }));
    expect(signedUp.UserConfirmed).toBe(false);
    const ConfirmationCode = await codeSentTo(server.origin, Username);
    const confirm = { ClientId, Username, ConfirmationCode, Session: signedUp.Session };
    const { Session } = await sdk.send(new ConfirmSignUpCommand(confirm));
    const AuthParameters = { USERNAME: Username };
    const begin = () => sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow: "USER_AUTH", AuthParameters, Session }));
    expect((await begin()).AuthenticationResult?.TokenType).toBe("Bearer");
    await expect(begin()).rejects.toBeInstanceOf(NotAuthorizedException);
  });

  it("is offered a choice, picks, and knows what its errors are", async () => {
    const { ClientId } = app;
    const { name, email } = await newUser();
    const AuthParameters = { USERNAME: name };
    const begun = await sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow: "USER_AUTH", AuthParameters }));
    expect(begun).toMatchObject({
      ChallengeName: "SELECT_CHALLENGE",
      AvailableChallenges: ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"],
    });
    const answer = (ChallengeName: "SELECT_CHALLENGE" | "EMAIL_OTP", Session: string | undefined, more: object) =>
      sdk.send(
        new RespondToAuthChallengeCommand({
          ClientId,
          ChallengeName,
          Session,
          ChallengeResponses: { USERNAME: name, ...more },
        }),
      );
    const { Session } = await answer("SELECT_CHALLENGE", begun.Session, { ANSWER: "EMAIL_OTP" });
    const code = await codeSentTo(server.origin, email);
    const wrong = { EMAIL_OTP_CODE: code === "00000000" ? "00000001" : "00000000" };
    await expect(answer("EMAIL_OTP", Session, wrong)).rejects.toBeInstanceOf(CodeMismatchException);
    expect(await answer("EMAIL_OTP", Session, { EMAIL_OTP_CODE: code })).toHaveProperty("AuthenticationResult");
  });
});
