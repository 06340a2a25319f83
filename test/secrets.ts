import { generateKeyPairSync } from "node:crypto";
import { SENDER_KEY_ARN } from "./sender-key.ts";

/** Secrets as `npm run keys` makes them, fresh for each run of the tests. */
export function testSecrets(): Record<string, string> {
  const key = (use: "id" | "access") => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return { ...privateKey.export({ format: "jwk" }), kid: `test-${use}`, alg: "RS256", token_use: use };
  };
  return {
    ENVIRONMENT: "development",
    MASTER_KEY: Buffer.alloc(32, "master key of the tests").toString("base64"),
    SIGNING_KEYS: JSON.stringify({ keys: [key("id"), key("access")] }),
    ADMIN_KEYS: JSON.stringify([{ accessKeyId: "local", secretAccessKey: "local" }]),
  };
}

/** A key for custom senders, and its private half, base64 of PKCS #8, with which tests read what the senders are told. */
export function senderSecrets(): { SENDER_KEYS: string; TEST_SENDER_KEY: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return {
    SENDER_KEYS: JSON.stringify({ [SENDER_KEY_ARN]: { publicKey: pem } }),
    TEST_SENDER_KEY: privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
  };
}
