import { openSrp } from "../srp-client.ts";
import { clientOf } from "./client.ts";
import type { Arithmetic, Kind } from "./load.ts";

/** Of everybody in the town. */
export const PASSWORD = "Corr3ct-Horse!";
const USERS = 24;
/** An ID token and an access token. */
const TOKENS: Arithmetic[] = ["RS256 signature", "RS256 signature"];

/** A pool with a client and people who can sign in. */
export interface Town {
  UserPoolId: string;
  ClientId: string;
  /** A client that acts for itself, by HTTP Basic authentication. */
  machine: string;
  names: string[];
}

const API = { Identifier: "api", Scope: "api/read" };

/** Makes a pool with a client and a number of people who can sign in, one of them in a group. */
export async function settle(url: string, users = USERS): Promise<Town> {
  const { signed } = clientOf(url);
  const { UserPool } = await signed("CreateUserPool", { PoolName: "bench" });
  const UserPoolId = UserPool.Id as string;
  const { UserPoolClient } = await signed("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "bench",
    ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  const machine = await settleMachine(url, UserPoolId);
  await signed("CreateGroup", { UserPoolId, GroupName: "staff" });
  const names = Array.from({ length: users }, (_, at) => `person-${at}`);
  for (const Username of names) {
    const UserAttributes = [
      { Name: "email", Value: `${Username}@example.com` },
      { Name: "name", Value: Username },
    ];
    await signed("AdminCreateUser", { UserPoolId, Username, UserAttributes, MessageAction: "SUPPRESS" });
    await signed("AdminSetUserPassword", { UserPoolId, Username, Password: PASSWORD, Permanent: true });
    await signed("AdminAddUserToGroup", { UserPoolId, Username, GroupName: "staff" });
  }
  return { UserPoolId, ClientId: UserPoolClient.ClientId, machine, names };
}

/** Makes a resource server and a client that may ask for its scope. @returns the client's Authorization header */
async function settleMachine(url: string, UserPoolId: string): Promise<string> {
  const { signed } = clientOf(url);
  const Scopes = [{ ScopeName: "read", ScopeDescription: "read" }];
  await signed("CreateResourceServer", { UserPoolId, Identifier: API.Identifier, Name: "api", Scopes });
  const { UserPoolClient } = await signed("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "machine",
    GenerateSecret: true,
    AllowedOAuthFlows: ["client_credentials"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: [API.Scope],
  });
  return `Basic ${btoa(`${UserPoolClient.ClientId}:${UserPoolClient.ClientSecret}`)}`;
}

/** The requests that are measured. @param times how often the dearest of them is sent; cheaper ones more often */
export function kindsOf(url: string, { UserPoolId, ClientId, machine, names }: Town, times: number): Kind[] {
  const { call, signed } = clientOf(url);
  const nameAt = (at: number) => names[at % names.length] as string;
  const signIn = (at: number) =>
    call("InitiateAuth", {
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: nameAt(at), PASSWORD },
    });
  let tokens: { AccessToken: string; RefreshToken: string }[] = [];
  const someTokens = async () => {
    if (tokens.length === 0)
      tokens = await Promise.all(names.map(async (_, at) => (await signIn(at)).AuthenticationResult));
  };
  const tokenAt = (at: number) => tokens[at % tokens.length] as { AccessToken: string; RefreshToken: string };

  const { SRP_A, answer } = openSrp(UserPoolId);
  const challenge = (at: number) =>
    call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME: nameAt(at), SRP_A } });
  let answers: Record<string, string>[] = [];

  return [
    {
      name: "JWKS",
      times: times * 10,
      logged: false,
      arithmetic: [],
      send: async () => (await fetch(`${url}/${UserPoolId}/.well-known/jwks.json`)).arrayBuffer(),
    },
    { name: "password sign-in", times, logged: true, arithmetic: ["argon2id", ...TOKENS], send: signIn },
    { name: "SRP sign-in: challenge", times: times * 3, logged: true, arithmetic: ["SRP: challenge"], send: challenge },
    {
      name: "SRP sign-in: proof",
      times,
      logged: true,
      arithmetic: ["SRP: proof", ...TOKENS],
      prepare: async (all) => {
        answers = [];
        for (let at = 0; at < all; at++) answers.push(answer((await challenge(at)).ChallengeParameters, PASSWORD));
      },
      send: (at) =>
        call("RespondToAuthChallenge", {
          ClientId,
          ChallengeName: "PASSWORD_VERIFIER",
          ChallengeResponses: answers[at] as Record<string, string>,
        }),
    },
    {
      name: "refresh",
      times: times * 4,
      logged: true,
      arithmetic: TOKENS,
      prepare: someTokens,
      send: (at) => call("GetTokensFromRefreshToken", { ClientId, RefreshToken: tokenAt(at).RefreshToken }),
    },
    {
      name: "client credentials",
      times: times * 6,
      logged: true,
      arithmetic: ["RS256 signature"],
      send: async () => {
        const body = new URLSearchParams({ grant_type: "client_credentials", scope: API.Scope });
        const response = await fetch(`${url}/oauth2/token`, {
          method: "POST",
          headers: { authorization: machine },
          body,
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`/oauth2/token: ${response.status} ${text}`);
      },
    },
    {
      name: "GetUser",
      times: times * 6,
      logged: true,
      arithmetic: ["RS256 check"],
      prepare: someTokens,
      send: (at) => call("GetUser", { AccessToken: tokenAt(at).AccessToken }),
    },
    {
      name: "sign-up",
      times,
      logged: true,
      arithmetic: ["argon2id", "SRP: verifier of a new password"],
      send: () => {
        const Username = crypto.randomUUID();
        const UserAttributes = [{ Name: "email", Value: `${Username}@example.com` }];
        return call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes });
      },
    },
    {
      name: "ListUsers, 20 of them",
      times: times * 4,
      logged: true,
      arithmetic: [],
      send: () => signed("ListUsers", { UserPoolId, Limit: 20 }),
    },
  ];
}
