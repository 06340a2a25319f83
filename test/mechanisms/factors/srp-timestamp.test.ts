import { describe, expect, it } from "vitest";
import { parseTimestamp, timestampWithin } from "../../../src/mechanisms/factors/srp-timestamp.ts";

const MOMENT = Date.UTC(2026, 2, 3, 4, 5, 6);

describe("the time of an SRP answer", () => {
  it("is read as clients write it, the day with or without a zero", () => {
    expect(parseTimestamp("Tue Mar 3 04:05:06 UTC 2026")).toBe(MOMENT);
    expect(parseTimestamp("Tue Mar 03 04:05:06 UTC 2026")).toBe(MOMENT);
    expect(parseTimestamp("Thu Dec 31 23:59:59 UTC 2026")).toBe(Date.UTC(2026, 11, 31, 23, 59, 59));
    expect(parseTimestamp("Thu Feb 29 00:00:00 UTC 2024")).toBe(Date.UTC(2024, 1, 29));
  });

  it.each([
    "",
    "Tue Mar  3 04:05:06 UTC 2026",
    " Tue Mar 3 04:05:06 UTC 2026",
    "Tue Mar 3 04:05:06 UTC 2026\n",
    "tue mar 3 04:05:06 UTC 2026",
    "Di Mär 3 04:05:06 UTC 2026",
    "Tue Mar 3 4:05:06 UTC 2026",
    "Tue Mar 3 04:05:06 GMT 2026",
    "Tue Mar 3 04:05:06 UTC 26",
    "Sun Feb 30 04:05:06 UTC 2026",
    "Sun Feb 0 04:05:06 UTC 2026",
    "Tue Mar 3 24:00:00 UTC 2026",
    "Tue Mar 3 04:60:00 UTC 2026",
    "Tue Mar 3 04:05:60 UTC 2026",
    "Tue Mar 3 04:05:06 UTC 2026 UTC",
    "2026-03-03T04:05:06Z",
  ])("is refused in another form or for no moment at all: %j", (text) => {
    expect(parseTimestamp(text)).toBeNull();
    expect(timestampWithin(text, MOMENT, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it("counts as recent up to the tolerance, before and after", () => {
    const text = "Tue Mar 3 04:05:06 UTC 2026";
    for (const [offset, expected] of [
      [0, true],
      [300_000, true],
      [-300_000, true],
      [300_001, false],
      [-300_001, false],
    ] as const) {
      expect(timestampWithin(text, MOMENT + offset, 300_000)).toBe(expected);
    }
  });
});
