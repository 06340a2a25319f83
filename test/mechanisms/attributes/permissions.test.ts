import { describe, expect, it } from "vitest";
import { canRead, canWrite, checkWritable, readable } from "../../../src/mechanisms/attributes/permissions.ts";
import { clientWith, custom, poolWith } from "./pool.ts";

const pool = poolWith([custom("team"), { ...custom("x"), Name: "dev:custom:score", DeveloperOnlyAttribute: true }]);
const open = clientWith({});
const narrow = clientWith({
  ReadAttributes: ["email", "dev:custom:score"],
  WriteAttributes: ["name", "email_verified"],
});

describe("reading", () => {
  it("shows every attribute but those for developers where the client has no list", () => {
    expect(["sub", "email", "email_verified", "custom:team"].every((name) => canRead(pool, open, name))).toBe(true);
    expect(["dev:custom:score", "custom:other", "constructor"].some((name) => canRead(pool, open, name))).toBe(false);
  });

  it("shows exactly the client's list, and sub", () => {
    expect(["sub", "email"].every((name) => canRead(pool, narrow, name))).toBe(true);
    expect(
      ["name", "email_verified", "custom:team", "dev:custom:score"].some((name) => canRead(pool, narrow, name)),
    ).toBe(false);
  });

  it("picks what of a user is shown", () => {
    const attributes = { email: "jane@example.com", name: "Jane", "dev:custom:score": "7" };
    expect(readable(pool, narrow, { attributes })).toEqual({ email: "jane@example.com" });
    expect(readable(pool, open, { attributes })).toEqual({ email: "jane@example.com", name: "Jane" });
  });
});

describe("writing", () => {
  it("allows every attribute that is not reserved to administrators where the client has no list", () => {
    expect(["email", "custom:team"].every((name) => canWrite(pool, open, name))).toBe(true);
    const reserved = ["sub", "email_verified", "phone_number_verified", "identities", "dev:custom:score"];
    expect(reserved.some((name) => canWrite(pool, open, name))).toBe(false);
  });

  it("allows exactly the client's list, and of that nothing reserved", () => {
    expect(canWrite(pool, narrow, "name")).toBe(true);
    expect(["email", "email_verified", "custom:team"].some((name) => canWrite(pool, narrow, name))).toBe(false);
  });

  it("refuses what may not be written and leaves what is unknown to the schema", () => {
    expect(() => checkWritable(pool, narrow, ["name", "email"])).toThrow(
      "A client attempted to write unauthorized attribute",
    );
    expect(() => checkWritable(pool, narrow, ["name", "custom:other"])).not.toThrow();
  });
});
