import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/directory/database.ts";
import { listGroups, listGroupsOf, listMembers } from "../../../src/directory/groups.ts";
import type { Pool } from "../../../src/directory/pools.ts";
import { subOf } from "../../../src/directory/users.ts";
import { call, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { seedUsers } from "../../seed-users.ts";

const NO_GROUP = { name: "ResourceNotFoundException", message: "Group not found." };
const NO_USER = { name: "UserNotFoundException", message: "User does not exist." };

let UserPoolId: string;
let sub: string;
beforeAll(async () => {
  UserPoolId = await makePool();
  [sub] = (await seedUsers(UserPoolId, [{ username: "jane", attributes: { email: "jane@example.com" } }])) as [string];
});

const makeGroup = (GroupName: string, more = {}) => call("CreateGroup", { UserPoolId, GroupName, ...more });
const add = (GroupName: string, Username = "jane") => call("AdminAddUserToGroup", { UserPoolId, GroupName, Username });
const remove = (GroupName: string, Username = "jane") =>
  call("AdminRemoveUserFromGroup", { UserPoolId, GroupName, Username });
const members = async (GroupName: string): Promise<string[]> =>
  (await call("ListUsersInGroup", { UserPoolId, GroupName })).Users.map(
    ({ Username }: { Username: string }) => Username,
  );
const groupsOf = async (Username = "jane"): Promise<string[]> =>
  (await call("AdminListGroupsForUser", { UserPoolId, Username })).Groups.map(({ GroupName }: any) => GroupName);
const rows = async (GroupName: string) =>
  (
    await env.DB.prepare("select sub from group_members where pool_id = ? and group_name = ?")
      .bind(UserPoolId, GroupName)
      .all()
  ).results.length;

beforeEach(async () => {
  await env.DB.batch([
    env.DB.prepare("delete from groups where pool_id = ?").bind(UserPoolId),
    env.DB.prepare("delete from group_members where pool_id = ?").bind(UserPoolId),
  ]);
});

describe("AdminAddUserToGroup and AdminRemoveUserFromGroup", () => {
  it("put a user in and take it out, both with an empty body and both as often as one likes", async () => {
    await makeGroup("g");
    expect(await add("g")).toBeUndefined();
    await add("g");
    expect(await members("g")).toEqual(["jane"]);
    expect(await remove("g")).toBeUndefined();
    await remove("g");
    expect(await members("g")).toEqual([]);
  });

  it("take the sub for a username", async () => {
    await makeGroup("g");
    await add("g", sub);
    expect(await groupsOf(sub)).toEqual(["g"]);
    await remove("g", sub);
    expect(await groupsOf()).toEqual([]);
  });

  it("refuse a group that is not there, and leave nothing", async () => {
    await expect(add("nowhere")).rejects.toMatchObject(NO_GROUP);
    await expect(remove("nowhere")).rejects.toMatchObject(NO_GROUP);
    expect(await rows("nowhere")).toBe(0);
  });

  it("refuse a user who is not there, and leave nothing", async () => {
    await makeGroup("g");
    await expect(add("g", "nobody")).rejects.toMatchObject(NO_USER);
    await expect(remove("g", "nobody")).rejects.toMatchObject(NO_USER);
    await expect(call("AdminListGroupsForUser", { UserPoolId, Username: "nobody" })).rejects.toMatchObject(NO_USER);
    expect(await rows("g")).toBe(0);
  });

  it("reach no group and no user of another pool", async () => {
    const other = await makePool();
    await call("CreateGroup", { UserPoolId: other, GroupName: "theirs" });
    await makeGroup("ours");
    await expect(add("theirs")).rejects.toMatchObject(NO_GROUP);
    await expect(
      call("AdminAddUserToGroup", { UserPoolId: other, GroupName: "theirs", Username: "jane" }),
    ).rejects.toMatchObject(NO_USER);
    await expect(
      call("AdminAddUserToGroup", { UserPoolId: other, GroupName: "theirs", Username: sub }),
    ).rejects.toMatchObject(NO_USER);
    expect(await env.DB.prepare("select count(*) as n from group_members").first()).toEqual({ n: 0 });
  });

  it("make one membership of many calls that race", async () => {
    await makeGroup("g");
    await Promise.all(Array.from({ length: 25 }, () => add("g")));
    expect(await rows("g")).toBe(1);
  });

  it("leave in or out, never in between, when calls for and against race", async () => {
    await makeGroup("g");
    await Promise.all(Array.from({ length: 30 }, (_, i) => (i % 2 ? add("g") : remove("g"))));
    const inside = await rows("g");
    expect(await groupsOf()).toEqual(inside ? ["g"] : []);
    expect(await members("g")).toEqual(inside ? ["jane"] : []);
  });

  it("leave no membership of a group that is deleted meanwhile", async () => {
    for (let round = 0; round < 5; round++) {
      await makeGroup("fleeting");
      await Promise.allSettled([
        ...Array.from({ length: 5 }, () => add("fleeting")),
        call("DeleteGroup", { UserPoolId, GroupName: "fleeting" }),
        ...Array.from({ length: 5 }, () => add("fleeting")),
      ]);
      expect(await rows("fleeting")).toBe(0);
    }
  });

  it("leave no membership of a user who is deleted meanwhile", async () => {
    await makeGroup("g");
    await seedUsers(UserPoolId, [{ username: "leaving" }]);
    await Promise.allSettled([
      ...Array.from({ length: 5 }, () => add("g", "leaving")),
      call("AdminDeleteUser", { UserPoolId, Username: "leaving" }),
      ...Array.from({ length: 5 }, () => add("g", "leaving")),
    ]);
    expect(await rows("g")).toBe(0);
  });

  it("let a user be in 100 groups and not one more, even when calls race; the 100 can be asked for again", async () => {
    await seedUsers(UserPoolId, [{ username: "joiner" }]);
    await env.DB.prepare(
      `with recursive n(i) as (select 0 union all select i + 1 from n where i < 104)
       insert into groups (pool_id, name, created_at, updated_at) select ?, 'g' || i, 0, 0 from n`,
    )
      .bind(UserPoolId)
      .run();
    for (let i = 0; i < 98; i++) await add(`g${i}`, "joiner");
    const late = await Promise.allSettled([98, 99, 100, 101, 102].map((i) => add(`g${i}`, "joiner")));
    expect(late.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const refused = late.filter((each) => each.status === "rejected").map(({ reason }) => reason.name);
    expect(refused).toEqual(Array(3).fill("LimitExceededException"));
    await add("g0", "joiner");
    await remove("g0", "joiner");
    await add("g103", "joiner");
  });

  it("cost one hop", async () => {
    await makeGroup("g");
    const costs = await costsOf(async () => {
      await add("g");
      await groupsOf();
      await members("g");
      await remove("g");
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 1, 1]);
  });
});

describe("DeleteGroup", () => {
  it("ends the memberships and spares the users and their other groups", async () => {
    await makeGroup("going");
    await makeGroup("staying");
    await add("going");
    await add("staying");
    await call("DeleteGroup", { UserPoolId, GroupName: "going" });
    expect(await groupsOf()).toEqual(["staying"]);
    await makeGroup("going");
    expect(await members("going")).toEqual([]);
  });
});

describe("AdminListGroupsForUser", () => {
  it("describes each group in full, by name, and pages through them", async () => {
    await makeGroup("a", { Description: "first", Precedence: 9 });
    for (const name of ["b", "c", "d", "e"]) await makeGroup(name);
    for (const name of ["e", "b", "a", "d", "c"]) await add(name);
    const first = await call("AdminListGroupsForUser", { UserPoolId, Username: "jane", Limit: 2 });
    expect(first.Groups[0]).toMatchObject({ GroupName: "a", UserPoolId, Description: "first", Precedence: 9 });
    const seen: string[] = [];
    for (let page = first; ; ) {
      seen.push(...page.Groups.map(({ GroupName }: any) => GroupName));
      if (!page.NextToken) break;
      const next = { UserPoolId, Username: "jane", Limit: 2, NextToken: page.NextToken };
      page = await call("AdminListGroupsForUser", next);
    }
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("refuses the token of another user", async () => {
    await seedUsers(UserPoolId, [{ username: "joe" }]);
    for (const name of ["a", "b"]) {
      await makeGroup(name);
      await add(name);
    }
    const { NextToken } = await call("AdminListGroupsForUser", { UserPoolId, Username: "jane", Limit: 1 });
    await expect(
      call("AdminListGroupsForUser", { UserPoolId, Username: "joe", Limit: 1, NextToken }),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("ListUsersInGroup", () => {
  it("shows users as ListUsers does", async () => {
    await makeGroup("g");
    await add("g");
    const { Users } = await call("ListUsersInGroup", { UserPoolId, GroupName: "g" });
    expect(Users).toEqual([
      {
        Username: "jane",
        Attributes: [
          { Name: "sub", Value: sub },
          { Name: "email", Value: "jane@example.com" },
        ],
        UserCreateDate: 1_700_000_000,
        UserLastModifiedDate: 1_700_000_000,
        Enabled: true,
        UserStatus: "CONFIRMED",
      },
    ]);
    expect((await call("ListUsers", { UserPoolId, Filter: 'username = "jane"' })).Users).toEqual(Users);
  });

  it("gives each of 150 members exactly once, at the same cost per page with 1,500 around", async () => {
    await makeGroup("g");
    const seeds = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({ username: `member-${String(from + i).padStart(4, "0")}` }));
    const join = (subs: string[]) =>
      env.DB.prepare("insert into group_members (pool_id, group_name, sub) select ?, 'g', value from json_each(?)")
        .bind(UserPoolId, JSON.stringify(subs))
        .run();
    await join(await seedUsers(UserPoolId, seeds(0, 150)));
    const walk = async () => {
      const seen: string[] = [];
      const costs: number[] = [];
      let NextToken: string | undefined;
      do {
        const [cost] = await costsOf(async () => {
          const answer = await call("ListUsersInGroup", { UserPoolId, GroupName: "g", Limit: 50, NextToken });
          seen.push(...answer.Users.map(({ Username }: any) => Username));
          NextToken = answer.NextToken;
        });
        costs.push(cost?.rowsRead as number);
      } while (NextToken);
      return { seen, costs };
    };
    const small = await walk();
    expect(small.seen.toSorted()).toEqual(seeds(0, 150).map(({ username }) => username));
    await join(await seedUsers(UserPoolId, seeds(150, 1500)));
    const large = await walk();
    expect(new Set(large.seen).size).toBe(1500);
    expect(large.seen).toHaveLength(1500);
    expect(large.costs[0]).toBe(small.costs[0]);
    expect(new Set(large.costs.slice(0, -1)).size).toBe(1);
  });
});

it("every list walks an index: no plan scans or sorts", async () => {
  const db = openDatabase(env.DB);
  const of = subOf({ id: UserPoolId, settings: {} } as Pool, "jane");
  for (const statement of [
    listGroups(db, UserPoolId, 61, "a"),
    listGroupsOf(db, UserPoolId, of, 61, "a"),
    listMembers(db, UserPoolId, "g", 61, sub),
  ]) {
    const { sql, params } = statement.toSQL();
    const plan = await env.DB.prepare(`explain query plan ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    const steps = plan.results.map(({ detail }) => detail).join("\n");
    expect(steps).toContain("SEARCH");
    // The scalar sub-query of a name picks one of its four kinds at most, which is no matter of how many users there are.
    expect(steps.replace(/SCALAR SUBQUERY[\s\S]*$/, "")).not.toMatch(/SCAN|TEMP B-TREE/);
  }
});
