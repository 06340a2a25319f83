import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { openSrp } from "../../srp-client.ts";
import { type ExampleFunction, newFunction } from "../../triggers/functions.ts";

/** A pool in which one function stands for all triggers, or for none. */
export interface Scene {
  UserPoolId: string;
  ClientId: string;
  fn: ExampleFunction;
  /** Puts these triggers in place of those that the pool has. */
  configure(triggers: readonly string[]): Promise<unknown>;
}

export const TRIGGERS = [
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

export async function makeScene(): Promise<Scene> {
  const fn = newFunction();
  // Nothing but what comes back unasked: an example would confirm some, and migrate others.
  await fn.script({ "*": {} });
  const UserPoolId = await makePool({ AutoVerifiedAttributes: ["email"] });
  const ExplicitAuthFlows = ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"].map(
    (flow) => `ALLOW_${flow}`,
  );
  const { ClientId } = await makeClient(UserPoolId, { ExplicitAuthFlows });
  const configure = (triggers: readonly string[]) =>
    call("UpdateUserPool", {
      UserPoolId,
      AutoVerifiedAttributes: ["email"],
      LambdaConfig: Object.fromEntries(triggers.map((name) => [name, fn.arn])),
    });
  return { UserPoolId, ClientId, fn, configure };
}

/** The trigger that has this source. */
export const triggerOf = (source: string): string =>
  source.replace(/_.*/, "").replace("TokenGeneration", "PreTokenGeneration");

const TEMPORARY = "T3mporary-Horse!";
let people = 0;
export const email = (Username: string): string => `${Username}@example.com`;
const stranger = () => {
  const Username = `person-${++people}`;
  return { Username, UserAttributes: [{ Name: "email", Value: email(Username) }] };
};

/** People at the stages of their accounts, made without triggers. */
const signedUp = async ({ ClientId }: Scene) => {
  const { Username, UserAttributes } = stranger();
  await call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes });
  return Username;
};
export const settled = async ({ UserPoolId }: Scene): Promise<string> => {
  const { Username } = stranger();
  await makeUser(UserPoolId, Username, { email: email(Username), email_verified: "true" });
  return Username;
};
const invited = async ({ UserPoolId }: Scene) => {
  const person = stranger();
  await call("AdminCreateUser", { UserPoolId, ...person, TemporaryPassword: TEMPORARY, MessageAction: "SUPPRESS" });
  return person.Username;
};
const tokens = async (scene: Scene) => (await signIn(scene.ClientId, await settled(scene))).AuthenticationResult;

/** What an operation is called with at an act; nothing of it but the metadata is the same for two acts. */
type Act = () => Promise<unknown>;
/** ClientMetadata of every act that takes some. */
export const ClientMetadata = { campaign: "autumn" };
const changedEmail = [{ Name: "email", Value: "changed@example.com" }];

/**
 * What is done: preparations without triggers, then the act, with ClientMetadata where it takes some; and the sources that
 * it comes to, in order (Amazon Cognito: customizing user pool workflows with Lambda triggers).
 */
export const ACTS: readonly (readonly [
  name: string,
  prepare: (scene: Scene) => Promise<Act>,
  sources: readonly string[],
])[] = [
  [
    "SignUp",
    async ({ ClientId }) =>
      () =>
        call("SignUp", { ClientId, Password: PASSWORD, ClientMetadata, ...stranger() }),
    ["PreSignUp_SignUp", "CustomMessage_SignUp"],
  ],
  [
    "ResendConfirmationCode",
    async (scene) => {
      const [{ ClientId }, Username] = [scene, await signedUp(scene)];
      return () => call("ResendConfirmationCode", { ClientId, Username, ClientMetadata });
    },
    ["CustomMessage_ResendCode"],
  ],
  [
    "ConfirmSignUp",
    async (scene) => {
      const [{ ClientId }, Username] = [scene, await signedUp(scene)];
      const ConfirmationCode = await codeSentTo(email(Username));
      return () => call("ConfirmSignUp", { ClientId, Username, ConfirmationCode, ClientMetadata });
    },
    ["PostConfirmation_ConfirmSignUp"],
  ],
  [
    "AdminConfirmSignUp",
    async (scene) => {
      const [{ UserPoolId }, Username] = [scene, await signedUp(scene)];
      return () => call("AdminConfirmSignUp", { UserPoolId, Username, ClientMetadata });
    },
    ["PostConfirmation_ConfirmSignUp"],
  ],
  [
    "AdminCreateUser",
    async ({ UserPoolId }) =>
      () =>
        call("AdminCreateUser", { UserPoolId, ...stranger(), ClientMetadata }),
    ["PreSignUp_AdminCreateUser", "CustomMessage_AdminCreateUser"],
  ],
  [
    "AdminCreateUser with RESEND",
    async (scene) => {
      const [{ UserPoolId }, Username] = [scene, await invited(scene)];
      return () => call("AdminCreateUser", { UserPoolId, Username, MessageAction: "RESEND", ClientMetadata });
    },
    ["CustomMessage_AdminCreateUser"],
  ],
  [
    "sign-in by password",
    async (scene) => {
      const AuthParameters = { USERNAME: await settled(scene), PASSWORD };
      return () => initiate(scene, { AuthFlow: "USER_PASSWORD_AUTH", AuthParameters });
    },
    ["PreAuthentication_Authentication", "PostAuthentication_Authentication", "TokenGeneration_Authentication"],
  ],
  [
    "the begin of a sign-in by SRP",
    async (scene) => {
      const AuthParameters = { USERNAME: await settled(scene), SRP_A: openSrp(scene.UserPoolId).SRP_A };
      return () => initiate(scene, { AuthFlow: "USER_SRP_AUTH", AuthParameters });
    },
    ["PreAuthentication_Authentication"],
  ],
  [
    "the end of a sign-in by SRP",
    async (scene) => {
      const { SRP_A, answer } = openSrp(scene.UserPoolId);
      const AuthParameters = { USERNAME: await settled(scene), SRP_A };
      const { ChallengeParameters } = await initiate(scene, { AuthFlow: "USER_SRP_AUTH", AuthParameters });
      const ChallengeResponses = answer(ChallengeParameters, PASSWORD);
      return () => respond(scene, { ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses });
    },
    ["PostAuthentication_Authentication", "TokenGeneration_Authentication"],
  ],
  [
    "NEW_PASSWORD_REQUIRED",
    async (scene) => {
      const USERNAME = await invited(scene);
      const { Session, ChallengeName } = await signIn(scene.ClientId, USERNAME, TEMPORARY);
      const ChallengeResponses = { USERNAME, NEW_PASSWORD: PASSWORD };
      return () => respond(scene, { ChallengeName, Session, ChallengeResponses });
    },
    ["PostAuthentication_Authentication", "TokenGeneration_NewPasswordChallenge"],
  ],
  [
    "GetTokensFromRefreshToken",
    async (scene) => {
      const [{ ClientId }, { RefreshToken }] = [scene, await tokens(scene)];
      return () => call("GetTokensFromRefreshToken", { ClientId, RefreshToken, ClientMetadata });
    },
    ["TokenGeneration_RefreshTokens"],
  ],
  [
    "REFRESH_TOKEN_AUTH",
    async (scene) => {
      const AuthParameters = { REFRESH_TOKEN: (await tokens(scene)).RefreshToken };
      return () => initiate(scene, { AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters });
    },
    ["TokenGeneration_RefreshTokens"],
  ],
  [
    "ForgotPassword",
    async (scene) => {
      const [{ ClientId }, Username] = [scene, await settled(scene)];
      return () => call("ForgotPassword", { ClientId, Username, ClientMetadata });
    },
    ["CustomMessage_ForgotPassword"],
  ],
  [
    "ConfirmForgotPassword",
    async (scene) => {
      const [{ ClientId }, Username] = [scene, await settled(scene)];
      await call("ForgotPassword", { ClientId, Username });
      const ConfirmationCode = await codeSentTo(email(Username));
      const input = { ClientId, Username, ConfirmationCode, Password: PASSWORD, ClientMetadata };
      return () => call("ConfirmForgotPassword", input);
    },
    ["PostConfirmation_ConfirmForgotPassword"],
  ],
  [
    "AdminResetUserPassword",
    async (scene) => {
      const [{ UserPoolId }, Username] = [scene, await settled(scene)];
      return () => call("AdminResetUserPassword", { UserPoolId, Username, ClientMetadata });
    },
    ["CustomMessage_ForgotPassword"],
  ],
  [
    "UpdateUserAttributes",
    async (scene) => {
      const { AccessToken } = await tokens(scene);
      return () => call("UpdateUserAttributes", { AccessToken, UserAttributes: changedEmail, ClientMetadata });
    },
    ["CustomMessage_UpdateUserAttribute"],
  ],
  [
    "AdminUpdateUserAttributes",
    async (scene) => {
      const [{ UserPoolId }, Username] = [scene, await settled(scene)];
      const input = { UserPoolId, Username, UserAttributes: changedEmail, ClientMetadata };
      return () => call("AdminUpdateUserAttributes", input);
    },
    ["CustomMessage_UpdateUserAttribute"],
  ],
  [
    "GetUserAttributeVerificationCode",
    async (scene) => {
      const { AccessToken } = await tokens(scene);
      return () => call("GetUserAttributeVerificationCode", { AccessToken, AttributeName: "email", ClientMetadata });
    },
    ["CustomMessage_VerifyUserAttribute"],
  ],
  [
    "AdminSetUserPassword",
    async (scene) => {
      const [{ UserPoolId }, Username] = [scene, await settled(scene)];
      return () => call("AdminSetUserPassword", { UserPoolId, Username, Password: PASSWORD });
    },
    [],
  ],
];

const initiate = ({ ClientId }: Scene, input: object) => call("InitiateAuth", { ClientId, ClientMetadata, ...input });
const respond = ({ ClientId }: Scene, input: object) =>
  call("RespondToAuthChallenge", { ClientId, ClientMetadata, ...input });
