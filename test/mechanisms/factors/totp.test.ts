import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/lib/encoding.ts";
import { hotp, makeSeed, matchTotp, timeStep } from "../../../src/mechanisms/factors/totp.ts";

const SEED = utf8("12345678901234567890");

describe("a code by counter", () => {
  it.each([
    [0, "755224"],
    [1, "287082"],
    [2, "359152"],
    [3, "969429"],
    [4, "338314"],
    [5, "254676"],
    [6, "287922"],
    [7, "162583"],
    [8, "399871"],
    [9, "520489"],
  ])("[RFC 4226 appendix D] is, at %i, %s", async (counter, code) => {
    expect(await hotp(SEED, counter)).toBe(code);
  });
});

describe("a code by time", () => {
  it.each([
    [59, "94287082"],
    [1_111_111_109, "07081804"],
    [1_111_111_111, "14050471"],
    [1_234_567_890, "89005924"],
    [2_000_000_000, "69279037"],
    [20_000_000_000, "65353130"],
  ])(
    "[RFC 6238 appendix B] is, %i seconds after 1970, %s, of which apps show the last six digits",
    async (seconds, code) => {
      const now = seconds * 1000;
      expect(await hotp(SEED, timeStep(now), 8)).toBe(code);
      expect(await matchTotp(SEED, code.slice(2), now)).toBe(timeStep(now));
    },
  );

  it("[RFC 6238 §4.2] lasts thirty seconds, counted from 1970", () => {
    expect([0, 29_999, 30_000, 59_999, 60_000].map(timeStep)).toEqual([0, 0, 1, 1, 2]);
  });

  it("[RFC 6238 §5.2] is taken one step early or late, and says which it was", async () => {
    const now = 1_700_000_000_000;
    const present = timeStep(now);
    const taken = await Promise.all(
      [-3, -2, -1, 0, 1, 2, 3].map(async (off) => matchTotp(SEED, await hotp(SEED, present + off), now)),
    );
    expect(taken).toEqual([undefined, undefined, present - 1, present, present + 1, undefined, undefined]);
  });

  it("is no other text that means the same number, nor part of it", async () => {
    const now = 1_111_111_109_000;
    for (const text of ["", "81804", "81804 ", "0081804", "081805", "081804\n", "٠٨١٨٠٤", "81804.0"]) {
      expect(await matchTotp(SEED, text, now), text).toBeUndefined();
    }
    expect(await matchTotp(SEED, "081804", now)).toBe(timeStep(now));
  });

  it("can be judged in the first seconds of 1970", async () => {
    expect(await matchTotp(SEED, await hotp(SEED, 1), 0)).toBe(1);
    expect(await matchTotp(SEED, "000000", 0)).toBeUndefined();
  });
});

it("[RFC 4226 §4] draws seeds of 160 bits, none twice", () => {
  const seeds = Array.from({ length: 100 }, () => makeSeed());
  for (const seed of seeds) expect(seed).toHaveLength(20);
  expect(new Set(seeds.map(String)).size).toBe(100);
});
