import type { Send } from "./send.ts";

/** What a newcomer signs in with. */
export interface Demo {
  poolId: string;
  clientId: string;
  username: string;
  password: string;
}

const NAME = "demo";
const TAG = "limen:demo";
const USERNAME = "demo";
const PASSWORD = "Demo-Password-1";

/** Where an application on the same machine would take the answer of the sign-in page. */
export const DEMO_CALLBACK = "http://localhost:3000/callback";

/**
 * The demo pool with its client and user. Made where there is no pool at all; and whatever of it is missing is added, since
 * a first start can end at any point. Nothing is made once the owner has deleted it and has pools of their own.
 * @param resetPassword for a `.dev.vars` that was made anew: its keys do not open what the former ones sealed
 */
export async function ensureDemo(send: Send, resetPassword: boolean): Promise<Demo | undefined> {
  const { any, demo } = await findPools(send);
  if (any && !demo) return undefined;
  const poolId = demo ?? (await createPool(send));
  const clientId = (await findClient(send, poolId)) ?? (await createClient(send, poolId));
  const status = await userStatus(send, poolId);
  if (status === undefined) await createUser(send, poolId);
  if (status !== "CONFIRMED" || resetPassword) {
    await send("AdminSetUserPassword", { UserPoolId: poolId, Username: USERNAME, Password: PASSWORD, Permanent: true });
  }
  return { poolId, clientId, username: USERNAME, password: PASSWORD };
}

/** Whether there are pools, and the id of the one that was made here: the tag tells it from another of its name. */
async function findPools(send: Send): Promise<{ any: boolean; demo?: string }> {
  let any = false;
  let NextToken: string | undefined;
  do {
    const page = await send("ListUserPools", { MaxResults: 60, NextToken });
    for (const { Id, Name } of page.UserPools ?? []) {
      any = true;
      if (Name !== NAME) continue;
      const { UserPool } = await send("DescribeUserPool", { UserPoolId: Id });
      if (Object.hasOwn(UserPool.UserPoolTags ?? {}, TAG)) return { any, demo: Id };
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return { any };
}

async function createPool(send: Send): Promise<string> {
  const input = { PoolName: NAME, AutoVerifiedAttributes: ["email"], UserPoolTags: { [TAG]: "made by npm run dev" } };
  return (await send("CreateUserPool", input)).UserPool.Id;
}

async function findClient(send: Send, UserPoolId: string): Promise<string | undefined> {
  let NextToken: string | undefined;
  do {
    const page = await send("ListUserPoolClients", { UserPoolId, MaxResults: 60, NextToken });
    const found = page.UserPoolClients?.find((client: { ClientName: string }) => client.ClientName === NAME);
    if (found) return found.ClientId;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return undefined;
}

async function createClient(send: Send, UserPoolId: string): Promise<string> {
  const ExplicitAuthFlows = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
  ];
  const { UserPoolClient } = await send("CreateUserPoolClient", {
    UserPoolId,
    ClientName: NAME,
    ExplicitAuthFlows,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
    CallbackURLs: [DEMO_CALLBACK],
    LogoutURLs: ["http://localhost:3000/"],
    SupportedIdentityProviders: ["COGNITO"],
  });
  return UserPoolClient.ClientId;
}

async function userStatus(send: Send, UserPoolId: string): Promise<string | undefined> {
  try {
    return (await send("AdminGetUser", { UserPoolId, Username: USERNAME })).UserStatus;
  } catch (error) {
    if ((error as Error).name === "UserNotFoundException") return undefined;
    throw error;
  }
}

const createUser = (send: Send, UserPoolId: string): Promise<unknown> =>
  send("AdminCreateUser", {
    UserPoolId,
    Username: USERNAME,
    MessageAction: "SUPPRESS",
    UserAttributes: [
      { Name: "email", Value: "demo@example.com" },
      { Name: "email_verified", Value: "true" },
    ],
  });
