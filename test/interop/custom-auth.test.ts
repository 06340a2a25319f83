import {
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
  InvalidLambdaResponseException,
  NotAuthorizedException,
  RespondToAuthChallengeCommand,
  UserLambdaValidationException,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  AuthenticationDetails,
  type CognitoUser,
  type CognitoUserSession,
  type IAuthenticationCallback,
} from "amazon-cognito-identity-js";
import { Amplify } from "aws-amplify";
import { confirmSignIn, fetchAuthSession, signIn, type SignInInput, signOut } from "aws-amplify/auth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExampleFunction } from "../triggers/control.ts";
import { type ExampleTriggers, startTriggers } from "./example-triggers.ts";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { libraryUser } from "./library-user.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

// What the example worker asks.
const QUESTION = "What is the capital of Iceland?";
const RIGHT = "Reykjavik";
const USER = "jane";

let triggers: ExampleTriggers;
let server: Server;
let sdk: CognitoIdentityProviderClient;
let fn: ExampleFunction;
let app: App;

beforeAll(async () => {
  triggers = await startTriggers();
  server = await startServer({ TRIGGERS: triggers.TRIGGERS });
  sdk = sdkFor(server.origin);
  fn = triggers.newFunction();
  const names = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];
  const LambdaConfig = Object.fromEntries(names.map((name) => [name, fn.arn]));
  const ExplicitAuthFlows = ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] as const;
  app = await makeApp(sdk, { LambdaConfig }, { ExplicitAuthFlows: [...ExplicitAuthFlows] });
  await addUser(sdk, app.UserPoolId, USER);
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
  await triggers?.close();
});

/** What DefineAuthChallenge was told last of the challenges before. */
const told = async () =>
  (await fn.events()).findLast(({ triggerSource }) => triggerSource.startsWith("Define"))?.request.session;
const CORRECT = { challengeName: "CUSTOM_CHALLENGE", challengeResult: true, challengeMetadata: "QUESTION" };
const PROVEN = [
  { challengeName: "SRP_A", challengeResult: true },
  { challengeName: "PASSWORD_VERIFIER", challengeResult: true },
];

describe("amazon-cognito-identity-js with nothing changed but its endpoint", () => {
  function userOf(Username: string): CognitoUser {
    const user = libraryUser(server.origin, app, Username);
    user.setAuthenticationFlowType("CUSTOM_AUTH");
    return user;
  }

  /**
   * Signs in, giving these answers to the challenges in order.
   * @param begin how: `initiateAuth` without password, `authenticateUser` with it
   * @returns the session, and what each challenge said
   */
  const enter = (
    user: CognitoUser,
    begin: "initiateAuth" | "authenticateUser",
    answers: string[],
    password = PASSWORD,
  ) =>
    new Promise<{ session: CognitoUserSession; asked: unknown[] }>((resolve, onFailure) => {
      const asked: unknown[] = [];
      const callbacks: IAuthenticationCallback = {
        onSuccess: (session) => resolve({ session, asked }),
        onFailure,
        customChallenge: (parameters: unknown) => {
          asked.push(parameters);
          user.sendCustomChallengeAnswer(answers.shift(), callbacks, { from: "answer" });
        },
      };
      const secret = begin === "authenticateUser" ? { Password: password } : {};
      user[begin](new AuthenticationDetails({ Username: USER, ...secret }), callbacks);
    });

  it("signs in without a password, answering until the answer is right, and refreshes", async () => {
    const user = userOf(USER);
    const { session, asked } = await enter(user, "initiateAuth", ["Oslo", RIGHT]);
    expect(asked).toEqual(Array.from({ length: 2 }, () => ({ question: QUESTION, USERNAME: USER })));
    expect(session.getAccessToken().payload.username).toBe(USER);
    expect(await told()).toEqual([{ ...CORRECT, challengeResult: false }, CORRECT]);
    const verify = (await fn.events()).findLast(({ triggerSource }) => triggerSource.startsWith("Verify"));
    expect(verify?.request.clientMetadata).toEqual({ from: "answer" });
    const again = await new Promise<CognitoUserSession>((resolve, reject) =>
      user.refreshSession(session.getRefreshToken(), (error, value) =>
        error ? reject(error as Error) : resolve(value),
      ),
    );
    expect(again.isValid()).toBe(true);
  });

  it("signs in by password and challenge, the password never leaving the client", async () => {
    const { session, asked } = await enter(userOf(USER), "authenticateUser", [RIGHT]);
    expect(asked).toEqual([{ question: QUESTION, USERNAME: USER }]);
    expect(session.isValid()).toBe(true);
    expect(await told()).toEqual([...PROVEN, CORRECT]);
  });

  it("hears of a wrong password, of too many wrong answers and of a name that nobody has by the codes that it looks at", async () => {
    const refused = { code: "NotAuthorizedException", message: "Incorrect username or password." };
    await expect(enter(userOf(USER), "authenticateUser", [RIGHT], "Wr0ng-Horse!")).rejects.toMatchObject(refused);
    await expect(enter(userOf(USER), "initiateAuth", ["Oslo", "Bergen", "Turku"])).rejects.toMatchObject(refused);
    await expect(enter(userOf("nobody"), "initiateAuth", [])).rejects.toMatchObject({ code: "UserNotFoundException" });
  });
});

describe("aws-amplify with nothing changed but its endpoint", () => {
  beforeAll(() => {
    Amplify.configure({
      Auth: {
        Cognito: { userPoolId: app.UserPoolId, userPoolClientId: app.ClientId, userPoolEndpoint: server.origin },
      },
    });
  });

  const challenge = {
    isSignedIn: false,
    nextStep: {
      signInStep: "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE",
      additionalInfo: { question: QUESTION, USERNAME: USER },
    },
  };
  const done = { isSignedIn: true, nextStep: { signInStep: "DONE" } };

  it.each<[flow: string, input: SignInInput, before: object[]]>([
    ["CUSTOM_WITHOUT_SRP", { username: USER, options: { authFlowType: "CUSTOM_WITHOUT_SRP" } }, []],
    ["CUSTOM_WITH_SRP", { username: USER, password: PASSWORD, options: { authFlowType: "CUSTOM_WITH_SRP" } }, PROVEN],
  ])("signs in by %s, and a wrong answer can be mended", async (_, input, before) => {
    expect(await signIn(input)).toEqual(challenge);
    expect(await confirmSignIn({ challengeResponse: "Oslo" })).toEqual(challenge);
    expect(await confirmSignIn({ challengeResponse: RIGHT })).toEqual(done);
    expect(await told()).toEqual([...before, { ...CORRECT, challengeResult: false }, CORRECT]);
    const { tokens } = await fetchAuthSession();
    expect(tokens?.accessToken.payload.username).toBe(USER);
    const again = (await fetchAuthSession({ forceRefresh: true })).tokens;
    expect(again?.accessToken.payload.jti).not.toBe(tokens?.accessToken.payload.jti);
    await signOut();
  });

  it("is refused by a wrong password, and by what the trigger fails", async () => {
    const options = { authFlowType: "CUSTOM_WITH_SRP" } as const;
    const refused = { name: "NotAuthorizedException", message: "Incorrect username or password." };
    await expect(signIn({ username: USER, password: "Wr0ng-Horse!", options })).rejects.toMatchObject(refused);
    await signIn({ username: USER, options: { authFlowType: "CUSTOM_WITHOUT_SRP" } });
    for (const challengeResponse of ["Oslo", "Bergen"]) await confirmSignIn({ challengeResponse });
    await expect(confirmSignIn({ challengeResponse: "Turku" })).rejects.toMatchObject(refused);
  });
});

describe("the AWS SDK with nothing changed but its endpoint", () => {
  const begin = () =>
    sdk.send(
      new InitiateAuthCommand({
        ClientId: app.ClientId,
        AuthFlow: "CUSTOM_AUTH",
        AuthParameters: { USERNAME: USER },
      }),
    );
  const answer = (Session: string | undefined, ANSWER: string) =>
    sdk.send(
      new RespondToAuthChallengeCommand({
        ClientId: app.ClientId,
        ChallengeName: "CUSTOM_CHALLENGE",
        Session,
        ChallengeResponses: { USERNAME: USER, ANSWER },
      }),
    );

  it("signs in by challenges, and knows what its errors are", async () => {
    const first = await begin();
    expect(first.ChallengeName).toBe("CUSTOM_CHALLENGE");
    expect((await answer(first.Session, RIGHT)).AuthenticationResult?.TokenType).toBe("Bearer");
    await expect(answer(first.Session, RIGHT)).rejects.toBeInstanceOf(NotAuthorizedException);
    await fn.script({ DefineAuthChallenge: {} });
    await expect(begin()).rejects.toBeInstanceOf(InvalidLambdaResponseException);
    await fn.script({ CreateAuthChallenge: { error: "No" } });
    await expect(begin()).rejects.toBeInstanceOf(UserLambdaValidationException);
    await fn.script({});
  });
});
