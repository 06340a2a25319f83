import { describe, expect, it } from "vitest";
import { checkPassword, generatePassword } from "../../../src/mechanisms/factors/password-policy.ts";

const refusal = (text: string) => `Password did not conform with policy: ${text}`;
const strict = {
  MinimumLength: 8,
  RequireNumbers: true,
  RequireSymbols: true,
  RequireUppercase: true,
  RequireLowercase: true,
};

describe("a password policy", () => {
  it("names the first failure, in the order length, numeric, symbol, upper case, lower case", () => {
    expect(checkPassword(strict, "")).toBe(refusal("Password not long enough"));
    expect(checkPassword(strict, "Aa1!aaa")).toBe(refusal("Password not long enough"));
    expect(checkPassword(strict, "________")).toBe(refusal("Password must have numeric characters"));
    expect(checkPassword(strict, "11111111")).toBe(refusal("Password must have symbol characters"));
    expect(checkPassword(strict, "1_111111")).toBe(refusal("Password must have uppercase characters"));
    expect(checkPassword(strict, "1_A11111")).toBe(refusal("Password must have lowercase characters"));
    expect(checkPassword(strict, "1_Aa1111")).toBeNull();
  });

  it("asks for everything when the pool has none, and only for length 8 when one was sent without members", () => {
    expect(checkPassword(undefined, "aaaaaaaa")).toBe(refusal("Password must have numeric characters"));
    expect(checkPassword(undefined, "1_Aa111")).toBe(refusal("Password not long enough"));
    expect(checkPassword(undefined, "1_Aa1111")).toBeNull();
    expect(checkPassword({}, "aaaaaaaa")).toBeNull();
    expect(checkPassword({}, "aaaaaaa")).toBe(refusal("Password not long enough"));
    expect(checkPassword({ MinimumLength: 6 }, "aaaaaa")).toBeNull();
  });

  it("counts every printable ASCII symbol and an inner space as a symbol", () => {
    const policy = { RequireSymbols: true };
    for (const symbol of "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
      expect(checkPassword(policy, `abcd${symbol}efgh`), symbol).toBeNull();
    for (const other of ["§", "é", "1", "\t", "–"]) {
      expect(checkPassword(policy, `abcd${other}efgh`), other).toBe(refusal("Password must have symbol characters"));
    }
  });

  it("means A to Z, a to z and 0 to 9, whatever else Unicode calls letters and digits", () => {
    expect(checkPassword({ RequireUppercase: true }, "ÄÖÜДÄÖÜД")).toBe(
      refusal("Password must have uppercase characters"),
    );
    expect(checkPassword({ RequireLowercase: true }, "äöüдäöüд")).toBe(
      refusal("Password must have lowercase characters"),
    );
    expect(checkPassword({ RequireNumbers: true }, "١٢٣٤٥٦٧٨")).toBe(refusal("Password must have numeric characters"));
  });

  it("counts characters, not halves of surrogate pairs", () => {
    expect(checkPassword({ MinimumLength: 6 }, "🐎".repeat(5))).toBe(refusal("Password not long enough"));
    expect(checkPassword({ MinimumLength: 6 }, "🐎".repeat(6))).toBeNull();
    expect(checkPassword({}, "🐎".repeat(256))).toBeNull();
  });

  it("refuses more than 256 characters, and white space at either end", () => {
    expect(checkPassword({}, "a".repeat(256))).toBeNull();
    expect(checkPassword({}, "a".repeat(257))).toBe(refusal("Password must not have more than 256 characters"));
    for (const password of [" aaaaaaaa", "aaaaaaaa ", "aaaaaaaa\n", "\u00a0aaaaaaaa"]) {
      expect(checkPassword({}, password)).toBe(refusal("Password must not begin or end with white space"));
    }
    expect(checkPassword({}, "aaaa aaaa")).toBeNull();
  });
});

describe("a generated password", () => {
  it("conforms with any policy, the longest included", () => {
    for (const MinimumLength of [6, 8, 16, 17, 50, 99]) {
      for (let i = 0; i < 100; i++) {
        const password = generatePassword({ MinimumLength });
        expect(checkPassword({ ...strict, MinimumLength }, password), password).toBeNull();
        expect(password).toHaveLength(Math.max(16, MinimumLength));
      }
    }
    expect(checkPassword(undefined, generatePassword())).toBeNull();
  });

  it("is never the same, and prefers no place for any kind of character", () => {
    const passwords = Array.from({ length: 4000 }, () => generatePassword());
    expect(new Set(passwords).size).toBe(passwords.length);
    for (let place = 0; place < 16; place++) {
      const digits = passwords.filter((each) => /[0-9]/.test(each.charAt(place))).length;
      // About 14 % of 4000; a place where one kind is put on purpose would show far more.
      expect(digits).toBeGreaterThan(400);
      expect(digits).toBeLessThan(720);
    }
  });
});
