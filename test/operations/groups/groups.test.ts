import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, Fault, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const NOT_FOUND = { name: "ResourceNotFoundException", message: "Group not found.", status: 400 };
const ROLE = "arn:aws:iam::000000000000:role/editors";

let UserPoolId: string;
beforeAll(async () => {
  UserPoolId = await makePool();
});

describe("CreateGroup", () => {
  it("returns the group with what was given, and leaves out what was not", async () => {
    const before = Date.now() / 1000;
    const { Group } = await call("CreateGroup", {
      UserPoolId,
      GroupName: "editors",
      Description: "who edits",
      RoleArn: ROLE,
      Precedence: 0,
    });
    const { LastModifiedDate, CreationDate, ...rest } = Group;
    expect(rest).toEqual({ GroupName: "editors", UserPoolId, Description: "who edits", RoleArn: ROLE, Precedence: 0 });
    expect(LastModifiedDate).toBe(CreationDate);
    expect(CreationDate).toBeGreaterThanOrEqual(Math.floor(before));
    const { Group: bare } = await call("CreateGroup", { UserPoolId, GroupName: "bare" });
    expect(Object.keys(bare).toSorted()).toEqual(["CreationDate", "GroupName", "LastModifiedDate", "UserPoolId"]);
  });

  it("refuses a name already taken, even when many calls race", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => call("CreateGroup", { UserPoolId, GroupName: "racers" })),
    );
    const refused = outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason);
    expect(refused).toHaveLength(19);
    for (const fault of refused) {
      expect(fault).toMatchObject({ name: "GroupExistsException", message: "A group with the name already exists" });
    }
  });

  it("tells names apart by case and by pool", async () => {
    const other = await makePool();
    for (const [pool, name] of [
      [UserPoolId, "Case"],
      [UserPoolId, "case"],
      [other, "Case"],
    ]) {
      await expect(call("CreateGroup", { UserPoolId: pool, GroupName: name })).resolves.toBeDefined();
    }
  });

  it("takes names that are hostile to SQL and to objects as what they are", async () => {
    for (const GroupName of ["__proto__", "constructor", `x'--`, `"`, "%", "ünïcode✓"]) {
      await call("CreateGroup", { UserPoolId, GroupName });
      expect((await call("GetGroup", { UserPoolId, GroupName })).Group.GroupName).toBe(GroupName);
    }
  });

  it("refuses a pool that is not there", async () => {
    await expect(call("CreateGroup", { UserPoolId: "us-east-1_nowhere12", GroupName: "g" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "User pool us-east-1_nowhere12 does not exist.",
    });
  });

  it("lets a pool have 10,000 groups and not one more, even when calls race", async () => {
    const pool = await makePool();
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 9998)
       insert into groups (pool_id, name, created_at, updated_at) select ?, 'seed-' || i, 0, 0 from n`,
    )
      .bind(pool)
      .run();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => call("CreateGroup", { UserPoolId: pool, GroupName: `last-${i}` })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const refused = outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason as Fault);
    expect(refused.map(({ name }) => name)).toEqual(Array(3).fill("LimitExceededException"));
    await expect(call("CreateGroup", { UserPoolId: pool, GroupName: "seed-1" })).rejects.toMatchObject({
      name: "GroupExistsException",
    });
  });
});

describe("GetGroup and UpdateGroup", () => {
  it("refuse a group that is not there", async () => {
    for (const operation of ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"]) {
      await expect(call(operation, { UserPoolId, GroupName: "nobody" })).rejects.toMatchObject(NOT_FOUND);
    }
  });

  it("changes what is sent and keeps what is left out", async () => {
    const name = { UserPoolId, GroupName: "changing" };
    const { Group: made } = await call("CreateGroup", { ...name, Description: "one", RoleArn: ROLE, Precedence: 3 });
    const { Group: first } = await call("UpdateGroup", { ...name, Description: "two" });
    expect(first).toMatchObject({ Description: "two", RoleArn: ROLE, Precedence: 3, CreationDate: made.CreationDate });
    expect(first.LastModifiedDate).toBeGreaterThanOrEqual(made.LastModifiedDate);
    const { Group: second } = await call("UpdateGroup", { ...name, Precedence: 0, RoleArn: `${ROLE}-2` });
    expect(second).toMatchObject({ Description: "two", RoleArn: `${ROLE}-2`, Precedence: 0 });
    expect(await call("GetGroup", name)).toEqual({ Group: second });
  });
});

describe("DeleteGroup", () => {
  it("answers with an empty body, to one of two calls that race", async () => {
    await call("CreateGroup", { UserPoolId, GroupName: "doomed" });
    const outcomes = await Promise.allSettled(
      [1, 2].map(() => call("DeleteGroup", { UserPoolId, GroupName: "doomed" })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find((each) => each.status === "fulfilled")).toEqual({ status: "fulfilled", value: undefined });
    expect(outcomes.find((each) => each.status === "rejected")?.reason).toMatchObject(NOT_FOUND);
  });
});

describe("ListGroups", () => {
  let pool: string;
  const names = Array.from({ length: 150 }, (_, i) => `g${String(i).padStart(3, "0")}`);
  beforeAll(async () => {
    pool = await makePool();
    await env.DB.prepare(
      "insert into groups (pool_id, name, created_at, updated_at) select ?, value, 0, 0 from json_each(?)",
    )
      .bind(pool, JSON.stringify(names.toReversed()))
      .run();
  });

  it("gives each group exactly once, by name, 60 to a page or as many as asked for", async () => {
    for (const [Limit, sizes] of [
      [undefined, [60, 60, 30]],
      [0, [60, 60, 30]],
      [50, [50, 50, 50]],
    ] as const) {
      const pages: string[][] = [];
      let NextToken: string | undefined;
      do {
        const answer = await call("ListGroups", { UserPoolId: pool, Limit, NextToken });
        pages.push(answer.Groups.map(({ GroupName }: { GroupName: string }) => GroupName));
        NextToken = answer.NextToken;
      } while (NextToken);
      expect(pages.map(({ length }) => length)).toEqual(sizes);
      expect(pages.flat()).toEqual(names);
    }
  });

  it("refuses a token that is altered, or was given for another pool or another question", async () => {
    const { NextToken } = await call("ListGroups", { UserPoolId: pool });
    const altered = `${NextToken.slice(0, -2)}${NextToken.endsWith("AA") ? "BB" : "AA"}`;
    const wrong = { name: "InvalidParameterException" };
    await expect(call("ListGroups", { UserPoolId: pool, NextToken: altered })).rejects.toMatchObject(wrong);
    await expect(call("ListGroups", { UserPoolId, NextToken })).rejects.toMatchObject(wrong);
    await expect(call("ListUsersInGroup", { UserPoolId: pool, GroupName: "g000", NextToken })).rejects.toMatchObject(
      wrong,
    );
  });

  it("reads the rows of the page and no others, in one hop", async () => {
    const { NextToken } = await call("ListGroups", { UserPoolId: pool, Limit: 10 });
    const [first, later] = await costsOf(async () => {
      await call("ListGroups", { UserPoolId: pool, Limit: 10 });
      await call("ListGroups", { UserPoolId: pool, Limit: 10, NextToken });
    });
    expect(first?.hops).toBe(1);
    expect(first?.rowsRead).toBeLessThanOrEqual(11);
    expect(later?.rowsRead).toBe(first?.rowsRead);
  });
});
