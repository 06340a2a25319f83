import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSessionId, toSessionId } from "../../../src/operations/sessions/session-shape.ts";

const TYPES = ["TOKEN", "SSO"] as const;

describe("a session's id on the wire", () => {
  it("has the 28 characters that are documented, and is read as the session that it was written for", () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.uuid(), (type, id) => {
        const written = toSessionId(type, id);
        expect(written).toMatch(type === "TOKEN" ? /^tkn[0-9a-z]{25}$/ : /^sso[0-9a-z]{25}$/);
        expect(readSessionId(written)).toEqual({ type, id });
      }),
    );
  });

  it("is of the same length for the smallest and the largest UUID", () => {
    for (const id of ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]) {
      expect(toSessionId("SSO", id)).toHaveLength(28);
      expect(readSessionId(toSessionId("SSO", id))).toEqual({ type: "SSO", id });
    }
  });

  it("has one spelling: nothing is read that would not be written", () => {
    const largest = toSessionId("TOKEN", "ffffffff-ffff-ffff-ffff-ffffffffffff");
    // 2^128 - 1 in base 36 ends with 7.
    expect(largest).toBe("tknf5lxx1zz5pnorynqglhzmsp33");
    for (const text of [
      "tknf5lxx1zz5pnorynqglhzmsp34",
      "tknzzzzzzzzzzzzzzzzzzzzzzzzz",
      "tkn00000000000000000000000000",
      "tkn000000000000000000000000",
      "tkn000000000000000000000000A",
      "tkn0000000000000000000000000\n",
      "abc0000000000000000000000000",
    ]) {
      expect(readSessionId(text)).toBeUndefined();
    }
  });
});
