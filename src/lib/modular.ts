const WINDOW = 5;
const WINDOW_MASK = (1n << BigInt(WINDOW)) - 1n;

/** Arithmetic modulo one number. Operands are residues, that is 0 ≤ n < modulus. */
export interface Modulus {
  multiply: (a: bigint, b: bigint) => bigint;
  /** base to the power of an exponent ≥ 0. */
  power: (base: bigint, exponent: bigint) => bigint;
}

/**
 * Arithmetic modulo n without divisions: Barrett reduction (Handbook of Applied Cryptography, 14.42) and windows of five
 * bits (14.82). About a third faster than `%`. BigInt is not constant-time; let no exponent be used twice with chosen bases.
 */
export function modulo(n: bigint): Modulus {
  const bits = n.toString(2).length;
  const low = BigInt(bits - 1);
  const high = BigInt(bits + 1);
  const reciprocal = (1n << BigInt(2 * bits)) / n;

  function multiply(a: bigint, b: bigint): bigint {
    const product = a * b;
    // The estimate of the quotient falls short by two at most.
    let rest = product - (((product >> low) * reciprocal) >> high) * n;
    while (rest >= n) rest -= n;
    return rest;
  }

  function power(base: bigint, exponent: bigint): bigint {
    const powers = [1n % n];
    for (let i = 1; i < 1 << WINDOW; i++) powers.push(multiply(powers[i - 1] as bigint, base));
    let result = powers[0] as bigint;
    for (const digit of digitsOf(exponent).reverse()) {
      for (let i = 0; i < WINDOW; i++) result = multiply(result, result);
      if (digit !== 0) result = multiply(result, powers[digit] as bigint);
    }
    return result;
  }

  return { multiply, power };
}

/** Five bits each, least significant first. */
function digitsOf(exponent: bigint): number[] {
  const digits: number[] = [];
  for (let rest = exponent; rest > 0n; rest >>= BigInt(WINDOW)) digits.push(Number(rest & WINDOW_MASK));
  return digits;
}

/**
 * Powers of one base, by a table of base^(digit · 16^place): one multiplication for each hex digit of the exponent.
 * The table (15 numbers a place) is computed at the first call, which takes as long as four ordinary powers, and kept.
 *
 * @param places hex digits that an exponent may have.
 * @returns a function of the exponent. @throws RangeError when the exponent is negative or has too many digits.
 */
export function powersOf({ multiply }: Modulus, base: bigint, places: number): (exponent: bigint) => bigint {
  let table: bigint[][] | undefined;

  function build(): bigint[][] {
    const rows: bigint[][] = [];
    let unit = base;
    for (let place = 0; place < places; place++) {
      const row = [1n, unit];
      for (let digit = 2; digit <= 16; digit++) row.push(multiply(row[digit - 1] as bigint, unit));
      unit = row.pop() as bigint;
      rows.push(row);
    }
    return rows;
  }

  return (exponent) => {
    if (exponent < 0n || exponent >> BigInt(4 * places) !== 0n)
      throw new RangeError(`exponent outside ${places} digits`);
    table ??= build();
    let result = 1n;
    let place = 0;
    for (const digit of exponent.toString(16).split("").reverse()) {
      result = multiply(result, (table[place++] as bigint[])[Number.parseInt(digit, 16)] as bigint);
    }
    return result;
  };
}
