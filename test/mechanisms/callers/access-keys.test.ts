import { expect, test } from "vitest";
import { parseAccessKeys } from "../../../src/mechanisms/callers/access-keys.ts";

const SECRET = "hush-hush-hush";
const key = { accessKeyId: "local", secretAccessKey: SECRET };
const fault = (text: string): string => {
  try {
    parseAccessKeys(text);
  } catch (error) {
    return String(error) + JSON.stringify(error, Object.getOwnPropertyNames(error));
  }
  return "none";
};

test("no secret means no keys", () => {
  expect(parseAccessKeys(undefined).size).toBe(0);
  expect(parseAccessKeys("").size).toBe(0);
  expect(parseAccessKeys("[]").size).toBe(0);
});

test("keys are found by their id, with what they may do and where", () => {
  const narrow = { ...key, accessKeyId: "AKIA2", actions: ["cognito-idp:List*", "*"], pools: ["us-east-1_Ab1Cd2Ef3"] };
  const keys = parseAccessKeys(JSON.stringify([key, narrow]));
  expect([...keys.keys()]).toEqual(["local", "AKIA2"]);
  expect(keys.get("local")).toEqual(key);
  expect(keys.get("AKIA2")).toEqual(narrow);
  expect(keys.get("constructor")).toBeUndefined();
});

test("the same text is read once, another text anew", () => {
  const text = JSON.stringify([{ ...key, accessKeyId: "once" }]);
  expect(parseAccessKeys(text)).toBe(parseAccessKeys(text));
  expect(parseAccessKeys(JSON.stringify([key])).has("once")).toBe(false);
});

test("refuses an id that is used twice", () => {
  expect(fault(JSON.stringify([key, key]))).toContain("ADMIN_KEYS[1].accessKeyId: is used twice");
});

test.each([
  ["the secret is missing", { secretAccessKey: undefined }, "[0].secretAccessKey: must be given as string"],
  ["the secret is empty", { secretAccessKey: "" }, "[0].secretAccessKey: is empty"],
  ["the secret is endless", { secretAccessKey: "x".repeat(257) }, "[0].secretAccessKey: is too long"],
  ["the id could not stand in a header", { accessKeyId: "a/b" }, "[0].accessKeyId: is not well-formed"],
  ["the id is missing", { accessKeyId: undefined }, "[0].accessKeyId: must be given as string"],
  ["a scope is misspelt, which would allow everything", { pool: [] }, "[0]: has a member other than"],
  ["a scope is no list", { actions: "*" }, "[0].actions: must be given as array"],
  ["a wildcard stands inside an action", { actions: ["*", "cognito-idp:*User"] }, "[0].actions[1]: must be <service>"],
  ["a wildcard stands twice", { actions: ["cognito-idp:**"] }, "[0].actions[0]: must be <service>"],
  ["a wildcard stands for a service", { actions: ["cognito-*"] }, "[0].actions[0]: must be <service>"],
  ["an action names no service", { actions: ["ListUsers"] }, "[0].actions[0]: must be <service>"],
  ["an action is of another service", { actions: ["s3:*"] }, "[0].actions[0]: must be <service>"],
  ["a pool is not named by an id", { pools: ["*"] }, "[0].pools[0]: is not well-formed"],
])("names the member at fault when %s, and no secret", (_, change, message) => {
  const found = fault(JSON.stringify([{ ...key, ...change }]));
  expect(found).toContain(`ADMIN_KEYS${message}`);
  expect(found).not.toContain(SECRET);
});

test("refuses what is not a JSON list, without quoting it", () => {
  expect(fault(`[{"accessKeyId":"local","secretAccessKey":"${SECRET}"`)).toContain("ADMIN_KEYS: is not JSON");
  expect(fault(SECRET)).toContain("ADMIN_KEYS: is not JSON");
  expect(fault(JSON.stringify({ local: SECRET }))).toContain("ADMIN_KEYS: must be given as array");
  expect(fault(JSON.stringify([SECRET]))).toContain("ADMIN_KEYS[0]: must be given as object");
  expect(fault(JSON.stringify([{ ...key, [SECRET]: 1 }]))).toContain("ADMIN_KEYS[0]: has a member other than");
  for (const text of [`[${SECRET}`, SECRET, JSON.stringify({ local: SECRET }), JSON.stringify([{ [SECRET]: 1 }])]) {
    expect(fault(text)).not.toContain(SECRET);
  }
});
