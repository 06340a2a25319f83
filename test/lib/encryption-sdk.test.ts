import { beforeAll, describe, expect, test } from "vitest";
import { encryptMessage, type WrappingKey } from "../../src/lib/encryption-sdk.ts";
import { fromBase64, toBase64, toHex } from "../../src/lib/encoding.ts";
import { openMessage } from "../sealed-message.ts";

let key: WrappingKey;
let secret: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const algorithm = { name: "RSA-OAEP", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["encrypt", "decrypt"])) as CryptoKeyPair;
  key = { provider: "limen", name: "kéy", key: pair.publicKey };
  secret = new Uint8Array((await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer);
});

const seal = async (text: string, context = {}) => toBase64(await encryptMessage(text, context, key));

describe("[AWS Encryption SDK: message format reference] a message", () => {
  test.each([["123456"], [""], ["pässwörd &amp; 🔑"], ["x".repeat(4096)]])("holds %j", async (text) => {
    const opened = await openMessage(await seal(text, { "userpool-id": "us-east-1_Example" }), secret);
    expect(opened).toEqual({ context: { "userpool-id": "us-east-1_Example" }, provider: "limen", name: "kéy", text });
  });

  test("says nothing of a context that is empty, and names its entries in the order of their bytes", async () => {
    expect((await openMessage(await seal("x"), secret)).context).toEqual({});
    const { context } = await openMessage(await seal("x", { é: "1", b: "2", a: "3", Z: "4", ab: "5" }), secret);
    expect(Object.keys(context)).toEqual(["Z", "a", "ab", "b", "é"]);
  });

  test("is another each time", async () => {
    const messages = await Promise.all(Array.from({ length: 20 }, () => seal("123456")));
    expect(new Set(messages.map((message) => toHex((fromBase64(message) as Uint8Array).slice(3, 35)))).size).toBe(20);
    expect(new Set(messages.map((message) => message.slice(-40))).size).toBe(20);
  });

  test("cannot be changed anywhere", async () => {
    const message = fromBase64(await seal("123456", { "userpool-id": "us-east-1_Example" })) as Uint8Array;
    for (let at = 0; at < message.length; at += 7) {
      const changed = message.slice();
      changed[at] = (changed[at] as number) ^ 1;
      await expect(openMessage(toBase64(changed), secret), `byte ${at}`).rejects.toThrow();
    }
  });

  test("has room for a frame and no more", async () => {
    await expect(seal("é".repeat(2049))).rejects.toThrow("longer than a frame");
  });
});
