import { beforeEach, describe, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";

let UserPoolId: string;
let ResourceArn: string;
beforeEach(async () => {
  UserPoolId = await makePool({ UserPoolTags: { team: "identity" } });
  ResourceArn = arnOf(UserPoolId);
});

const arnOf = (id: string, region = "us-east-1", account = "000000000000") =>
  `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`;
const tag = (Tags: object) => call("TagResource", { ResourceArn, Tags });
const tags = async () => (await call("ListTagsForResource", { ResourceArn })).Tags;

describe("the tags of a pool", () => {
  it("are merged, replaced by key, removed by key, and described with the pool", async () => {
    expect(await tags()).toEqual({ team: "identity" });
    expect(await tag({ "cost center": "42", ünï: "a_b.c:d/e=f+g-h@i" })).toEqual({});
    await tag({ team: "people", empty: "" });
    const merged = { team: "people", "cost center": "42", ünï: "a_b.c:d/e=f+g-h@i", empty: "" };
    expect(await tags()).toEqual(merged);
    expect((await call("DescribeUserPool", { UserPoolId })).UserPool.UserPoolTags).toEqual(merged);
    expect(await call("UntagResource", { ResourceArn, TagKeys: ["team", "unknown", "ünï", "empty"] })).toEqual({});
    expect(await tags()).toEqual({ "cost center": "42" });
    await call("UntagResource", { ResourceArn, TagKeys: ["cost center"] });
    expect(await tags()).toEqual({});
  });

  it("may have keys that every object has", async () => {
    await call("TagResource", { ResourceArn, Tags: JSON.parse('{"__proto__":"p","constructor":"c"}') });
    expect(new Map(Object.entries(await tags()))).toEqual(
      new Map([
        ["__proto__", "p"],
        ["constructor", "c"],
        ["team", "identity"],
      ]),
    );
    await call("UntagResource", { ResourceArn, TagKeys: ["__proto__"] });
    expect(Object.keys(await tags()).sort()).toEqual(["constructor", "team"]);
  });

  it("refuse reserved keys, other signs and more than fifty", async () => {
    const refused = { name: "InvalidParameterException" };
    for (const Tags of [{ "aws:x": "" }, { "AwS:x": "" }, { "a;b": "" }, { a: "b\n" }, { a: "<b>" }]) {
      await expect(tag(Tags)).rejects.toMatchObject(refused);
    }
    await tag(Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`k${n}`, "v"])));
    await expect(tag({ more: "" })).rejects.toMatchObject(refused);
    await tag({ k0: "changed" });
    expect(Object.keys(await tags())).toHaveLength(50);
  });

  it("are never lost when several are set at once", async () => {
    const keys = ["a", "b", "c"];
    const results = await Promise.allSettled(keys.map((key) => tag({ [key]: "" })));
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.name).toBe("TooManyRequestsException");
    }
    const set = keys.filter((_, n) => results[n]?.status === "fulfilled");
    expect(set.length).toBeGreaterThan(0);
    expect(Object.keys(await tags()).sort()).toEqual([...set, "team"]);
  });
});

describe.each(["TagResource", "UntagResource", "ListTagsForResource"])("%s", (operation) => {
  const ask = (arn: string) => call(operation, { ResourceArn: arn, Tags: { a: "b" }, TagKeys: ["team"] });

  it("refuses the ARN of something that is no pool", async () => {
    for (const arn of [
      `arn:aws:s3:us-east-1:000000000000:userpool/${UserPoolId}`,
      `arn:aws:cognito-idp:us-east-1:000000000000:client/${UserPoolId}`,
      `${ResourceArn}/more`,
      `arn:aws:cognito-idp:us-east-1:000000000000:userpool/other/${UserPoolId}`,
    ]) {
      await expect(ask(arn)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    expect(await tags()).toEqual({ team: "identity" });
  });

  it("does not find pools of other regions and accounts, nor pools that do not exist", async () => {
    for (const arn of [
      arnOf("us-east-1_None"),
      arnOf(UserPoolId, "eu-west-1"),
      arnOf(UserPoolId, "us-east-1", "111111111111"),
      ResourceArn.replace("arn:aws:", "arn:aws-cn:"),
    ]) {
      await expect(ask(arn)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    }
    expect(await tags()).toEqual({ team: "identity" });
  });
});
