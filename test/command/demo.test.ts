import { describe, expect, test } from "vitest";
import { ensureDemo } from "../../src/command/dev/demo.ts";
import type { Send } from "../../src/command/dev/send.ts";

interface FakePool {
  Id: string;
  Name: string;
  UserPoolTags: Record<string, string>;
  clients: { ClientId: string; ClientName: string }[];
  users: Map<string, string>;
}

/** As much of the service as the demo needs, answering one pool a page. @param lasts calls until it is cut off */
function fakeService(pools: FakePool[], lasts = Number.POSITIVE_INFINITY): { send: Send; passwordsSet: () => number } {
  let calls = 0;
  let passwordsSet = 0;
  const pool = (input: any): FakePool => pools.find((each) => each.Id === input.UserPoolId) as FakePool;
  const operations: Record<string, (input: any) => unknown> = {
    ListUserPools: ({ NextToken = "0" }) => {
      const at = Number(NextToken);
      const more = at + 1 < pools.length ? { NextToken: String(at + 1) } : {};
      return { UserPools: pools.slice(at, at + 1).map(({ Id, Name }) => ({ Id, Name })), ...more };
    },
    DescribeUserPool: (input) => ({ UserPool: { UserPoolTags: pool(input).UserPoolTags } }),
    CreateUserPool: ({ PoolName, UserPoolTags }) => {
      const UserPool = { Id: `pool${pools.length}`, Name: PoolName, UserPoolTags, clients: [], users: new Map() };
      pools.push(UserPool);
      return { UserPool };
    },
    ListUserPoolClients: (input) => ({ UserPoolClients: pool(input).clients }),
    CreateUserPoolClient: (input) => {
      const UserPoolClient = { ClientId: `client${pool(input).clients.length}`, ClientName: input.ClientName };
      pool(input).clients.push(UserPoolClient);
      return { UserPoolClient };
    },
    AdminGetUser: (input) => {
      const UserStatus = pool(input).users.get(input.Username);
      if (!UserStatus) throw Object.assign(new Error("none"), { name: "UserNotFoundException" });
      return { UserStatus };
    },
    AdminCreateUser: (input) => void pool(input).users.set(input.Username, "FORCE_CHANGE_PASSWORD"),
    AdminSetUserPassword: (input) => {
      passwordsSet++;
      pool(input).users.set(input.Username, "CONFIRMED");
    },
  };
  const send: Send = async (operation, input) => {
    if (calls++ >= lasts) throw new Error("cut off");
    return operations[operation]?.(input);
  };
  return { send, passwordsSet: () => passwordsSet };
}

const theirs = (Name: string): FakePool => ({
  Id: `their-${Name}`,
  Name,
  UserPoolTags: {},
  clients: [],
  users: new Map(),
});

describe("the demo", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "is whole after a start that was cut off after %i calls, and there is one of each",
    async (lasts) => {
      const pools: FakePool[] = [];
      const cut = ensureDemo(fakeService(pools, lasts).send, true);
      await (lasts < 7 ? expect(cut).rejects.toThrow("cut off") : cut);
      const demo = await ensureDemo(fakeService(pools).send, false);
      expect(pools).toHaveLength(1);
      expect(pools[0]?.clients.map((client) => client.ClientId)).toEqual([demo?.clientId]);
      expect([...(pools[0]?.users ?? [])]).toEqual([[demo?.username, "CONFIRMED"]]);
    },
  );

  test("is not made beside pools of the owner's, even one of the same name", async () => {
    const pools = [theirs("one"), theirs("demo"), theirs("two")];
    expect(await ensureDemo(fakeService(pools).send, false)).toBeUndefined();
    expect(pools.map((pool) => pool.clients.length + pool.users.size)).toEqual([0, 0, 0]);
  });

  test("is found on a later page among the owner's pools", async () => {
    const pools: FakePool[] = [];
    await ensureDemo(fakeService(pools).send, false);
    pools.unshift(theirs("demo"), theirs("other"));
    expect((await ensureDemo(fakeService(pools).send, false))?.poolId).toBe("pool0");
    expect(pools).toHaveLength(3);
  });

  test("keeps a password that its owner may have changed, unless new keys have made it void", async () => {
    const pools: FakePool[] = [];
    await ensureDemo(fakeService(pools).send, true);
    const later = fakeService(pools);
    await ensureDemo(later.send, false);
    expect(later.passwordsSet()).toBe(0);
    await ensureDemo(later.send, true);
    expect(later.passwordsSet()).toBe(1);
  });
});
