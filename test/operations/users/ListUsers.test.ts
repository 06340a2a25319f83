import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/directory/database.ts";
import { beginningWith, searchUsers, type UserSearch } from "../../../src/directory/user-search.ts";
import { call, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { seedUsers } from "../../seed-users.ts";

const Schema = [
  { Name: "team", AttributeDataType: "String" },
  { Name: "odd=^name", AttributeDataType: "String" },
];

let pool: string;
const list = (Filter?: string, more: object = {}) => call("ListUsers", { UserPoolId: pool, Filter, ...more });
const find = async (Filter?: string): Promise<string[]> =>
  (await list(Filter)).Users.map(({ Username }: any) => Username);

/** Every page of a list; the names in the order in which they came. */
async function walk(Filter: string | undefined, Limit?: number): Promise<{ names: string[]; sizes: number[] }> {
  const names: string[] = [];
  const sizes: number[] = [];
  let PaginationToken: string | undefined;
  do {
    const page = await list(Filter, { Limit, PaginationToken });
    names.push(...page.Users.map(({ Username }: any) => Username));
    sizes.push(page.Users.length);
    PaginationToken = page.PaginationToken;
  } while (PaginationToken);
  return { names, sizes };
}

beforeAll(async () => {
  pool = await makePool({ Schema });
});

describe("a filter", () => {
  beforeAll(async () => {
    await seedUsers(pool, [
      {
        username: "Jane",
        attributes: {
          email: "Jane.Roe@Example.com",
          given_name: "Jane",
          "custom:team": "Red",
          "custom:odd=^name": "x",
        },
      },
      {
        username: "janet",
        attributes: { email: "janet@example.com", given_name: "Janet", "custom:team": "red herring" },
      },
      {
        username: "joe",
        attributes: { given_name: 'J"o\\e', name: "' or 1=1 --" },
        status: "UNCONFIRMED",
        enabled: false,
      },
      { username: "zoë", attributes: { given_name: "ZOË", name: "ΟΔΟΣΑ" }, status: "FORCE_CHANGE_PASSWORD" },
      {
        username: "nfd",
        attributes: { given_name: "Zoe\u0308lla", name: "\u{1F600}\u{1F601}" },
        status: "RESET_REQUIRED",
      },
    ]);
  });

  it.each([
    ['given_name = "jane"', ["Jane"]],
    ['given_name="JANE"', ["Jane"]],
    [' given_name  ^=  "jan" ', ["Jane", "janet"]],
    ['email ^= "JANE"', ["Jane", "janet"]],
    ['email = "jane.roe@example.com"', ["Jane"]],
    ['email ^= ""', ["Jane", "janet"]],
    ['email = ""', []],
    ['phone_number ^= "+1"', []],
  ])("compares attributes without regard to case: %s", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it.each([
    ['custom:team = "red"', ["Jane"]],
    ['custom:team ^= "RED"', ["Jane", "janet"]],
    ['custom:odd=^name = "x"', ["Jane"]],
    ['custom:odd=^name^="x"', ["Jane"]],
  ])("searches the pool's own attributes, beyond Cognito: %s", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it.each([
    ['username = "Jane"', ["Jane"]],
    ['username = "jane"', []],
    ['username ^= "j"', ["janet", "joe"]],
    ['username ^= "jan"', ["janet"]],
    ['username ^= "zo"', ["zoë"]],
    ['username = "Jane.Roe@Example.com"', []],
    ['username ^= ""', ["Jane", "janet", "joe", "nfd", "zoë"]],
  ])("compares usernames with regard to case, and never aliases: %s", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it.each([
    ['status = "Disabled"', ["joe"]],
    ['status ^= "D"', ["joe"]],
    ['status = "disabled"', []],
    ['status = "En"', []],
    ['status = "1"', []],
    ['cognito:user_status = "unconfirmed"', ["joe"]],
    ['cognito:user_status ^= "RESET"', ["nfd"]],
    ['cognito:user_status ^= "Force_"', ["zoë"]],
    ['cognito:user_status = "CONF"', []],
  ])("finds users by state: %s", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it("orders both states by their words", async () => {
    const found = await list('status ^= ""');
    expect(found.Users.map(({ Enabled }: any) => Enabled)).toEqual([false, true, true, true, true]);
    expect(new Set(await find('status = "Enabled"'))).toEqual(new Set(["Jane", "janet", "zoë", "nfd"]));
  });

  it("finds a user by sub, whole or in part", async () => {
    const { UserAttributes } = await call("AdminGetUser", { UserPoolId: pool, Username: "joe" });
    const sub = UserAttributes[0].Value as string;
    expect(await find(`sub = "${sub}"`)).toEqual(["joe"]);
    expect(await find(`sub = "${sub.toUpperCase()}"`)).toEqual(["joe"]);
    expect(await find(`sub ^= "${sub.slice(0, 13)}"`)).toEqual(["joe"]);
    expect(await find(`sub = "${sub.slice(0, 13)}"`)).toEqual([]);
  });

  it.each([
    ['given_name = "zoë"', ["zoë"]],
    ['given_name ^= "ZO"', ["zoë", "nfd"]],
    ['given_name ^= "zoe\u0308"', ["zoë", "nfd"]],
    ['given_name ^= "zoë"', ["zoë", "nfd"]],
    ['given_name ^= "zoëL"', ["nfd"]],
    ['name ^= "ΟΔΟΣ"', ["zoë"]],
    ['name ^= "οδος"', ["zoë"]],
    ['name ^= "\u{1F600}"', ["nfd"]],
    ['name ^= "\u{1F601}"', []],
  ])("finds what is not ASCII, however it is composed: %s", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it('reads \\" and \\\\ inside the quotes as one character', async () => {
    expect(await find('given_name = "J\\"o\\\\e"')).toEqual(["joe"]);
    expect(await find('given_name ^= "J\\""')).toEqual(["joe"]);
  });

  it.each([
    [`name = "' or 1=1 --"`, ["joe"]],
    [`name = "x' or '1'='1"`, []],
    ['given_name ^= "%"', []],
    ['given_name ^= "_"', []],
    ['given_name ^= "*"', []],
    ['given_name = "?"', []],
    ['given_name = "$.sub"', []],
    ['given_name = "\u0000"', []],
  ])("means nothing but itself to the database: %j", async (filter, names) => {
    expect(await find(filter)).toEqual(names);
  });

  it.each([
    "given_name",
    'given_name "jane"',
    "given_name = jane",
    "given_name = 'jane'",
    'given_name = "jane',
    'given_name = jane"',
    'given_name = "ja"ne"',
    'given_name = "jane\\"',
    'given_name = "ja\\ne"',
    'given_name == "jane"',
    'given_name ^ = "jane"',
    'given_name > "jane"',
    'given_name = "jane" and name = "x"',
    'given_name = "jane" --',
    '"given_name" = "jane"',
    '= "jane"',
    " ",
    '""',
  ])("is refused when it is not of the form: %s", async (filter) => {
    await expect(list(filter)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Error while parsing filter",
    });
  });

  it.each(["custom:foo", "team", "Email", "__proto__", "constructor", "cognito:username", "enabled", "users.sub"])(
    "is refused for an attribute that the pool does not have: %s",
    async (name) => {
      await expect(list(`${name} = "x"`)).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: `Invalid search attribute: ${name}`,
      });
    },
  );

  it("has 256 characters at most", async () => {
    const filter = (length: number) => `name = "${"x".repeat(length - 9)}"`;
    await expect(find(filter(256))).resolves.toEqual([]);
    await expect(list(filter(257))).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("that is empty finds everyone, as does none", async () => {
    expect(new Set(await find(""))).toEqual(new Set(["Jane", "janet", "joe", "zoë", "nfd"]));
    expect(await find("")).toEqual(await find());
  });
});

describe("beginningWith", () => {
  it.each([
    ["a", "b"],
    ["az", "a{"],
    ["\u{7f}", "\u{80}"],
    ["\ud7ff", "\ue000"],
    ["a\u{ffff}", "a\u{10000}"],
    ["a\u{10ffff}", "b"],
    ["a\u{10ffff}\u{10ffff}", "b"],
  ])("ends an interval right after the last text that begins so: %j", (prefix, below) => {
    expect(beginningWith(prefix)).toEqual({ from: prefix, below });
  });

  it("has no end where no text lies beyond", () => {
    expect(beginningWith("")).toEqual({ from: "" });
    expect(beginningWith("\u{10ffff}")).toEqual({ from: "\u{10ffff}" });
  });
});

describe("what is shown", () => {
  it("is what AttributesToGet names, or all when it is empty; never what signs the user in", async () => {
    const filter = 'username = "Jane"';
    const [user] = (await list(filter)).Users;
    expect(Object.keys(user).toSorted()).toEqual(
      ["Attributes", "Enabled", "UserCreateDate", "UserLastModifiedDate", "UserStatus", "Username"].toSorted(),
    );
    const [whole] = (await list(filter, { AttributesToGet: [] })).Users;
    expect(whole).toEqual(user);
    const [part] = (await list(filter, { AttributesToGet: ["email", "phone_number"] })).Users;
    expect(part.Attributes).toEqual([{ Name: "email", Value: "Jane.Roe@Example.com" }]);
  });

  it("is of the pool alone", async () => {
    const other = await makePool({ Schema });
    await seedUsers(other, [{ username: "stranger", attributes: { given_name: "Jane", "custom:team": "red" } }]);
    expect(await find('given_name = "jane"')).toEqual(["Jane"]);
    expect(await find('username = "stranger"')).toEqual([]);
    expect((await call("ListUsers", { UserPoolId: other })).Users).toHaveLength(1);
  });
});

describe("pages", () => {
  const word = (i: number) => `user-${String(i).padStart(4, "0")}`;
  const person = (i: number) => ({
    username: word(i),
    status: i % 2 ? "CONFIRMED" : "CONFIRMED_NOT",
    enabled: i % 3 !== 0,
    attributes: {
      email: `${word(i)}@example.com`,
      given_name: `Name ${i % 10}`,
      family_name: "Same",
      "custom:team": i % 2 ? "odd" : "odder",
    },
  });
  const people = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => person(from + i));
  const everyone = people(0, 150).map(({ username }) => username);

  beforeAll(async () => {
    pool = await makePool({ Schema });
    await seedUsers(pool, people(0, 150).toReversed());
  });

  it.each([
    undefined,
    'sub ^= ""',
    'username ^= "user-"',
    'email ^= "user-0"',
    'given_name ^= "name"',
    'family_name = "same"',
    'family_name ^= "s"',
    'custom:team ^= "odd"',
    'cognito:user_status ^= "CONFIRMED"',
    'status ^= ""',
  ])("give each of 150 users exactly once: %s", async (filter) => {
    for (const [limit, sizes] of [
      [undefined, [60, 60, 30]],
      [0, [60, 60, 30]],
      [37, [37, 37, 37, 37, 2]],
    ] as const) {
      const walked = await walk(filter, limit);
      expect(walked.sizes).toEqual(sizes);
      expect(walked.names.toSorted()).toEqual(everyone);
    }
  });

  it.each([
    ['custom:team = "odd"', 75],
    ['cognito:user_status = "confirmed"', 75],
    ['status = "Enabled"', 100],
    ['status = "Disabled"', 50],
  ])("give each of those who match exactly once: %s", async (filter, count) => {
    const { names } = await walk(filter, 20);
    expect(names).toHaveLength(count);
    expect(new Set(names).size).toBe(count);
  });

  it("ascend by what is filtered, across pages", async () => {
    expect((await walk('username ^= "u"', 40)).names).toEqual(everyone);
    expect((await walk('email ^= "user"', 40)).names).toEqual(everyone);
    const digits = (await walk('given_name ^= "n"', 40)).names.map((name) => Number(name.at(-1)));
    expect(digits).toEqual(digits.toSorted((a, b) => a - b));
  });

  it("skip and repeat nobody when users come and go between them", async () => {
    const first = await list('username ^= "user-"', { Limit: 50 });
    await seedUsers(pool, [{ username: "user-0000-early" }, { username: "user-9999-late" }]);
    await call("AdminDeleteUser", { UserPoolId: pool, Username: "user-0049" });
    const rest = await list('username ^= "user-"', { Limit: 60, PaginationToken: first.PaginationToken });
    expect(rest.Users[0].Username).toBe("user-0050");
    for (const Username of ["user-0000-early", "user-9999-late"])
      await call("AdminDeleteUser", { UserPoolId: pool, Username });
    await seedUsers(pool, [person(49)]);
  });

  it("are asked for by a token that is good for the same question alone", async () => {
    const { PaginationToken } = await list('status = "Enabled"', { Limit: 10 });
    expect(PaginationToken).toMatch(/^\S+$/);
    const refused = { name: "InvalidParameterException", message: "Invalid pagination token given." };
    const other = await makePool({ Schema });
    const flipped = `${PaginationToken.slice(0, 30)}${PaginationToken[30] === "A" ? "B" : "A"}${PaginationToken.slice(31)}`;
    for (const [filter, more] of [
      ['status = "Disabled"', { PaginationToken }],
      [undefined, { PaginationToken }],
      ['status = "Enabled"', { PaginationToken, UserPoolId: other }],
      ['status = "Enabled"', { PaginationToken: flipped }],
      ['status = "Enabled"', { PaginationToken: "x" }],
    ] as const) {
      await expect(list(filter, more)).rejects.toMatchObject(refused);
    }
    const page = await list('status = "Enabled"', { Limit: 10, PaginationToken, AttributesToGet: ["email"] });
    expect(page.Users).toHaveLength(10);
  });

  const FILTERS = [
    undefined,
    'sub ^= ""',
    'username ^= "user-"',
    'email ^= "user-"',
    'family_name = "same"',
    'given_name ^= "name"',
    'cognito:user_status = "confirmed"',
    'cognito:user_status ^= "CONFIRMED"',
    'status = "Enabled"',
    'status ^= ""',
  ];

  it("read the same number of rows, in one hop, among 150 users and among 1,500, first page and later", async () => {
    const measure = async () => {
      const costs: (number | undefined)[][] = [];
      for (const filter of FILTERS) {
        let token: string | undefined;
        const pages = await costsOf(async () => {
          for (let page = 0; page < 3; page++) {
            token = (await list(filter, { Limit: 20, PaginationToken: token })).PaginationToken;
          }
        });
        expect(pages.map(({ hops }) => hops)).toEqual([1, 1, 1]);
        costs.push(pages.map(({ rowsRead }) => rowsRead));
      }
      return costs;
    };
    const small = await measure();
    for (const row of small.flat()) expect(row).toBeLessThanOrEqual(4 * 21);
    await seedUsers(pool, people(150, 1500));
    expect(await measure()).toEqual(small);
  });

  it("walk an index: no plan scans or sorts", async () => {
    const db = openDatabase(env.DB);
    const ranges: UserSearch["within"][] = [{ equal: "x" }, { from: "x" }, { from: "x", below: "y" }];
    for (const by of ["sub", "username", "status", "enabled", { attribute: "email" }] as const) {
      for (const within of ranges) {
        for (const after of [undefined, ["x", "s"]] as const) {
          const { sql, params } = searchUsers(db, pool, { by, within }, 61, after).toSQL();
          const plan = await env.DB.prepare(`explain query plan ${sql}`)
            .bind(...params)
            .all<{ detail: string }>();
          const steps = plan.results.map(({ detail }) => detail).join("\n");
          expect(steps).toContain("SEARCH");
          expect(steps).not.toMatch(/SCAN|TEMP B-TREE/);
          expect(sql).not.toContain("credentials");
        }
      }
    }
  });
});
