import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, fromHex, toHex, utf8 } from "../../../src/lib/encoding.ts";
import {
  begin,
  fakeVerifier,
  makeVerifier,
  parsePublicValue,
  parseVerifier,
  type Proof,
  proofKey,
  verifyProof,
} from "../../../src/mechanisms/factors/srp.ts";
import { modulus, power, startSrp } from "./plain-srp-client.ts";
import { DEVICE, USER } from "./srp-vectors.ts";

const number = (hex: string) => BigInt(`0x${hex}`);
const bytes = (base64: string) => fromBase64(base64) as Uint8Array;
const secretBlock = bytes(USER.secretBlock);
const { timestamp } = USER;
const positive = (b: string) => ({ exponent: number(b), negative: false });

const userProof: Proof = { ...USER, secretBlock };
const deviceProof: Proof = {
  identity: DEVICE.identity,
  verifier: toHex(bytes(DEVICE.verifierBase64)),
  b: DEVICE.b,
  A: USER.A,
  B: DEVICE.B,
  secretBlock,
  timestamp,
  signature: DEVICE.signature,
};

describe("[RFC 5054 §2.5, Cognito's padding] the published exchange of a user", () => {
  it("has this verifier", async () => {
    const { salt, verifier } = await makeVerifier(USER, fromHex(USER.salt) ?? undefined);
    expect({ salt, verifier }).toEqual({ salt: USER.salt, verifier: USER.verifier });
  });

  it("has this public value of the server", () => {
    expect(begin(USER.verifier, positive(USER.b))).toEqual({ b: USER.b, B: USER.B });
  });

  it("has this key and this signature", async () => {
    expect(toHex(await proofKey(number(USER.S), number(USER.u)))).toBe(USER.key);
    expect(await verifyProof(userProof)).toBe(true);
  });
});

describe("the published exchange of a device", () => {
  it("has this verifier, also as the client's ConfirmDevice writes it", async () => {
    const made = await makeVerifier(DEVICE, fromHex(DEVICE.salt) ?? undefined);
    const sent = { salt: bytes(DEVICE.saltBase64), verifier: bytes(DEVICE.verifierBase64) };
    expect(parseVerifier(sent)).toEqual(made);
    expect(made.salt).toBe(DEVICE.salt);
  });

  it("has this public value of the server, and this signature", async () => {
    expect(begin(deviceProof.verifier, positive(DEVICE.b))).toEqual({ b: DEVICE.b, B: DEVICE.B });
    expect(await verifyProof(deviceProof)).toBe(true);
  });
});

describe("an exchange", () => {
  it("succeeds with the password and fails with another, whatever the names and passwords", {
    timeout: 120_000,
  }, async () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.boolean(),
        async (name, password, block, right) => {
          const identity = `Ab1Cd2Ef3${name}`;
          const { salt, verifier } = await makeVerifier({ identity, password });
          const { b, B } = begin(verifier);
          const client = startSrp();
          const typed = right ? password : `${password}x`;
          const signature = client.sign({ identity, password: typed, salt, B, secretBlock: block, timestamp });
          const proof = { identity, verifier, b, B, A: client.A, secretBlock: block, timestamp, signature };
          expect(await verifyProof(proof)).toBe(right);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("succeeds with either sign of 2^b, for clients of either parity", async () => {
    for (const negative of [false, true]) {
      for (const a of [2n ** 255n, 2n ** 255n + 1n]) {
        const { b, B } = begin(USER.verifier, { exponent: number(USER.b), negative });
        const client = startSrp(a);
        const signature = client.sign({ ...USER, B, secretBlock });
        expect(await verifyProof({ ...userProof, b, B, A: client.A, signature })).toBe(true);
      }
    }
  });

  it("tells nothing of the password by its B: B - k·v is a square as often as not", () => {
    const k = number("538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");
    const kv = (k * number(USER.verifier)) % modulus;
    const isSquare = (n: bigint) => power(n, (modulus - 1n) / 2n) === 1n;
    const squares = Array.from({ length: 40 }, () =>
      isSquare((number(begin(USER.verifier).B) - kv + modulus) % modulus),
    );
    expect(new Set(squares)).toEqual(new Set([true, false]));
  });

  it("draws b and B anew each time, written in lower case without leading zeros", () => {
    const [one, other] = [begin(USER.verifier), begin(USER.verifier)];
    expect(one.b).not.toBe(other.b);
    expect(one.B).not.toBe(other.B);
    expect(one.B).toMatch(/^[1-9a-f][0-9a-f]*$/);
  });
});

describe("a proof", () => {
  const altered: [string, Partial<Proof>][] = [
    ["another identity", { identity: `${USER.identity}x` }],
    ["another A", { A: (number(USER.A) + 1n).toString(16) }],
    ["another B", { B: (number(USER.B) + 1n).toString(16) }],
    ["another b", { b: (number(USER.b) + 1n).toString(16) }],
    ["another verifier", { verifier: DEVICE.verifierBase64 && toHex(bytes(DEVICE.verifierBase64)) }],
    ["another secret block", { secretBlock: secretBlock.subarray(1) }],
    ["another time", { timestamp: "Tue Mar 3 04:05:07 UTC 2026" }],
    ["another signature", { signature: DEVICE.signature }],
    ["a signature cut short", { signature: "oIkm7aNiU3W6GNqSoPYDEjzMgcILH3TT93vxHtIAIA==" }],
    ["an empty signature", { signature: "" }],
    ["a signature that is not base64", { signature: "not base64!" }],
  ];
  it.each(altered)("is refused with %s", async (_, change) => {
    expect(await verifyProof({ ...userProof, ...change })).toBe(false);
  });

  it("[RFC 5054 §2.5.4] is refused for an A that makes S known to anyone", async () => {
    // With A = 0 mod N, S is 0 and the key follows without a password.
    const A = modulus.toString(16);
    expect(await verifyProof({ ...userProof, A })).toBe(false);
    expect(await verifyProof({ ...userProof, A: "0" })).toBe(false);
  });
});

describe("a public value of the client", () => {
  it("is taken in either case and with leading zeros", () => {
    expect(parsePublicValue(USER.A)).toBe(number(USER.A));
    expect(parsePublicValue(USER.A.toUpperCase())).toBe(number(USER.A));
    expect(parsePublicValue(`0${USER.A}`)).toBe(number(USER.A));
    expect(parsePublicValue("1")).toBe(1n);
    expect(parsePublicValue((modulus - 1n).toString(16))).toBe(modulus - 1n);
  });

  it("is refused when it is 0 modulo N, beyond N, too long, or not hex", () => {
    const refused = ["0", "00", modulus, 2n * modulus, modulus + 1n, 2n ** 3072n - 1n].map((each) => each.toString(16));
    for (const text of [...refused, "", "g", "0x1", "-1", " 1", "1\n", "١", "0".repeat(771), "f".repeat(100_000)]) {
      expect(parsePublicValue(text), text.slice(0, 20)).toBeNull();
    }
  });
});

describe("a verifier made by a client", () => {
  const salt = bytes(DEVICE.saltBase64);
  const written = (n: bigint) => fromHex(n.toString(16).padStart(768, "0")) as Uint8Array;

  it("is refused when anybody could prove it or it is no residue", () => {
    for (const n of [0n, 1n, modulus - 1n, modulus, modulus + 1n])
      expect(parseVerifier({ salt, verifier: written(n) })).toBeNull();
    expect(parseVerifier({ salt, verifier: new Uint8Array() })).toBeNull();
    expect(parseVerifier({ salt, verifier: new Uint8Array(4000).fill(1) })).toBeNull();
    expect(parseVerifier({ salt, verifier: written(2n) })?.verifier).toBe("2");
  });

  it("is refused without a salt, or with one out of all proportion", () => {
    const verifier = bytes(DEVICE.verifierBase64);
    expect(parseVerifier({ salt: new Uint8Array(), verifier })).toBeNull();
    expect(parseVerifier({ salt: new Uint8Array(65).fill(1), verifier })).toBeNull();
  });
});

describe("the verifier of nobody", () => {
  it("is the same at every attempt and another for every name", async () => {
    const [one, again, other] = await Promise.all(["jane", "jane", "john"].map((name) => fakeVerifier(utf8(name))));
    expect(one).toEqual(again);
    expect(one?.salt).not.toBe(other?.salt);
    expect(one?.verifier).not.toBe(other?.verifier);
  });

  it("looks like that of a user and goes through the same exchange, to fail at its end", async () => {
    const { salt, verifier } = await fakeVerifier(utf8("a seed"));
    expect(salt).toMatch(/^[1-9a-f][0-9a-f]{24,31}$/);
    expect(number(verifier)).toBeLessThan(modulus);
    const { b, B } = begin(verifier);
    const client = startSrp();
    const signature = client.sign({ ...USER, salt, B, secretBlock });
    expect(await verifyProof({ ...userProof, verifier, b, B, A: client.A, signature })).toBe(false);
  });
});
