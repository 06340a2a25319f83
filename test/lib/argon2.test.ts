import { describe, expect, it } from "vitest";
import { argon2id } from "../../src/lib/argon2.ts";
import { toHex, utf8 } from "../../src/lib/encoding.ts";

describe("argon2id", () => {
  // phc-winner-argon2, src/test.c, version 0x13
  it("gives the vectors of the reference implementation", () => {
    const hash = (memory: number, passes: number, lanes: number) =>
      toHex(argon2id(utf8("password"), utf8("somesalt"), { memory, passes, lanes }));
    expect(hash(65_536, 2, 1)).toBe("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    expect(hash(256, 2, 1)).toBe("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
    expect(hash(256, 2, 2)).toBe("6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037");
  });

  it("hashes every byte of a password, zero bytes and none included", () => {
    const cost = { memory: 8, passes: 1, lanes: 1 };
    const passwords = [[], [0], [0, 0], [1], [1, 0], [1, 0, 1]].map((bytes) => new Uint8Array(bytes));
    const hashes = passwords.map((password) => toHex(argon2id(password, utf8("somesalt"), cost)));
    expect(new Set(hashes).size).toBe(passwords.length);
  });

  it("gives a hash of the length asked for, and refuses a salt that is too short", () => {
    const cost = { memory: 8, passes: 1, lanes: 1 };
    expect(argon2id(utf8("p"), utf8("somesalt"), cost, 64)).toHaveLength(64);
    expect(() => argon2id(utf8("p"), utf8("short"), cost)).toThrow("argon2 failed");
  });
});
