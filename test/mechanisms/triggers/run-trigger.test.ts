import { beforeAll, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, PASSWORD, signIn } from "../../client.ts";
import { openSrp } from "../../srp-client.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:hook";
const KEY = "arn:aws:kms:us-east-1:000000000000:key/senders";
const TRIGGERS = [
  "PreSignUp",
  "PostConfirmation",
  "PreAuthentication",
  "PostAuthentication",
  "DefineAuthChallenge",
  "CreateAuthChallenge",
  "VerifyAuthChallengeResponse",
  "PreTokenGeneration",
  "UserMigration",
  "CustomMessage",
];
const TEMPORARY = "T3mporary-Horse!";
let UserPoolId: string;
let ClientId: string;

/** Puts these triggers in place of those that the pool has. */
const configure = (triggers: string[]) =>
  call("UpdateUserPool", {
    UserPoolId,
    AutoVerifiedAttributes: ["email"],
    LambdaConfig: Object.fromEntries(triggers.map((name) => [name, ARN])),
  });

beforeAll(async () => {
  UserPoolId = await makePool();
  ({ ClientId } = await makeClient(UserPoolId));
  await configure([]);
});

/** The source of the first trigger that an act comes to, which is also where it ends; undefined where it comes to none. */
async function firstSource(act: () => Promise<unknown>): Promise<string | undefined> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    const refusal: Error | undefined = await act().then(
      () => undefined,
      (error) => error,
    );
    const asked = log.mock.calls
      .map(([line]) => JSON.parse(String(line)))
      .find(({ event }) => event === "trigger-unreachable");
    const message = `${asked?.trigger} invocation failed due to configuration.`;
    if (asked) expect(refusal).toMatchObject({ name: "UnexpectedLambdaException", message });
    else expect(refusal?.name).not.toBe("UnexpectedLambdaException");
    return asked?.source;
  } finally {
    log.mockRestore();
  }
}

let people = 0;
const email = (Username: string) => `${Username}@example.com`;
const stranger = () => {
  const Username = `person-${++people}`;
  const UserAttributes = [{ Name: "email", Value: email(Username) }];
  return { Username, UserAttributes };
};
const signedUp = async () => {
  const { Username, UserAttributes } = stranger();
  await call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes });
  return Username;
};
const settled = async () => {
  const { Username } = stranger();
  await makeUser(UserPoolId, Username, { email: email(Username), email_verified: "true" });
  return Username;
};
const invited = async () => {
  const person = stranger();
  await call("AdminCreateUser", { UserPoolId, ...person, TemporaryPassword: TEMPORARY, MessageAction: "SUPPRESS" });
  return person.Username;
};
const tokens = async () => (await signIn(ClientId, await settled())).AuthenticationResult;
const answerSrp = async () => {
  const { SRP_A, answer } = openSrp(UserPoolId);
  const AuthParameters = { USERNAME: await settled(), SRP_A };
  const { ChallengeParameters } = await call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters });
  const ChallengeResponses = answer(ChallengeParameters, PASSWORD);
  const input = { ClientId, ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses };
  return () => call("RespondToAuthChallenge", input);
};
const changedEmail = [{ Name: "email", Value: "changed@example.com" }];

/** What is done: preparations without triggers, then the act; and the sources that it comes to, in order. */
const ACTS: [name: string, prepare: () => Promise<() => Promise<unknown>>, sources: string[]][] = [
  [
    "SignUp",
    async () => () => call("SignUp", { ClientId, Password: PASSWORD, ...stranger() }),
    ["PreSignUp_SignUp", "CustomMessage_SignUp"],
  ],
  [
    "ResendConfirmationCode",
    async () => {
      const Username = await signedUp();
      return () => call("ResendConfirmationCode", { ClientId, Username });
    },
    ["CustomMessage_ResendCode"],
  ],
  [
    "ConfirmSignUp",
    async () => {
      const Username = await signedUp();
      const ConfirmationCode = await codeSentTo(email(Username));
      return () => call("ConfirmSignUp", { ClientId, Username, ConfirmationCode });
    },
    ["PostConfirmation_ConfirmSignUp"],
  ],
  [
    "AdminConfirmSignUp",
    async () => {
      const Username = await signedUp();
      return () => call("AdminConfirmSignUp", { UserPoolId, Username });
    },
    ["PostConfirmation_ConfirmSignUp"],
  ],
  [
    "AdminCreateUser",
    async () => () => call("AdminCreateUser", { UserPoolId, ...stranger() }),
    ["PreSignUp_AdminCreateUser", "CustomMessage_AdminCreateUser"],
  ],
  [
    "AdminCreateUser with RESEND",
    async () => {
      const Username = await invited();
      return () => call("AdminCreateUser", { UserPoolId, Username, MessageAction: "RESEND" });
    },
    ["CustomMessage_AdminCreateUser"],
  ],
  [
    "sign-in by password",
    async () => {
      const Username = await settled();
      return () => signIn(ClientId, Username);
    },
    ["PreAuthentication_Authentication", "PostAuthentication_Authentication", "TokenGeneration_Authentication"],
  ],
  [
    "sign-in by password of a name that nobody has",
    async () => () => signIn(ClientId, "nobody"),
    ["UserMigration_Authentication"],
  ],
  [
    "the begin of a sign-in by SRP",
    async () => {
      const AuthParameters = { USERNAME: await settled(), SRP_A: openSrp(UserPoolId).SRP_A };
      return () => call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters });
    },
    ["PreAuthentication_Authentication"],
  ],
  ["its proof", answerSrp, ["PostAuthentication_Authentication", "TokenGeneration_Authentication"]],
  [
    "NEW_PASSWORD_REQUIRED",
    async () => {
      const USERNAME = await invited();
      const { Session, ChallengeName } = await signIn(ClientId, USERNAME, TEMPORARY);
      const ChallengeResponses = { USERNAME, NEW_PASSWORD: PASSWORD };
      return () => call("RespondToAuthChallenge", { ClientId, ChallengeName, Session, ChallengeResponses });
    },
    ["PostAuthentication_Authentication", "TokenGeneration_NewPasswordChallenge"],
  ],
  [
    "GetTokensFromRefreshToken",
    async () => {
      const { RefreshToken } = await tokens();
      return () => call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
    },
    ["TokenGeneration_RefreshTokens"],
  ],
  [
    "REFRESH_TOKEN_AUTH",
    async () => {
      const AuthParameters = { REFRESH_TOKEN: (await tokens()).RefreshToken };
      return () => call("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters });
    },
    ["TokenGeneration_RefreshTokens"],
  ],
  [
    "ForgotPassword",
    async () => {
      const Username = await settled();
      return () => call("ForgotPassword", { ClientId, Username });
    },
    ["CustomMessage_ForgotPassword"],
  ],
  [
    "ForgotPassword for a name that nobody has",
    async () => () => call("ForgotPassword", { ClientId, Username: "nobody" }),
    ["UserMigration_ForgotPassword"],
  ],
  [
    "ConfirmForgotPassword",
    async () => {
      const Username = await settled();
      await call("ForgotPassword", { ClientId, Username });
      const ConfirmationCode = await codeSentTo(email(Username));
      return () => call("ConfirmForgotPassword", { ClientId, Username, ConfirmationCode, Password: PASSWORD });
    },
    ["PostConfirmation_ConfirmForgotPassword"],
  ],
  [
    "AdminResetUserPassword",
    async () => {
      const Username = await settled();
      return () => call("AdminResetUserPassword", { UserPoolId, Username });
    },
    ["CustomMessage_ForgotPassword"],
  ],
  [
    "UpdateUserAttributes",
    async () => {
      const { AccessToken } = await tokens();
      return () => call("UpdateUserAttributes", { AccessToken, UserAttributes: changedEmail });
    },
    ["CustomMessage_UpdateUserAttribute"],
  ],
  [
    "AdminUpdateUserAttributes",
    async () => {
      const Username = await settled();
      return () => call("AdminUpdateUserAttributes", { UserPoolId, Username, UserAttributes: changedEmail });
    },
    ["CustomMessage_UpdateUserAttribute"],
  ],
  [
    "GetUserAttributeVerificationCode",
    async () => {
      const { AccessToken } = await tokens();
      return () => call("GetUserAttributeVerificationCode", { AccessToken, AttributeName: "email" });
    },
    ["CustomMessage_VerifyUserAttribute"],
  ],
  [
    "AdminSetUserPassword",
    async () => {
      const Username = await settled();
      return () => call("AdminSetUserPassword", { UserPoolId, Username, Password: PASSWORD });
    },
    [],
  ],
];

const triggerOf = (source: string) => source.replace(/_.*/, "").replace("TokenGeneration", "PreTokenGeneration");

describe("[Amazon Cognito: user pool Lambda triggers] each act asks its triggers in order, and no others:", () => {
  it.each(ACTS)("%s", async (_, prepare, sources) => {
    for (let passed = 0; passed <= sources.length; passed++) {
      const act = await prepare();
      // Those before are taken out, since none of them would let the act go on.
      const out = sources.slice(0, passed).map(triggerOf);
      await configure(TRIGGERS.filter((name) => !out.includes(name)));
      const source = await firstSource(act);
      await configure([]);
      expect(source).toBe(sources[passed]);
    }
  });
});

it.each([
  ["CustomEmailSender", { Name: "email", Value: "sent@example.com" }, "CustomEmailSender_SignUp"],
  ["CustomSMSSender", { Name: "phone_number", Value: "+15550100" }, "CustomSMSSender_SignUp"],
])("%s takes the place of message and message trigger, on its own channel only", async (sender, address, source) => {
  const [mine, other] = [sender, sender === "CustomSMSSender" ? "CustomEmailSender" : "CustomSMSSender"];
  const signUp = (name: string) => async () => {
    const LambdaConfig = { KMSKeyID: KEY, [name]: { LambdaVersion: "V1_0", LambdaArn: ARN }, CustomMessage: ARN };
    await call("UpdateUserPool", { UserPoolId, AutoVerifiedAttributes: [address.Name], LambdaConfig });
    return call("SignUp", { ClientId, ...stranger(), Password: PASSWORD, UserAttributes: [address] });
  };
  expect(await firstSource(signUp(mine))).toBe(source);
  expect(await firstSource(signUp(other))).toBe("CustomMessage_SignUp");
  expect(await outbox(address.Value)).toEqual([]);
});

it("PreTokenGenerationConfig names the trigger before token generation as well", async () => {
  const Username = await settled();
  const LambdaConfig = { PreTokenGenerationConfig: { LambdaVersion: "V2_0", LambdaArn: ARN } };
  await call("UpdateUserPool", { UserPoolId, LambdaConfig });
  expect(await firstSource(() => signIn(ClientId, Username))).toBe("TokenGeneration_Authentication");
});
