import { beforeAll, describe, expect, test } from "vitest";
import { toBase64 } from "../../../src/lib/encoding.ts";
import { senderKey } from "../../../src/mechanisms/messages/sender-keys.ts";

const ARN = "arn:aws:kms:us-east-1:000000000000:key/one";
const keys: Record<"good" | "short" | "elliptic", string> = { good: "", short: "", elliptic: "" };

const pemOf = async (pair: CryptoKeyPair): Promise<string> => {
  const spki = (await crypto.subtle.exportKey("spki", pair.publicKey)) as ArrayBuffer;
  const lines = toBase64(new Uint8Array(spki)).match(/.{1,64}/g) as string[];
  return ["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----", ""].join("\n");
};

beforeAll(async () => {
  const rsa = async (modulusLength: number) => {
    const algorithm = { name: "RSA-OAEP", modulusLength, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" };
    return pemOf((await crypto.subtle.generateKey(algorithm, true, ["encrypt", "decrypt"])) as CryptoKeyPair);
  };
  keys.good = await rsa(2048);
  keys.short = await rsa(1024);
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  keys.elliptic = await pemOf((await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair);
});

const textOf = (entry: object, arn = ARN) => JSON.stringify({ [arn]: entry });

describe("SENDER_KEYS", () => {
  test("gives the key of an ARN, by the names that the reader's keyring has", async () => {
    const publicKey = keys.good;
    expect(await senderKey(textOf({ publicKey }), ARN)).toMatchObject({ provider: "limen", name: ARN });
    const named = { publicKey, provider: "our keys", name: "mail" };
    expect(await senderKey(textOf(named), ARN)).toMatchObject({ provider: "our keys", name: "mail" });
  });

  test("takes a PEM with carriage returns, or on one line", async () => {
    for (const end of ["\r\n", ""]) {
      expect(await senderKey(textOf({ publicKey: keys.good.replaceAll("\n", end) }), ARN)).toBeDefined();
    }
  });

  test("gives nothing for another ARN, for none, and where there is no such variable", async () => {
    const text = textOf({ publicKey: keys.good });
    for (const name of ["arn:aws:kms:us-east-1:000000000000:key/two", "constructor", "__proto__", undefined]) {
      expect(await senderKey(text, name)).toBeUndefined();
    }
    for (const none of [undefined, ""]) expect(await senderKey(none, ARN)).toBeUndefined();
  });

  test("is read again when it has changed", async () => {
    expect(await senderKey(textOf({ publicKey: keys.good, name: "old" }), ARN)).toMatchObject({ name: "old" });
    expect(await senderKey(textOf({ publicKey: keys.good, name: "new" }), ARN)).toMatchObject({ name: "new" });
  });

  test.each<[what: string, text: () => string, message: string]>([
    ["what is not JSON", () => "{", "SENDER_KEYS: is not JSON"],
    ["a list", () => "[]", "SENDER_KEYS: not an object"],
    ["an entry without a key", () => textOf({}), `SENDER_KEYS: ${ARN}.publicKey`],
    ["a misspelt member", () => textOf({ publicKey: keys.good, nmae: "x" }), `SENDER_KEYS: ${ARN}`],
    [
      "a private key",
      () => textOf({ publicKey: keys.good.replaceAll("PUBLIC", "PRIVATE") }),
      `SENDER_KEYS: ${ARN}.publicKey`,
    ],
    [
      "a provider that raw keyrings cannot have",
      () => textOf({ publicKey: keys.good, provider: "aws-kms-mine" }),
      `SENDER_KEYS: ${ARN}.provider`,
    ],
    [
      "an RSA key of 1024 bits",
      () => textOf({ publicKey: keys.short }),
      `SENDER_KEYS: ${ARN}.publicKey is not an RSA key of at least 2048 bits`,
    ],
    [
      "a key for another algorithm",
      () => textOf({ publicKey: keys.elliptic }),
      `SENDER_KEYS: ${ARN}.publicKey is not an RSA key of at least 2048 bits`,
    ],
    [
      "bytes that are no key",
      () => textOf({ publicKey: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }),
      `SENDER_KEYS: ${ARN}.publicKey is not an RSA key of at least 2048 bits`,
    ],
  ])("refuses %s, and says where without a value", async (_, text, message) => {
    await expect(senderKey(text(), ARN)).rejects.toThrow(new Error(message));
  });
});
