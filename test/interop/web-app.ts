import { type Send, sender } from "../../src/command/dev/send.ts";
import { Browserless } from "./browserless.ts";
import { PASSWORD } from "./fixtures.ts";
import type { Server } from "./server.ts";

/** Where applications of the tests are sent back to; nobody listens there, since the browser stops before. */
export const CALLBACK = "http://127.0.0.1:9/callback";
export const SIGNED_OUT = "http://127.0.0.1:9/signed-out";

export const USER = "ada";
export const API = "https://api.example.com";

/** A client that people are signed in for, and where. */
export interface WebApp {
  UserPoolId: string;
  ClientId: string;
  ClientSecret: string | undefined;
  issuer: URL;
}

/** An administrator, who may also set what SDKs do not know of. */
export const administrator = ({ origin }: Pick<Server, "origin">): Send =>
  sender(origin, { accessKeyId: "local", secretAccessKey: "local" });

/** A pool with a resource server and one user, who has an e-mail address and a name. @returns its id */
export async function makeWebPool(server: Server, settings: object = {}): Promise<string> {
  const send = administrator(server);
  const { UserPool } = await send("CreateUserPool", {
    PoolName: "web",
    AutoVerifiedAttributes: ["email"],
    ...settings,
  });
  const UserPoolId = UserPool.Id as string;
  await send("CreateResourceServer", {
    UserPoolId,
    Identifier: API,
    Name: "api",
    Scopes: [{ ScopeName: "read", ScopeDescription: "read" }],
  });
  await send("AdminCreateUser", {
    UserPoolId,
    Username: USER,
    MessageAction: "SUPPRESS",
    UserAttributes: [
      { Name: "email", Value: "ada@example.com" },
      { Name: "email_verified", Value: "true" },
      { Name: "name", Value: "Ada" },
    ],
  });
  await send("AdminSetUserPassword", { UserPoolId, Username: USER, Password: PASSWORD, Permanent: true });
  return UserPoolId;
}

/** A client of a pool, confidential unless said. */
export async function makeWebApp(server: Server, UserPoolId: string, settings: object = {}): Promise<WebApp> {
  const { UserPoolClient } = await administrator(server)("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "web",
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"],
    CallbackURLs: [CALLBACK],
    LogoutURLs: [SIGNED_OUT],
    SupportedIdentityProviders: ["COGNITO"],
    ...settings,
  });
  const { ClientId, ClientSecret } = UserPoolClient;
  return { UserPoolId, ClientId, ClientSecret, issuer: new URL(`${server.origin}/${UserPoolId}`) };
}

/** Opens an address in a browser and signs in where a page asks for it. @returns what the client is handed */
export async function signInAt(browser: Browserless, address: URL): Promise<URL | Request> {
  const failed = () => new Error(`${browser.page.status}: ${browser.text()}`);
  let handed = await browser.open(address);
  if (!handed) {
    if (browser.page.status !== 200) throw failed();
    handed = await browser.submit({ username: USER, password: PASSWORD });
  }
  if (!handed) throw failed();
  return handed;
}
