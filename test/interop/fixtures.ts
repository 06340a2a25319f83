import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
} from "@aws-sdk/client-cognito-identity-provider";

export const PASSWORD = "Corr3ct-Horse!";

/** A pool and a client of it, as a public app would use them. */
export interface App {
  UserPoolId: string;
  ClientId: string;
}

/** Makes a pool whose users are verified by e-mail, with a client that may sign in by SRP and by password. */
export async function makeApp(
  sdk: CognitoIdentityProviderClient,
  pool: Partial<CreateUserPoolCommandInput> = {},
  client: Partial<CreateUserPoolClientCommandInput> = {},
): Promise<App> {
  const { UserPool } = await sdk.send(
    new CreateUserPoolCommand({ PoolName: "interop", AutoVerifiedAttributes: ["email"], ...pool }),
  );
  const UserPoolId = UserPool?.Id as string;
  const { UserPoolClient } = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "interop",
      ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      ...client,
    }),
  );
  return { UserPoolId, ClientId: UserPoolClient?.ClientId as string };
}

/** Adds a confirmed user with a password that stays. */
export async function addUser(
  sdk: CognitoIdentityProviderClient,
  UserPoolId: string,
  Username: string,
  Password = PASSWORD,
): Promise<void> {
  await sdk.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: "SUPPRESS" }));
  await sdk.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }));
}

/** Does the work for every item, a few at a time. */
export async function eachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const drain = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, drain));
}
