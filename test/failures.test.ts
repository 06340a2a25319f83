import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Moment, SECRET } from "./breaking.ts";
import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, signIn } from "./client.ts";
import { breakEach, callIn, expectCleanFailure, type Scene, watchLog } from "./scenes.ts";
import { openSrp } from "./srp-client.ts";

const NEW_PASSWORD = "An0ther-Horse!";
watchLog();
const person = () => `u${crypto.randomUUID().slice(0, 8)}`;

async function setting(settings: object = { AutoVerifiedAttributes: ["email"] }) {
  const pool = await makePool(settings);
  const { ClientId } = await makeClient(pool);
  return { pool, ClientId };
}

/** Someone who can sign in, with a verified address. */
async function inhabitant() {
  const { pool, ClientId } = await setting();
  const Username = person();
  const email = `${Username}@example.com`;
  await makeUser(pool, Username, { email, email_verified: "true" });
  return { pool, ClientId, Username, email };
}

const canSignIn = async (ClientId: string, name: string, password = PASSWORD) => {
  expect((await signIn(ClientId, name, password)).AuthenticationResult).toHaveProperty("AccessToken");
};

const SCENES: Record<string, () => Promise<Scene>> = {
  SignUp: async () => {
    const { ClientId } = await setting();
    const Username = person();
    const email = `${Username}@example.com`;
    return {
      operation: "SignUp",
      input: { ClientId, Username, Password: PASSWORD, UserAttributes: [{ Name: "email", Value: email }] },
      // The user is stored before the code leaves: whoever gets no answer asks for another code.
      spent: ["UsernameExistsException"],
      check: async () => {
        await call("ResendConfirmationCode", { ClientId, Username });
        await call("ConfirmSignUp", { ClientId, Username, ConfirmationCode: await codeSentTo(email) });
        await canSignIn(ClientId, Username);
      },
    };
  },
  ConfirmSignUp: async () => {
    const { ClientId } = await setting();
    const Username = person();
    const email = `${Username}@example.com`;
    await call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes: [{ Name: "email", Value: email }] });
    return {
      operation: "ConfirmSignUp",
      input: { ClientId, Username, ConfirmationCode: await codeSentTo(email) },
      // "User cannot be confirmed. Current status is CONFIRMED"
      spent: ["NotAuthorizedException"],
      check: () => canSignIn(ClientId, Username),
    };
  },
  AdminCreateUser: async () => {
    const { pool, ClientId } = await setting();
    const Username = person();
    const UserAttributes = [{ Name: "email", Value: `${Username}@example.com` }];
    return {
      operation: "AdminCreateUser",
      input: {
        UserPoolId: pool,
        Username,
        UserAttributes,
        TemporaryPassword: PASSWORD,
        DesiredDeliveryMediums: ["EMAIL"],
      },
      spent: ["UsernameExistsException"],
      check: async () => expect((await signIn(ClientId, Username)).ChallengeName).toBe("NEW_PASSWORD_REQUIRED"),
    };
  },
  "InitiateAuth by password": async () => {
    const { ClientId, Username } = await inhabitant();
    return {
      operation: "InitiateAuth",
      input: { ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME: Username, PASSWORD } },
    };
  },
  "InitiateAuth by SRP": async () => {
    const { pool, ClientId, Username } = await inhabitant();
    const { SRP_A } = openSrp(pool);
    return {
      operation: "InitiateAuth",
      input: { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME: Username, SRP_A } },
    };
  },
  "RespondToAuthChallenge by SRP": async () => {
    const { pool, ClientId, Username } = await inhabitant();
    const { SRP_A, answer } = openSrp(pool);
    const AuthParameters = { USERNAME: Username, SRP_A };
    const { ChallengeParameters } = await call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters });
    return {
      operation: "RespondToAuthChallenge",
      input: {
        ClientId,
        ChallengeName: "PASSWORD_VERIFIER",
        ChallengeResponses: answer(ChallengeParameters, PASSWORD),
      },
      // "Invalid session for the user, session can only be used once."
      spent: ["NotAuthorizedException"],
      check: () => canSignIn(ClientId, Username),
    };
  },
  "RespondToAuthChallenge with a new password": async () => {
    const { pool, ClientId } = await setting();
    const Username = person();
    await call("AdminCreateUser", {
      UserPoolId: pool,
      Username,
      TemporaryPassword: PASSWORD,
      MessageAction: "SUPPRESS",
    });
    const { Session } = await signIn(ClientId, Username);
    const ChallengeResponses = { USERNAME: Username, NEW_PASSWORD };
    return {
      operation: "RespondToAuthChallenge",
      input: { ClientId, ChallengeName: "NEW_PASSWORD_REQUIRED", Session, ChallengeResponses },
      spent: ["NotAuthorizedException"],
      check: async () => {
        const { UserStatus } = await call("AdminGetUser", { UserPoolId: pool, Username });
        if (UserStatus === "CONFIRMED") return canSignIn(ClientId, Username, NEW_PASSWORD);
        expect((await signIn(ClientId, Username)).ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
      },
    };
  },
  ForgotPassword: async () => {
    const { ClientId, Username, email } = await inhabitant();
    return {
      operation: "ForgotPassword",
      input: { ClientId, Username },
      check: async () => {
        const ConfirmationCode = await codeSentTo(email);
        await call("ConfirmForgotPassword", { ClientId, Username, ConfirmationCode, Password: NEW_PASSWORD });
      },
    };
  },
  ConfirmForgotPassword: async () => {
    const { ClientId, Username, email } = await inhabitant();
    await call("ForgotPassword", { ClientId, Username });
    return {
      operation: "ConfirmForgotPassword",
      input: { ClientId, Username, ConfirmationCode: await codeSentTo(email), Password: NEW_PASSWORD },
      spent: ["ExpiredCodeException"],
      check: () => canSignIn(ClientId, Username, NEW_PASSWORD),
    };
  },
  GetTokensFromRefreshToken: async () => {
    const { ClientId, Username } = await inhabitant();
    const { RefreshToken } = (await signIn(ClientId, Username)).AuthenticationResult;
    return { operation: "GetTokensFromRefreshToken", input: { ClientId, RefreshToken } };
  },
  "GetTokensFromRefreshToken with rotation": async () => {
    const pool = await makePool();
    const { ClientId } = await makeClient(pool, {
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 30 },
    });
    const Username = person();
    await makeUser(pool, Username);
    const { RefreshToken } = (await signIn(ClientId, Username)).AuthenticationResult;
    // A lost answer is what the grace period is for: the old token works once more.
    return { operation: "GetTokensFromRefreshToken", input: { ClientId, RefreshToken } };
  },
  UpdateUserAttributes: async () => {
    const { pool, ClientId, Username } = await inhabitant();
    const { AccessToken } = (await signIn(ClientId, Username)).AuthenticationResult;
    const email = `new-${Username}@example.com`;
    const UserAttributes = [
      { Name: "email", Value: email },
      { Name: "name", Value: "New" },
    ];
    return {
      operation: "UpdateUserAttributes",
      input: { AccessToken, UserAttributes },
      check: async () => {
        const found = await call("ListUsers", { UserPoolId: pool, Filter: 'name = "New"' });
        expect(found.Users.map((user: { Username: string }) => user.Username)).toEqual([Username]);
        // The value is stored before its code leaves, and repeating it is no change: another code is asked for by name.
        await call("GetUserAttributeVerificationCode", { AccessToken, AttributeName: "email" });
        await call("VerifyUserAttribute", { AccessToken, AttributeName: "email", Code: await codeSentTo(email) });
      },
    };
  },
  AdminDeleteUser: async () => {
    const { pool, Username } = await inhabitant();
    return { operation: "AdminDeleteUser", input: { UserPoolId: pool, Username }, spent: ["UserNotFoundException"] };
  },
  DeleteUserPool: async () => {
    const { pool, ClientId, Username } = await inhabitant();
    await call("CreateGroup", { UserPoolId: pool, GroupName: "staff" });
    await call("AdminAddUserToGroup", { UserPoolId: pool, GroupName: "staff", Username });
    await signIn(ClientId, Username);
    return {
      operation: "DeleteUserPool",
      input: { UserPoolId: pool },
      spent: ["ResourceNotFoundException"],
      check: async () => {
        const tables = [
          "clients",
          "users",
          "user_names",
          "user_attributes",
          "groups",
          "group_members",
          "sessions",
          "codes",
        ];
        const left = await env.DB.batch(
          tables.map((table) => env.DB.prepare(`select * from ${table} where pool_id = ?`).bind(pool)),
        );
        expect(left.flatMap(({ results }) => results)).toEqual([]);
      },
    };
  },
};

breakEach(SCENES);

describe("the object that remembers challenges fails", () => {
  const failing = (moment: Moment) =>
    ({
      getByName: (shard: string) => ({
        spend: async (...given: [string, number]) => {
          if (moment === "after") await env.CHALLENGES.getByName(shard).spend(...given);
          throw new Error(`overloaded: ${SECRET}`);
        },
      }),
    }) as unknown as typeof env.CHALLENGES;

  it("before it remembers: a clean 500, no tokens, and the same answer is taken then", async () => {
    const { operation, input, check } = await (SCENES["RespondToAuthChallenge by SRP"] as () => Promise<Scene>)();
    expectCleanFailure(await callIn({ CHALLENGES: failing("before") }, operation, input));
    expect((await callIn({}, operation, input)).answer).toHaveProperty("AuthenticationResult.AccessToken");
    await check?.();
  });

  it("after it remembered: a clean 500, and the answer counts as used", async () => {
    const { operation, input, check } = await (SCENES["RespondToAuthChallenge by SRP"] as () => Promise<Scene>)();
    expectCleanFailure(await callIn({ CHALLENGES: failing("after") }, operation, input));
    const again = await callIn({}, operation, input);
    expect({ status: again.status, ...again.answer }).toEqual({
      status: 400,
      __type: "NotAuthorizedException",
      message: "Invalid session for the user, session can only be used once.",
    });
    await check?.();
  });
});
