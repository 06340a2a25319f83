import * as fc from "fast-check";
import { expect, it } from "vitest";
import { fromBase32, toBase32 } from "../../src/lib/base32.ts";
import { utf8 } from "../../src/lib/encoding.ts";

it.each([
  ["", ""],
  ["f", "MY"],
  ["fo", "MZXQ"],
  ["foo", "MZXW6"],
  ["foob", "MZXW6YQ"],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI"],
])("[RFC 4648 §10] writes %j as %j and reads it again", (text, base32) => {
  expect(toBase32(utf8(text))).toBe(base32);
  expect(fromBase32(base32)).toEqual(utf8(text));
});

it("gives any bytes back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(fromBase32(toBase32(bytes))).toEqual(new Uint8Array(bytes));
    }),
  );
});

it("reads one spelling of the same bytes", () => {
  for (const text of ["my", "MY======", "MZ", "M", "MZX", "MY MY", "M1", "M0", "M8", "MÝ"]) {
    expect(fromBase32(text), text).toBeNull();
  }
});
