import { expect, it } from "vitest";
import { equalBytes, equalText } from "../../src/lib/constant-time.ts";

it("tells equal from unequal bytes, also of unequal length", () => {
  expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
  expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
  expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2, 0]))).toBe(false);
  expect(equalBytes(new Uint8Array(), new Uint8Array([0]))).toBe(false);
  expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
});

it("compares text unit by unit, without normalising it", () => {
  expect(equalText("Ж", "Ж")).toBe(true);
  expect(equalText("Ж", "Z")).toBe(false);
  expect(equalText("é", "e\u0301")).toBe(false);
});
