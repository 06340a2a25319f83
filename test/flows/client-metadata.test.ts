import { beforeEach, describe, expect, test } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, signIn } from "../client.ts";
import { type ExampleFunction, newFunction } from "../triggers/functions.ts";

const TRIGGERS = [
  "PreSignUp",
  "CustomMessage",
  "PostConfirmation",
  "UserMigration",
  "PreAuthentication",
  "PostAuthentication",
  "PreTokenGeneration",
];
const ClientMetadata = { from: "the client" };
const ValidationData = [{ Name: "captcha", Value: "7" }];
const NEW_PASSWORD = "N3w-Corr3ct-Horse!";

interface Pool {
  UserPoolId: string;
  ClientId: string;
  email: string;
}

let fn: ExampleFunction;
let people = 0;

beforeEach(async () => {
  fn = newFunction();
  await fn.script({ PreSignUp: {}, CustomMessage: {}, TokenGeneration: {} });
});

async function makePoolOf(more: object = {}): Promise<Pool> {
  const LambdaConfig = Object.fromEntries(TRIGGERS.map((name) => [name, fn.arn]));
  const UserPoolId = await makePool({ AutoVerifiedAttributes: ["email"], LambdaConfig, ...more });
  return { UserPoolId, email: `p${++people}@example.com`, ClientId: (await makeClient(UserPoolId)).ClientId };
}

const emailOf = ({ email }: Pool) => [{ Name: "email", Value: email }];
const signUp = (pool: Pool, more: object = {}) =>
  call("SignUp", {
    ClientId: pool.ClientId,
    Username: "ann",
    Password: PASSWORD,
    UserAttributes: emailOf(pool),
    ...more,
  });
const settled = ({ UserPoolId, email }: Pool) => makeUser(UserPoolId, "ann", { email, email_verified: "true" });
const tokens = async (pool: Pool) => {
  await settled(pool);
  return (await signIn(pool.ClientId, "ann")).AuthenticationResult;
};

/** By operation: preparations, then the act; and what each trigger that it fires is told, in order. */
const ACTS: [operation: string, prepare: (pool: Pool) => Promise<() => Promise<unknown>>, told: [string, object][]][] =
  [
    [
      "SignUp",
      async (pool) => () => signUp(pool, { ClientMetadata, ValidationData }),
      [
        ["PreSignUp_SignUp", { clientMetadata: ClientMetadata, validationData: { captcha: "7" } }],
        ["CustomMessage_SignUp", { clientMetadata: ClientMetadata }],
      ],
    ],
    [
      "SignUp that the trigger confirms",
      async (pool) => async () => {
        await fn.script({ PreSignUp: { response: { autoConfirmUser: true } } });
        await signUp(pool, { ClientMetadata });
      },
      [
        ["PreSignUp_SignUp", { clientMetadata: ClientMetadata }],
        ["PostConfirmation_ConfirmSignUp", { clientMetadata: ClientMetadata }],
      ],
    ],
    [
      "SignUp without any",
      async (pool) => () => signUp(pool),
      [
        ["PreSignUp_SignUp", {}],
        ["CustomMessage_SignUp", {}],
      ],
    ],
    [
      "AdminCreateUser",
      async (pool) => () =>
        call("AdminCreateUser", {
          UserPoolId: pool.UserPoolId,
          Username: "ann",
          UserAttributes: emailOf(pool),
          DesiredDeliveryMediums: ["EMAIL"],
          ClientMetadata,
          ValidationData,
        }),
      [
        ["PreSignUp_AdminCreateUser", { clientMetadata: ClientMetadata, validationData: { captcha: "7" } }],
        ["CustomMessage_AdminCreateUser", { clientMetadata: ClientMetadata }],
      ],
    ],
    [
      "ConfirmSignUp",
      async (pool) => {
        await signUp(pool);
        const ConfirmationCode = await codeSentTo(pool.email);
        return () =>
          call("ConfirmSignUp", { ClientId: pool.ClientId, Username: "ann", ConfirmationCode, ClientMetadata });
      },
      [["PostConfirmation_ConfirmSignUp", { clientMetadata: ClientMetadata }]],
    ],
    [
      "AdminConfirmSignUp",
      async (pool) => {
        await signUp(pool);
        return () => call("AdminConfirmSignUp", { UserPoolId: pool.UserPoolId, Username: "ann", ClientMetadata });
      },
      [["PostConfirmation_ConfirmSignUp", { clientMetadata: ClientMetadata }]],
    ],
    [
      "ResendConfirmationCode",
      async (pool) => {
        await signUp(pool);
        return () => call("ResendConfirmationCode", { ClientId: pool.ClientId, Username: "ann", ClientMetadata });
      },
      [["CustomMessage_ResendCode", { clientMetadata: ClientMetadata }]],
    ],
    [
      "ForgotPassword",
      async (pool) => {
        await settled(pool);
        return () => call("ForgotPassword", { ClientId: pool.ClientId, Username: "ann", ClientMetadata });
      },
      [["CustomMessage_ForgotPassword", { clientMetadata: ClientMetadata }]],
    ],
    [
      "ForgotPassword for a name that nobody has",
      async (pool) => () =>
        call("ForgotPassword", { ClientId: pool.ClientId, Username: "nobody", ClientMetadata }).catch(() => undefined),
      [["UserMigration_ForgotPassword", { clientMetadata: ClientMetadata }]],
    ],
    [
      "ConfirmForgotPassword",
      async (pool) => {
        await settled(pool);
        await call("ForgotPassword", { ClientId: pool.ClientId, Username: "ann" });
        const ConfirmationCode = await codeSentTo(pool.email);
        const input = { ClientId: pool.ClientId, Username: "ann", Password: NEW_PASSWORD, ConfirmationCode };
        return () => call("ConfirmForgotPassword", { ...input, ClientMetadata });
      },
      [["PostConfirmation_ConfirmForgotPassword", { clientMetadata: ClientMetadata }]],
    ],
    [
      "AdminResetUserPassword",
      async (pool) => {
        await settled(pool);
        return () => call("AdminResetUserPassword", { UserPoolId: pool.UserPoolId, Username: "ann", ClientMetadata });
      },
      [["CustomMessage_ForgotPassword", { clientMetadata: ClientMetadata }]],
    ],
    [
      "UpdateUserAttributes",
      async (pool) => {
        const { AccessToken } = await tokens(pool);
        const UserAttributes = [{ Name: "email", Value: `new-${pool.email}` }];
        return () => call("UpdateUserAttributes", { AccessToken, UserAttributes, ClientMetadata });
      },
      [["CustomMessage_UpdateUserAttribute", { clientMetadata: ClientMetadata }]],
    ],
    [
      "AdminUpdateUserAttributes",
      async (pool) => {
        await settled(pool);
        const UserAttributes = [{ Name: "email", Value: `new-${pool.email}` }];
        const input = { UserPoolId: pool.UserPoolId, Username: "ann", UserAttributes };
        return () => call("AdminUpdateUserAttributes", { ...input, ClientMetadata });
      },
      [["CustomMessage_UpdateUserAttribute", { clientMetadata: ClientMetadata }]],
    ],
    [
      "GetUserAttributeVerificationCode",
      async (pool) => {
        const { AccessToken } = await tokens(pool);
        return () => call("GetUserAttributeVerificationCode", { AccessToken, AttributeName: "email", ClientMetadata });
      },
      [["CustomMessage_VerifyUserAttribute", { clientMetadata: ClientMetadata }]],
    ],
    [
      "InitiateAuth",
      async (pool) => {
        await settled(pool);
        const AuthParameters = { USERNAME: "ann", PASSWORD };
        const input = { ClientId: pool.ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters };
        return () => call("InitiateAuth", { ...input, ClientMetadata });
      },
      [
        ["PreAuthentication_Authentication", { validationData: ClientMetadata }],
        ["PostAuthentication_Authentication", {}],
        ["TokenGeneration_Authentication", {}],
      ],
    ],
    [
      "GetTokensFromRefreshToken",
      async (pool) => {
        const { RefreshToken } = await tokens(pool);
        return () => call("GetTokensFromRefreshToken", { ClientId: pool.ClientId, RefreshToken, ClientMetadata });
      },
      [["TokenGeneration_RefreshTokens", { clientMetadata: ClientMetadata }]],
    ],
  ];

describe("[Amazon Cognito: working with Lambda triggers, client metadata] reaches the triggers that it is for", () => {
  test.each(ACTS)("from %s", async (_, prepare, told) => {
    const act = await prepare(await makePoolOf());
    const before = (await fn.events()).length;
    await act();
    const events = (await fn.events()).slice(before);
    expect(
      events.map(({ triggerSource, request: { clientMetadata, validationData } }) => [
        triggerSource,
        { ...(clientMetadata && { clientMetadata }), ...(validationData && { validationData }) },
      ]),
    ).toEqual(told);
  });
});
