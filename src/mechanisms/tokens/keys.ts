import { z } from "zod";

/** What a signing key signs. Cognito signs ID tokens and access tokens with different keys, and so do we. */
export type TokenUse = "id" | "access";

const privateKey = z.looseObject({
  kty: z.string(),
  kid: z.string().min(1),
  alg: z.enum(["RS256", "ES256", "EdDSA"]),
  token_use: z.enum(["id", "access"]),
  /** Seconds since 1970 from which it signs; it is published before, so that nobody meets an unknown key. */
  sign_from: z.number().default(0),
  /** Seconds since 1970 until which it is published; absent while it is in use. */
  publish_until: z.number().optional(),
});

export type SigningKey = z.infer<typeof privateKey>;

/** The parts of a JWK that are public, by key type (RFC 7518 §6, RFC 8037 §2). */
const PUBLIC_MEMBERS: Record<string, readonly string[]> = { RSA: ["n", "e"], EC: ["crv", "x", "y"], OKP: ["crv", "x"] };

const read = new WeakMap<object, SigningKey[]>();

/**
 * The keys of the deployment.
 * @param secrets JSON texts, each a private JWK set (RFC 7517 §5) whose members also say `token_use`, `sign_from` and
 *   `publish_until`
 * @throws Error when there are none or one is malformed; never with key material in the message
 */
export function signingKeys(secrets: string[]): SigningKey[] {
  let keys = read.get(secrets);
  if (!keys) {
    keys = secrets.flatMap((text, at) => {
      const name = at === 0 ? "SIGNING_KEYS" : `SIGNING_KEYS_${at + 1}`;
      let set: unknown;
      try {
        set = JSON.parse(text);
      } catch {
        throw new Error(`${name} is not JSON`);
      }
      const parsed = z.object({ keys: z.array(privateKey) }).safeParse(set);
      if (!parsed.success)
        throw new Error(`${name}: ${parsed.error.issues.map((each) => each.path.join(".")).join(", ")}`);
      return parsed.data.keys;
    });
    if (keys.length === 0) throw new Error("SIGNING_KEYS is not set");
    read.set(secrets, keys);
  }
  return keys;
}

/** The newest key that may sign tokens of this use now (milliseconds). @throws Error when there is none. */
export function keyFor(keys: SigningKey[], use: TokenUse, now: number, alg: SigningKey["alg"] = "RS256"): SigningKey {
  const [key] = keys
    .filter((each) => each.token_use === use && each.alg === alg && each.sign_from * 1000 <= now)
    .filter((each) => isPublished(each, now))
    .sort((a, b) => b.sign_from - a.sign_from);
  if (!key) throw new Error(`no ${alg} key for ${use} tokens`);
  return key;
}

/** Whether a key still counts: once withdrawn, it verifies nothing here, either. */
export const isPublished = (key: SigningKey, now: number): boolean =>
  key.publish_until === undefined || key.publish_until * 1000 > now;

/** The public JWK set (RFC 7517): every key that signs, will sign, or has signed a token that may still be valid. */
export function publicKeys(keys: SigningKey[], now: number): { keys: Record<string, unknown>[] } {
  return {
    keys: keys
      .filter((each) => isPublished(each, now))
      .map((each) => {
        const members = ["kty", "kid", "alg", ...(PUBLIC_MEMBERS[each.kty] ?? [])];
        return {
          use: "sig",
          ...Object.fromEntries(members.map((name) => [name, (each as Record<string, unknown>)[name]])),
        };
      }),
  };
}
