import { generateKeyPairSync } from "node:crypto";

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
