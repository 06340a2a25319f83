import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, requestOf } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { meanwhile } from "../../meanwhile.ts";

let pool: string;
let client: string;

const track = (UserPoolId: string, UserSessionTracking = "ENABLED") =>
  call("SetUserPoolSessionConfiguration", { UserPoolId, UserSessionTracking, TokenSession: { MaxPerUser: 20 } });
const configure = (MaxValidityMinutes: number, ClientId = client, UserPoolId = pool) =>
  call("SetUserPoolClientSessionConfiguration", { UserPoolId, ClientId, SSOSession: { MaxValidityMinutes } });
const configuration = (ClientId = client, UserPoolId = pool) =>
  call("GetUserPoolClientSessionConfiguration", { UserPoolId, ClientId });
const expected = (MaxValidityMinutes: number) => ({
  UserPoolId: pool,
  ClientId: client,
  SSOSession: { MaxValidityMinutes },
});

/** What the pool remembers of its clients. */
const longest = async (): Promise<number | undefined> => {
  const text = await env.DB.prepare("select settings from pools where id = ?").bind(pool).first<string>("settings");
  return JSON.parse(text as string).sessions.longestBrowserMinutes;
};

beforeAll(async () => {
  pool = await makePool();
  await track(pool);
  client = (await makeClient(pool)).ClientId;
});

describe("SetUserPoolClientSessionConfiguration", () => {
  it.each([0, 1, 129_600])("sets %d minutes, and answers with them, as the reading operation does", async (minutes) => {
    expect(await configure(minutes)).toEqual(expected(minutes));
    expect(await configuration()).toEqual(expected(minutes));
  });

  it.each([-1, 129_601, 1.5])("refuses %d minutes", async (minutes) => {
    await configure(5);
    await expect(configure(minutes)).rejects.toMatchObject({
      name: Number.isInteger(minutes) ? "InvalidParameterException" : "SerializationException",
    });
    expect(await configuration()).toEqual(expected(5));
  });

  it("requires SSOSession with its member", async () => {
    for (const input of [{}, { SSOSession: {} }]) {
      await expect(
        call("SetUserPoolClientSessionConfiguration", { UserPoolId: pool, ClientId: client, ...input }),
      ).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  it("needs a pool that tracks sessions; what was said before is kept, and shown, while it does not", async () => {
    const UserPoolId = await makePool();
    const { ClientId } = await makeClient(UserPoolId);
    const refused = { name: "OperationNotEnabledException" };
    await expect(configure(5, ClientId, UserPoolId)).rejects.toMatchObject(refused);
    await track(UserPoolId);
    await configure(5, ClientId, UserPoolId);
    await track(UserPoolId, "DISABLED");
    await expect(configure(6, ClientId, UserPoolId)).rejects.toMatchObject(refused);
    expect(await configuration(ClientId, UserPoolId)).toMatchObject({ SSOSession: { MaxValidityMinutes: 5 } });
  });

  it("is not for the Lite tier", async () => {
    const UserPoolId = await makePool({ UserPoolTier: "LITE" });
    const { ClientId } = await makeClient(UserPoolId);
    await expect(configure(5, ClientId, UserPoolId)).rejects.toMatchObject({
      name: "FeatureUnavailableInTierException",
    });
  });

  it("leaves all else of client and pool as it is, and UpdateUserPoolClient leaves it as it is", async () => {
    const describeAll = async () => {
      const { UserPoolClient } = await call("DescribeUserPoolClient", { UserPoolId: pool, ClientId: client });
      const { UserPool } = await call("DescribeUserPool", { UserPoolId: pool });
      const { LastModifiedDate: _, ...rest } = UserPoolClient;
      return { rest, UserPool };
    };
    const before = await describeAll();
    await configure(100_000);
    expect(await describeAll()).toEqual(before);
    await call("UpdateUserPoolClient", { UserPoolId: pool, ClientId: client, AccessTokenValidity: 2 });
    expect(await configuration()).toEqual(expected(100_000));
  });

  it("loses no write when several race: the losers are told", async () => {
    const minutes = [10, 20, 30, 40];
    const results = await Promise.allSettled(minutes.map((each) => configure(each)));
    const won = minutes.filter((_, at) => results[at]?.status === "fulfilled");
    for (const each of results) {
      if (each.status === "rejected") expect(each.reason).toMatchObject({ name: "ConcurrentModificationException" });
    }
    expect(won.length).toBeGreaterThan(0);
    expect(won).toContain((await configuration()).SSOSession.MaxValidityMinutes);
  });

  it("is not lost to an UpdateUserPool that read the pool before: that one is told", async () => {
    const { DB, happened } = meanwhile('update "pools"', () => configure(110_000));
    const request = await requestOf("UpdateUserPool", { UserPoolId: pool, PoolName: "renamed" });
    const response = await get("/", { method: "POST", ...request }, { DB });
    expect(happened()).toBe(true);
    expect(await response.json()).toMatchObject({ __type: "ConcurrentModificationException" });
    expect(await longest()).toBe(110_000);
    await call("UpdateUserPool", { UserPoolId: pool, PoolName: "renamed" });
    expect(await longest()).toBe(110_000);
  });

  it("has the pool know the largest value of its clients, an hour at least, also when one of them goes", async () => {
    const [one, two] = [(await makeClient(pool)).ClientId, (await makeClient(pool)).ClientId];
    await configure(0);
    await configure(300, one);
    await configure(200, two);
    expect(await longest()).toBe(300);
    await configure(100, one);
    expect(await longest()).toBe(200);
    await call("DeleteUserPoolClient", { UserPoolId: pool, ClientId: two });
    expect(await longest()).toBe(100);
    await configure(30, one);
    await makeClient(pool);
    await configure(10, one);
    expect(await longest()).toBe(60);
  });

  it("takes two hops", async () => {
    const [cost] = await costsOf(() => configure(9));
    expect(cost?.hops).toBe(2);
  });
});

describe("GetUserPoolClientSessionConfiguration", () => {
  it("shows an hour where nothing was said, whether or not the pool tracks sessions", async () => {
    const { ClientId } = await makeClient(pool);
    expect(await configuration(ClientId)).toMatchObject({ ClientId, SSOSession: { MaxValidityMinutes: 60 } });
    const other = await makePool();
    const { ClientId: theirs } = await makeClient(other);
    expect(await configuration(theirs, other)).toMatchObject({ SSOSession: { MaxValidityMinutes: 60 } });
  });

  it("knows no client of another pool, and neither does the one that sets", async () => {
    const other = await makePool();
    await track(other);
    for (const [ClientId, UserPoolId] of [
      [client, other],
      ["0".repeat(26), pool],
      [client, "us-east-1_none"],
    ] as const) {
      await expect(configuration(ClientId, UserPoolId)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
      await expect(configure(5, ClientId, UserPoolId)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    }
  });
});
