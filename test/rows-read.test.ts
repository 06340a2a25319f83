import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "./client.ts";
import { costsOf } from "./cost.ts";
import { seedLastPool } from "./seed-into.ts";
import { seedUsers } from "./seed-users.ts";
import { openSrp } from "./srp-client.ts";

/** A pool in which somebody lives among many. */
interface Town {
  pool: string;
  client: string;
}

async function settle(others: number): Promise<Town> {
  const pool = await makePool();
  const { ClientId: client } = await makeClient(pool);
  await call("CreateGroup", { UserPoolId: pool, GroupName: "staff" });
  await makeUser(pool, "jane", { email: "jane@example.com" });
  await call("AdminAddUserToGroup", { UserPoolId: pool, GroupName: "staff", Username: "jane" });
  const neighbour = (at: number) => ({
    username: `neighbour-${at}`,
    attributes: { email: `neighbour-${at}@example.com`, family_name: `Family ${at % 7}` },
  });
  for (let from = 0; from < others; from += 500) {
    await seedUsers(
      pool,
      Array.from({ length: Math.min(500, others - from) }, (_, at) => neighbour(from + at)),
    );
  }
  return { pool, client };
}

let village: Town;
let city: Town;
beforeAll(async () => {
  await seedLastPool(env.DB);
  village = await settle(200);
  city = await settle(2_000);
});

const KINDS: Record<string, (town: Town) => Promise<() => Promise<unknown>>> = {
  "sign-in by password":
    async ({ client }) =>
    () =>
      signIn(client, "jane"),
  "a wrong password":
    async ({ client }) =>
    () =>
      signIn(client, "jane", "Wr0ng-Horse!").catch(() => undefined),
  "an unknown user":
    async ({ client }) =>
    () =>
      signIn(client, "nobody").catch(() => undefined),
  "sign-in by SRP":
    async ({ pool, client: ClientId }) =>
    async () => {
      const { SRP_A, answer } = openSrp(pool);
      const AuthParameters = { USERNAME: "jane", SRP_A };
      const { ChallengeParameters } = await call("InitiateAuth", {
        ClientId,
        AuthFlow: "USER_SRP_AUTH",
        AuthParameters,
      });
      const ChallengeResponses = answer(ChallengeParameters, "Corr3ct-Horse!");
      await call("RespondToAuthChallenge", { ClientId, ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses });
    },
  "what a name that nobody has could choose from": async ({ pool }) => {
    const hiding = { ExplicitAuthFlows: ["ALLOW_USER_AUTH"], PreventUserExistenceErrors: "ENABLED" };
    const { ClientId } = await makeClient(pool, hiding);
    return () => call("InitiateAuth", { ClientId, AuthFlow: "USER_AUTH", AuthParameters: { USERNAME: "nobody" } });
  },
  refresh: async ({ client: ClientId }) => {
    const { RefreshToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    return () => call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
  },
  GetUser: async ({ client }) => {
    const { AccessToken } = (await signIn(client, "jane")).AuthenticationResult;
    return () => call("GetUser", { AccessToken });
  },
  AdminGetUser:
    async ({ pool: UserPoolId }) =>
    () =>
      call("AdminGetUser", { UserPoolId, Username: "jane" }),
  "a page of ListUsers":
    async ({ pool: UserPoolId }) =>
    () =>
      call("ListUsers", { UserPoolId, Limit: 20 }),
  "a later page of ListUsers": async ({ pool: UserPoolId }) => {
    const { PaginationToken } = await call("ListUsers", { UserPoolId, Limit: 60 });
    return () => call("ListUsers", { UserPoolId, Limit: 20, PaginationToken });
  },
  "ListUsers by an exact value":
    async ({ pool: UserPoolId }) =>
    () =>
      call("ListUsers", { UserPoolId, Filter: 'email = "neighbour-99@example.com"' }),
  "a page of ListUsers by a beginning":
    async ({ pool: UserPoolId }) =>
    () =>
      call("ListUsers", { UserPoolId, Limit: 20, Filter: 'email ^= "neighbour-"' }),
  "a page of ListUsers by status":
    async ({ pool: UserPoolId }) =>
    () =>
      call("ListUsers", { UserPoolId, Limit: 20, Filter: 'cognito:user_status = "CONFIRMED"' }),
  ListUsersInGroup:
    async ({ pool: UserPoolId }) =>
    () =>
      call("ListUsersInGroup", { UserPoolId, GroupName: "staff" }),
  "sign-up":
    async ({ client: ClientId }) =>
    () =>
      call("SignUp", {
        ClientId,
        Username: crypto.randomUUID(),
        Password: "Corr3ct-Horse!",
        UserAttributes: [{ Name: "email", Value: "new@example.com" }],
      }),
  "an attribute that changes":
    async ({ pool: UserPoolId }) =>
    () =>
      call("AdminUpdateUserAttributes", {
        UserPoolId,
        Username: "jane",
        UserAttributes: [{ Name: "nickname", Value: crypto.randomUUID() }],
      }),
};

describe("as a pool grows from 200 to 2,000 users, no more rows are read by", () => {
  it.each(Object.keys(KINDS))("%s", async (kind) => {
    const cost = async (town: Town) => {
      const work = await (KINDS[kind] as (town: Town) => Promise<() => Promise<unknown>>)(town);
      // The first time also reads settings that are kept, and makes rows that are only changed later.
      await work();
      return (await costsOf(work)).map(({ rowsRead, rowsWritten, hops }) => ({ rowsRead, rowsWritten, hops }));
    };
    const [small, large] = [await cost(village), await cost(city)];
    expect(small.length).toBeGreaterThan(0);
    expect(large).toEqual(small);
  });
});
