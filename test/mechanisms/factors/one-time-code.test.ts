import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/lib/encoding.ts";
import { hashCode, makeCode, matchesCode } from "../../../src/mechanisms/factors/one-time-code.ts";

const key = utf8("thirty-two bytes of a secret key");
const context = ["us-east-1_Ab1Cd2Ef3", "4f1c9a52", "verify:email", "email", "jane@example.com"];

describe("a one-time code", () => {
  it("has the digits asked for, leading zeros included", () => {
    const codes = Array.from({ length: 500 }, () => makeCode(6));
    for (const code of codes) expect(code).toMatch(/^[0-9]{6}$/);
    expect(codes.some((code) => code.startsWith("0"))).toBe(true);
    expect(makeCode(8)).toMatch(/^[0-9]{8}$/);
  });

  it("takes every digit at every place equally often", () => {
    const codes = Array.from({ length: 20_000 }, () => makeCode(6));
    for (let place = 0; place < 6; place++) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (const code of codes) counts[Number(code.charAt(place))] = (counts[Number(code.charAt(place))] ?? 0) + 1;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
      // Nine degrees of freedom: above 70 in fewer than one of ten thousand million runs.
      expect(chiSquare).toBeLessThan(70);
    }
  });
});

describe("the hash of a code", () => {
  it("is HMAC-SHA-256 over the parts, each led by its length in four bytes", async () => {
    // printf '\0\0\0\1a\0\0\0\2bc\0\0\0\006123456' | openssl dgst -sha256 -hmac key -binary | basenc --base64url
    expect(await hashCode(utf8("key"), ["a", "bc"], "123456")).toBe("0AUSapqspp6JVOifyFBFzX2IuU34iHXl1cQTVAaAY4U");
  });

  it("matches its own code only", async () => {
    const hash = await hashCode(key, context, "012345");
    expect(await matchesCode(hash, key, context, "012345")).toBe(true);
    for (const code of ["012346", "12345", "0123450", "012345 ", "", "٠١٢٣٤٥"])
      expect(await matchesCode(hash, key, context, code)).toBe(false);
  });

  it("is bound to each part of its context, to their borders and to the key", async () => {
    const hash = await hashCode(key, context, "012345");
    for (const part of context.keys()) {
      expect(await matchesCode(hash, key, context.with(part, "other"), "012345")).toBe(false);
    }
    expect(await matchesCode(hash, utf8("another key"), context, "012345")).toBe(false);
    expect(await hashCode(key, ["ab", "c"], "1")).not.toBe(await hashCode(key, ["a", "bc"], "1"));
    expect(await hashCode(key, ["a"], "1")).not.toBe(await hashCode(key, ["a", ""], "1"));
    expect(await hashCode(key, ["a", "1"], "2")).not.toBe(await hashCode(key, ["a"], "12"));
  });
});
