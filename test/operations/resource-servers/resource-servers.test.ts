import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, type Fault, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const NOWHERE = "us-east-1_nowhere12";
const SCOPES = [
  { ScopeName: "read", ScopeDescription: "Look at the weather" },
  { ScopeName: "write:all", ScopeDescription: "Make the weather" },
];

let UserPoolId: string;
beforeAll(async () => {
  UserPoolId = await makePool();
});

const create = (Identifier: string, more: object = {}) =>
  call("CreateResourceServer", { UserPoolId, Identifier, Name: "Weather", ...more });
const describeServer = async (Identifier: string, pool = UserPoolId) =>
  (await call("DescribeResourceServer", { UserPoolId: pool, Identifier })).ResourceServer;
const refusals = (outcomes: PromiseSettledResult<unknown>[]): Fault[] =>
  outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason as Fault);
const rowsOf = async (pool: string) =>
  (await env.DB.prepare("select identifier from resource_servers where pool_id = ?").bind(pool).all()).results;

describe("CreateResourceServer", () => {
  it("returns what was given, and describes it afterwards", async () => {
    const Identifier = "https://api.limen.test/v1";
    const expected = { UserPoolId, Identifier, Name: "Weather", Scopes: SCOPES };
    expect(await create(Identifier, { Scopes: SCOPES })).toEqual({ ResourceServer: expected });
    expect(await describeServer(Identifier)).toEqual(expected);
  });

  it("makes one without scopes when none are given", async () => {
    expect((await create("bare")).ResourceServer.Scopes).toEqual([]);
  });

  it("refuses an identifier already taken, even when many calls race", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => create("racers")));
    expect(refusals(outcomes)).toHaveLength(9);
    for (const fault of refusals(outcomes)) {
      expect(fault).toMatchObject({
        name: "InvalidParameterException",
        message: `racers already exists in user pool ${UserPoolId}.`,
      });
    }
  });

  it("tells identifiers apart by case and by pool", async () => {
    await create("Case");
    await create("case");
    await create("case", { UserPoolId: await makePool() });
  });

  it("takes identifiers that are hostile to SQL and to objects as what they are", async () => {
    for (const Identifier of ["__proto__", "constructor", "x'--", "%", "a/b/c", "$.x"]) {
      await create(Identifier, { Scopes: SCOPES });
      expect(await describeServer(Identifier)).toMatchObject({ Identifier, Scopes: SCOPES });
    }
  });

  it("refuses two scopes of one name", async () => {
    const Scopes = [...SCOPES, { ScopeName: "read", ScopeDescription: "Again" }];
    const refused = { name: "InvalidParameterException", message: expect.stringMatching(/must differ/) };
    await expect(create("twins", { Scopes })).rejects.toMatchObject(refused);
    await create("twins");
    await expect(
      call("UpdateResourceServer", { UserPoolId, Identifier: "twins", Name: "n", Scopes }),
    ).rejects.toMatchObject(refused);
    expect((await describeServer("twins")).Scopes).toEqual([]);
  });

  it("takes a hundred scopes and not one more", async () => {
    const scopes = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ScopeName: `s${i}`, ScopeDescription: "d" }));
    await expect(create("many", { Scopes: scopes(101) })).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect((await create("many", { Scopes: scopes(100) })).ResourceServer.Scopes).toHaveLength(100);
  });

  it.each([
    ["an identifier with a space", { Identifier: "a b" }],
    ["an identifier with a quotation mark", { Identifier: 'a"b' }],
    ["a scope with a slash, which would be another's", { Scopes: [{ ScopeName: "a/b", ScopeDescription: "d" }] }],
    ["a scope with a space, which would be two", { Scopes: [{ ScopeName: "a b", ScopeDescription: "d" }] }],
    ["a scope without description", { Scopes: [{ ScopeName: "a" }] }],
  ])("refuses %s", async (_, more) => {
    await expect(create("wrong", more)).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await rowsOf(UserPoolId)).not.toContainEqual({ identifier: "wrong" });
  });

  it("lets a pool have 25 and not one more, even when calls race, and again when one is gone", async () => {
    const pool = await makePool();
    const add = (Identifier: string) => create(Identifier, { UserPoolId: pool });
    for (let i = 0; i < 23; i++) await add(`seed-${i}`);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => add(`last-${i}`)));
    expect(refusals(outcomes).map(({ name }) => name)).toEqual(Array(3).fill("LimitExceededException"));
    expect(await rowsOf(pool)).toHaveLength(25);
    await expect(add("seed-1")).rejects.toMatchObject({ name: "InvalidParameterException" });
    await call("DeleteResourceServer", { UserPoolId: pool, Identifier: "seed-1" });
    await add("after");
  });

  it("leaves nothing in a pool that is deleted at the same time", async () => {
    for (let round = 0; round < 4; round++) {
      const pool = await makePool();
      await Promise.allSettled([
        call("DeleteUserPool", { UserPoolId: pool }),
        create("late", { UserPoolId: pool }),
        create("later", { UserPoolId: pool }),
      ]);
      expect(await rowsOf(pool)).toEqual([]);
    }
  });

  it("takes one round trip", async () => {
    const [cost] = await costsOf(() => create("cheap"));
    expect(cost).toMatchObject({ event: "operation", hops: 1 });
  });
});

describe("UpdateResourceServer", () => {
  it("replaces name and scopes; scopes that are left out are none", async () => {
    await create("changing", { Scopes: SCOPES });
    const change = (more: object) =>
      call("UpdateResourceServer", { UserPoolId, Identifier: "changing", Name: "New name", ...more });
    const expected = { UserPoolId, Identifier: "changing", Name: "New name", Scopes: SCOPES.slice(1) };
    expect(await change({ Scopes: SCOPES.slice(1) })).toEqual({ ResourceServer: expected });
    expect(await describeServer("changing")).toEqual(expected);
    expect((await change({})).ResourceServer.Scopes).toEqual([]);
  });
});

describe("DeleteResourceServer", () => {
  it("answers with an empty body, and only once", async () => {
    await create("going");
    expect(await call("DeleteResourceServer", { UserPoolId, Identifier: "going" })).toBeUndefined();
    await expect(call("DeleteResourceServer", { UserPoolId, Identifier: "going" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("what is not there", () => {
  const operations = ["DescribeResourceServer", "UpdateResourceServer", "DeleteResourceServer"];

  it.each(operations)("%s refuses an unknown identifier, also one of another pool", async (operation) => {
    const other = await makePool();
    await create("elsewhere", { UserPoolId: other });
    for (const Identifier of ["none", "elsewhere"]) {
      const input = { UserPoolId, Identifier, ...(operation.startsWith("Update") && { Name: "n" }) };
      await expect(call(operation, input)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: `Resource server ${Identifier} does not exist.`,
      });
    }
    expect(await rowsOf(other)).toHaveLength(1);
  });

  it.each([...operations, "CreateResourceServer", "ListResourceServers"])(
    "%s refuses an unknown pool",
    async (name) => {
      const input = {
        UserPoolId: NOWHERE,
        ...(name !== "ListResourceServers" && { Identifier: "none" }),
        ...(/^(?:Create|Update)/.test(name) && { Name: "n" }),
      };
      await expect(call(name, input)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: `User pool ${NOWHERE} does not exist.`,
      });
    },
  );
});

describe("ListResourceServers", () => {
  it("goes through all of a pool's once, in order, and through nobody else's", async () => {
    const pool = await makePool();
    const identifiers = ["a", "b", "c", "d", "e", "f", "g"];
    for (const Identifier of identifiers.toReversed()) await create(Identifier, { UserPoolId: pool, Scopes: SCOPES });
    const seen: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await call("ListResourceServers", { UserPoolId: pool, MaxResults: 3, NextToken });
      for (const server of page.ResourceServers) {
        expect(server).toEqual({ UserPoolId: pool, Identifier: server.Identifier, Name: "Weather", Scopes: SCOPES });
        seen.push(server.Identifier);
      }
      NextToken = page.NextToken;
      pages++;
    } while (NextToken !== undefined);
    expect(seen).toEqual(identifiers);
    expect(pages).toBe(3);
  });

  it("answers an empty list for a pool without any", async () => {
    expect(await call("ListResourceServers", { UserPoolId: await makePool() })).toEqual({ ResourceServers: [] });
  });

  it("refuses the token of another pool's list", async () => {
    const [one, two] = [await makePool(), await makePool()];
    for (const Identifier of ["a", "b"]) await create(Identifier, { UserPoolId: one });
    const { NextToken } = await call("ListResourceServers", { UserPoolId: one, MaxResults: 1 });
    await expect(call("ListResourceServers", { UserPoolId: two, NextToken })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Invalid pagination token given.",
    });
  });
});

it("DeleteUserPool takes the resource servers with it, and no other pool's", async () => {
  const [gone, stays] = [await makePool(), await makePool()];
  await create("a", { UserPoolId: gone });
  await create("a", { UserPoolId: stays });
  await call("DeleteUserPool", { UserPoolId: gone });
  expect([await rowsOf(gone), await rowsOf(stays)]).toEqual([[], [{ identifier: "a" }]]);
});
