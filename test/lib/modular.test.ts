import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHexDigits, fromUnsignedBytes, toSignedBytes } from "../../src/lib/big-integer.ts";
import { toHex } from "../../src/lib/encoding.ts";
import { modulo, powersOf } from "../../src/lib/modular.ts";

const number = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });

function plainPower(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n % n;
  for (const bit of exponent.toString(2)) result = (result * result * (bit === "1" ? base : 1n)) % n;
  return result;
}

describe("arithmetic modulo n", () => {
  it("agrees with plain division for numbers of every size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 700 }),
        number(700),
        number(700),
        number(700),
        number(80),
        (bits, n0, a0, b0, e) => {
          const n = (n0 % (1n << BigInt(bits))) + 2n;
          const [a, b] = [a0 % n, b0 % n];
          expect(modulo(n).multiply(a, b)).toBe((a * b) % n);
          expect(modulo(n).power(a, e)).toBe(plainPower(a, e, n));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agrees at the edges, where the estimate of the quotient is furthest off", () => {
    for (const n of [2n, 3n, 4n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 64n + 1n, 2n ** 521n - 1n]) {
      for (const a of [0n, 1n, n - 1n, n / 2n]) {
        for (const b of [0n, 1n, n - 1n, n / 2n + 1n]) expect(modulo(n).multiply(a, b % n)).toBe((a * (b % n)) % n);
        for (const e of [0n, 1n, 2n, 31n, 32n, 33n, 1023n, 1024n])
          expect(modulo(n).power(a, e)).toBe(plainPower(a, e, n));
      }
    }
  });

  it("takes powers of one base from a table, and refuses exponents that the table does not hold", () => {
    const n = 2n ** 127n - 1n;
    const power = powersOf(modulo(n), 3n, 8);
    fc.assert(fc.property(number(32), (e) => power(e) === plainPower(3n, e, n)));
    expect(power(0n)).toBe(1n);
    expect(() => power(1n << 32n)).toThrow(RangeError);
    expect(() => power(-1n)).toThrow(RangeError);
  });
});

describe("numbers as bytes and digits", () => {
  it("are written as the shortest two's complement", () => {
    const written = [0n, 1n, 0x7fn, 0x80n, 0xfffn, 0x7fffn, 0x8000n].map((n) => toHex(toSignedBytes(n)));
    expect(written).toEqual(["00", "01", "7f", "0080", "0fff", "7fff", "008000"]);
  });

  it("come back from their bytes, leading zeros or not", () => {
    fc.assert(fc.property(number(300), (n) => fromUnsignedBytes(toSignedBytes(n)) === n));
    expect(fromUnsignedBytes(new Uint8Array())).toBe(0n);
    expect(fromUnsignedBytes(new Uint8Array([0, 0, 1]))).toBe(1n);
  });

  it("are read from hex digits only", () => {
    expect(fromHexDigits("0fF")).toBe(255n);
    for (const text of ["", "0x1", "-1", "1 ", "1n", "g"]) expect(fromHexDigits(text), text).toBeNull();
  });
});
