import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makePool, requestOf } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";

const configure = (UserPoolId: string, UserSessionTracking: string, MaxPerUser: number) =>
  call("SetUserPoolSessionConfiguration", { UserPoolId, UserSessionTracking, TokenSession: { MaxPerUser } });
const configuration = (UserPoolId: string) => call("GetUserPoolSessionConfiguration", { UserPoolId });

describe("SetUserPoolSessionConfiguration", () => {
  it("replaces all that the pool says, and answers with it, as the reading operation does", async () => {
    const UserPoolId = await makePool();
    for (const [UserSessionTracking, MaxPerUser] of [
      ["ENABLED", 1],
      ["ENABLED", 100],
      ["DISABLED", 3],
    ] as const) {
      const expected = { UserPoolId, UserSessionTracking, TokenSession: { MaxPerUser } };
      expect(await configure(UserPoolId, UserSessionTracking, MaxPerUser)).toEqual(expected);
      expect(await configuration(UserPoolId)).toEqual(expected);
    }
  });

  it.each([
    ["UserSessionTracking", { TokenSession: { MaxPerUser: 2 } }],
    ["TokenSession", { UserSessionTracking: "ENABLED" }],
    ["MaxPerUser", { UserSessionTracking: "ENABLED", TokenSession: {} }],
  ])("requires %s, and changes nothing without it", async (_, input) => {
    const UserPoolId = await makePool();
    await expect(call("SetUserPoolSessionConfiguration", { UserPoolId, ...input })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    expect(await configuration(UserPoolId)).toMatchObject({ UserSessionTracking: "DISABLED" });
  });

  it.each([
    ["ENABLED", 0],
    ["ENABLED", 101],
    ["ENABLED", -1],
    ["OPTIONAL", 20],
  ])("refuses %s with %d sessions", async (tracking, most) => {
    const UserPoolId = await makePool();
    await expect(configure(UserPoolId, tracking, most)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it.each(["ENABLED", "DISABLED"])("is not for the Lite tier, to say %s", async (tracking) => {
    const UserPoolId = await makePool({ UserPoolTier: "LITE" });
    const refused = { name: "FeatureUnavailableInTierException" };
    await expect(configure(UserPoolId, tracking, 20)).rejects.toMatchObject(refused);
    expect(await configuration(UserPoolId)).toMatchObject({ UserSessionTracking: "DISABLED" });
  });

  it("keeps the pool from going to the Lite tier while it tracks sessions", async () => {
    const UserPoolId = await makePool({ UserPoolTier: "PLUS" });
    await configure(UserPoolId, "ENABLED", 20);
    const toLite = () => call("UpdateUserPool", { UserPoolId, UserPoolTier: "LITE" });
    await expect(toLite()).rejects.toMatchObject({ name: "FeatureUnavailableInTierException" });
    await configure(UserPoolId, "DISABLED", 20);
    await toLite();
  });

  it("is told of a change that came between, and overwrites none of it", async () => {
    const UserPoolId = await makePool();
    const rename = () => call("UpdateUserPool", { UserPoolId, PoolName: "renamed" });
    const { happened, DB } = meanwhileWriting(rename);
    const input = { UserPoolId, UserSessionTracking: "ENABLED", TokenSession: { MaxPerUser: 2 } };
    const request = await requestOf("SetUserPoolSessionConfiguration", input);
    const response = await get("/", { method: "POST", ...request }, { DB });
    expect(happened()).toBe(true);
    expect(await response.json()).toMatchObject({ __type: "ConcurrentModificationException" });
    expect((await call("DescribeUserPool", { UserPoolId })).UserPool).toMatchObject({ Name: "renamed" });
    expect(await configuration(UserPoolId)).toMatchObject({ UserSessionTracking: "DISABLED" });
  });

  it("takes two hops, and knows no pool that there is not", async () => {
    const UserPoolId = await makePool();
    const costs = await costsOf(() => configure(UserPoolId, "ENABLED", 5));
    expect(costs.map(({ hops }) => hops)).toEqual([2]);
    await expect(configure("us-east-1_none", "ENABLED", 5)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

/** A database at which something happens just before a pool is written. */
function meanwhileWriting(happens: () => Promise<unknown>) {
  let done = false;
  const DB = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "prepare") return Reflect.get(target, name) as unknown;
      return (text: string) => {
        const statement = target.prepare(text);
        if (done || !text.startsWith('update "pools"')) return statement;
        done = true;
        return {
          bind: (...values: unknown[]) => {
            const bound = statement.bind(...values);
            const after = (method: "all" | "raw" | "run") => async () => {
              await happens();
              return (bound[method] as () => Promise<unknown>)();
            };
            return { all: after("all"), raw: after("raw"), run: after("run") };
          },
        };
      };
    },
  });
  return { DB, happened: () => done };
}

describe("GetUserPoolSessionConfiguration", () => {
  it("shows the defaults of a pool that never said anything, in one hop", async () => {
    const UserPoolId = await makePool();
    const [cost] = await costsOf(async () => {
      expect(await configuration(UserPoolId)).toEqual({
        UserPoolId,
        UserSessionTracking: "DISABLED",
        TokenSession: { MaxPerUser: 20 },
      });
    });
    expect(cost?.hops).toBe(1);
    await expect(configuration("us-east-1_none")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("shows what UpdateUserPool leaves as it is, and DescribeUserPool does not tell", async () => {
    const UserPoolId = await makePool();
    const { UserPool: before } = await call("DescribeUserPool", { UserPoolId });
    const set = await configure(UserPoolId, "ENABLED", 7);
    await call("UpdateUserPool", { UserPoolId, PoolName: "renamed" });
    expect(await configuration(UserPoolId)).toEqual(set);
    const { UserPool: after } = await call("DescribeUserPool", { UserPoolId });
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
  });
});
