import { z } from "zod";
import { fromBase64 } from "../../lib/encoding.ts";
import type { WrappingKey } from "../../lib/encryption-sdk.ts";

/** Strict, because a misspelt `provider` or `name` would make codes that no sender can read. Built on first use. */
const buildSchema = () =>
  z.record(
    z.string(),
    z.strictObject({
      publicKey: z.string().regex(/^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/),
      // AWS Encryption SDK: the names of raw keyrings must not begin so.
      provider: z
        .string()
        .regex(/^(?!aws-kms)[^]{1,128}$/)
        .default("limen"),
      name: z.string().min(1).max(2048).optional(),
    }),
  );
let schema: ReturnType<typeof buildSchema> | undefined;

/** Variables do not change while an isolate lives, so the last text is the only one worth keeping. */
let last: { text: string; keys: Promise<ReadonlyMap<string, WrappingKey>> } | undefined;

/**
 * The key that codes for custom senders are encrypted under, where the pool's `KMSKeyID` is the ARN of a key that stays
 * with its owner: the variable `SENDER_KEYS`, a JSON object by ARN of `{ "publicKey": "<PEM>", "provider"?, "name"? }`.
 * The names are those of the raw RSA keyring that the sender decrypts with: `limen` and the ARN unless said.
 * @param text undefined or empty where there is no such variable
 * @returns undefined for an ARN that is not there
 * @throws Error naming the member at fault for a malformed variable, and for a key that is not RSA of 2048 bits or more
 */
export async function senderKey(text: string | undefined, arn: string | undefined): Promise<WrappingKey | undefined> {
  if (text === undefined || text === "" || arn === undefined) return undefined;
  if (last?.text !== text) last = { text, keys: read(text) };
  return (await last.keys).get(arn);
}

async function read(text: string): Promise<ReadonlyMap<string, WrappingKey>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("SENDER_KEYS: is not JSON");
  }
  schema ??= buildSchema();
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new Error(
      `SENDER_KEYS: ${parsed.error.issues.map(({ path }) => path.join(".") || "not an object").join(", ")}`,
    );
  }
  const keys = Object.entries(parsed.data).map(async ([arn, { publicKey, provider, name = arn }]) => {
    return [arn, { provider, name, key: await importKey(arn, publicKey) }] as const;
  });
  return new Map(await Promise.all(keys));
}

/** RFC 7468 §13: a SubjectPublicKeyInfo between its two lines. */
async function importKey(arn: string, pem: string): Promise<CryptoKey> {
  const spki = fromBase64(pem.replace(/-----[A-Z ]+-----|\s/g, ""));
  const algorithm = { name: "RSA-OAEP", hash: "SHA-256" };
  const key = spki && (await crypto.subtle.importKey("spki", spki, algorithm, false, ["encrypt"]).catch(() => null));
  if (!key || (key.algorithm as unknown as { modulusLength: number }).modulusLength < 2048) {
    throw new Error(`SENDER_KEYS: ${arn}.publicKey is not an RSA key of at least 2048 bits`);
  }
  return key;
}
