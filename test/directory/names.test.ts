import { afterEach, expect, it, vi } from "vitest";
import { isNameOf } from "../../src/directory/names.ts";
import type { Pool } from "../../src/directory/pools.ts";

const pool = { settings: { UsernameConfiguration: { CaseSensitive: false } } } as Pool;
const ada = { sub: "00000000-0000-4000-8000-000000000000", username: "Ada", attributes: {} };

afterEach(() => void vi.restoreAllMocks());

it("a text longer than any name is nobody's, and is not folded, which takes time that grows with the square of its length", () => {
  expect(["ADA", ada.sub, "bob"].map((name) => isNameOf(pool, ada, name))).toEqual([true, true, false]);
  const folded = vi.spyOn(String.prototype, "normalize");
  expect(isNameOf(pool, ada, `ada${"\u0315\u0300".repeat(50_000)}`)).toBe(false);
  expect(folded).not.toHaveBeenCalled();
});
