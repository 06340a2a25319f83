import { describe, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";

const schemaOf = async (UserPoolId: string) =>
  (await call("DescribeUserPool", { UserPoolId })).UserPool.SchemaAttributes as { Name: string; Mutable: boolean }[];
const add = (UserPoolId: string, ...CustomAttributes: object[]) =>
  call("AddCustomAttributes", { UserPoolId, CustomAttributes });
const string = (Name: string, more: object = {}) => ({ Name, AttributeDataType: "String", ...more });
const bounds = (MinLength?: string, MaxLength?: string) => ({ StringAttributeConstraints: { MinLength, MaxLength } });

const refused: [rule: string, attribute: object, message: string][] = [
  ["no type", { Name: "x" }, "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."],
  ["no name", { AttributeDataType: "String" }, "An attribute of the schema needs a name."],
  ["being required", string("x", { Required: true }), "Required custom attributes are not supported currently."],
  ["a bound in words", string("x", bounds("two")), "Invalid StringAttributeConstraints for schema attribute custom:x"],
  ["a negative bound", string("x", bounds("-1")), "Invalid StringAttributeConstraints for schema attribute custom:x"],
  [
    "a bound in words, of numbers",
    { Name: "x", AttributeDataType: "Number", NumberAttributeConstraints: { MaxValue: "ten" } },
    "Invalid NumberAttributeConstraints for schema attribute custom:x",
  ],
  [
    "more than 2048 characters",
    string("x", bounds("0", "2049")),
    "user.custom:x: String attributes cannot have a length of more than 2048",
  ],
  [
    "a most below the least",
    string("x", bounds("5", "4")),
    "user.custom:x: Max length cannot be less than min length.",
  ],
  [
    "a greatest number below the least",
    { Name: "x", AttributeDataType: "Number", NumberAttributeConstraints: { MinValue: "5", MaxValue: "4" } },
    "user.custom:x: Max value cannot be less than min value.",
  ],
];

describe("a custom attribute", () => {
  it.each(refused)("is refused for %s", async (_, attribute, message) => {
    const error = { name: "InvalidParameterException", message };
    await expect(makePool({ Schema: [attribute] })).rejects.toMatchObject(error);
    await expect(add(await makePool(), attribute)).rejects.toMatchObject(error);
  });

  it("is refused when its name is taken, with or without the developer's prefix", async () => {
    const UserPoolId = await makePool({ Schema: [string("banana", { DeveloperOnlyAttribute: true })] });
    const before = await schemaOf(UserPoolId);
    await expect(add(UserPoolId, string("apple"), string("banana"))).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "custom:banana: Existing attribute already has name dev:custom:banana.",
    });
    await expect(add(UserPoolId, string("apple"), string("apple"))).rejects.toMatchObject({
      message: "custom:apple: Existing attribute already has name custom:apple.",
    });
    expect(await schemaOf(UserPoolId)).toEqual(before);
  });

  it("may have the name of a standard attribute, since its own has a prefix", async () => {
    const UserPoolId = await makePool();
    await add(UserPoolId, string("email"));
    expect((await schemaOf(UserPoolId)).map(({ Name }) => Name)).toContain("custom:email");
  });

  it("is refused when the pool has fifty", async () => {
    const UserPoolId = await makePool();
    const some = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => string(`${prefix}${n}`));
    await add(UserPoolId, ...some(25, "a"));
    await add(UserPoolId, ...some(24, "b"));
    await expect(add(UserPoolId, ...some(2, "c"))).rejects.toMatchObject({ name: "LimitExceededException" });
    await add(UserPoolId, string("last"));
    expect(await schemaOf(UserPoolId)).toHaveLength(70);
  });

  it("is never lost when several are added at once", async () => {
    const UserPoolId = await makePool();
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => add(UserPoolId, string(name))));
    const added = ["custom:a", "custom:b", "custom:c"].filter((_, n) => results[n]?.status === "fulfilled");
    const held = (await schemaOf(UserPoolId)).map(({ Name }) => Name).filter((name) => name.startsWith("custom:"));
    expect(held.sort()).toEqual(added);
    expect(added.length).toBeGreaterThan(0);
  });
});

describe("a standard attribute", () => {
  it("keeps its type and is never the developer's", async () => {
    for (const entry of [
      { Name: "email", AttributeDataType: "Number" },
      { Name: "email", AttributeDataType: "String", DeveloperOnlyAttribute: true },
    ]) {
      await expect(makePool({ Schema: [entry] })).rejects.toMatchObject({
        name: "InvalidParameterException",
        message:
          "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
      });
    }
  });

  it("takes constraints only beside its type", async () => {
    const UserPoolId = await makePool({
      Schema: [
        { Name: "name", ...bounds("2", "3") },
        { Name: "nickname", AttributeDataType: "String", ...bounds("2", "3") },
      ],
    });
    const schema = await schemaOf(UserPoolId);
    expect(schema.find(({ Name }) => Name === "name")).toMatchObject(bounds("0", "2048"));
    expect(schema.find(({ Name }) => Name === "nickname")).toMatchObject(bounds("2", "3"));
  });

  it("cannot be named twice, and sub cannot be changed", async () => {
    await expect(makePool({ Schema: [{ Name: "name" }, { Name: "name" }] })).rejects.toMatchObject({
      message: "name: Existing attribute already has name name.",
    });
    await expect(makePool({ Schema: [{ Name: "sub", Mutable: true }] })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await makePool({ Schema: [{ Name: "sub", AttributeDataType: "String", Mutable: false, Required: true }] });
  });
});
