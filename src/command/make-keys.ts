// What `npm run keys` makes, as pure functions: keys and a time in, the text of secrets out.
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { toBase64 } from "../lib/encoding.ts";
import type { SigningKey, TokenUse } from "../mechanisms/tokens/keys.ts";

const HOUR = 3_600;

/** Seconds between publishing a key and signing with it, unless told otherwise: whoever keeps a copy of the key set has read it anew by then. */
export const PUBLISH_FIRST = 24 * HOUR;

/** Seconds that a key is published after the last token it signed: the longest life a token can have, and an hour for clocks. */
const KEEP_PUBLISHED = 25 * HOUR;

/** Workers limits a secret to 5 KB. */
const MOST_BYTES = 5_000;

const SIGNING_SECRETS = ["SIGNING_KEYS", "SIGNING_KEYS_2", "SIGNING_KEYS_3"] as const;

/** Values by the name of the secret. */
export type Secrets = Map<string, string>;

/**
 * A new private key as a JWK whose `kid` is its thumbprint (RFC 7638).
 * @param signFrom seconds since 1970 from which it signs
 */
export async function makeSigningKey(use: TokenUse, alg: SigningKey["alg"], signFrom: number): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk, "sha256");
  return { ...jwk, kty: jwk.kty as string, kid, alg, token_use: use, sign_from: signFrom };
}

/** The first keys of a deployment, which sign at once: one for ID tokens, one for access tokens. */
export const firstSigningKeys = (): Promise<SigningKey[]> =>
  Promise.all([makeSigningKey("id", "RS256", 0), makeSigningKey("access", "RS256", 0)]);

/**
 * The keys of a deployment after a rotation: a successor for each kind of key, published now and signing from `signFrom`;
 * the present ones, published until the last token they sign has expired; and none whose time is over.
 * @param now seconds since 1970
 */
export async function rotateSigningKeys(
  present: SigningKey[],
  now: number,
  signFrom = now + PUBLISH_FIRST,
): Promise<SigningKey[]> {
  const kept = present
    .filter((key) => key.publish_until === undefined || key.publish_until > now)
    .map((key) => ({ ...key, publish_until: key.publish_until ?? signFrom + KEEP_PUBLISHED }));
  const kinds = new Map(present.map((key) => [`${key.alg} ${key.token_use}`, key]));
  const next = await Promise.all([...kinds.values()].map((key) => makeSigningKey(key.token_use, key.alg, signFrom)));
  return [...next, ...kept];
}

/**
 * Spreads keys over as many secrets as they need.
 * @param present secrets as they are: one that is no longer needed is emptied rather than left as it is
 * @throws Error when they need more secrets than the worker reads
 */
export function signingSecrets(keys: SigningKey[], present: Secrets = new Map()): Secrets {
  const sets: SigningKey[][] = [];
  for (const key of keys) {
    const last = sets.at(-1);
    if (last && jwkSet([...last, key]).length <= MOST_BYTES) last.push(key);
    else sets.push([key]);
  }
  if (sets.length > SIGNING_SECRETS.length) {
    const first = Math.min(...keys.flatMap((key) => key.publish_until ?? []));
    const until = Number.isFinite(first)
      ? `; the next one to lapse does so at ${new Date(first * 1000).toISOString()}`
      : "";
    throw new Error(`${keys.length} signing keys do not fit into ${SIGNING_SECRETS.length} secrets${until}`);
  }
  const names = SIGNING_SECRETS.filter((name, at) => sets[at] || present.has(name));
  return new Map(names.map((name) => [name, jwkSet(sets[SIGNING_SECRETS.indexOf(name)] ?? [])]));
}

/** The signing secrets among others, in their order. */
export const presentSigningSecrets = (secrets: Secrets): string[] =>
  SIGNING_SECRETS.flatMap((name) => secrets.get(name) || []);

/** A `MASTER_KEY`: 32 random bytes, base64. */
export const makeMasterKey = (): string => toBase64(crypto.getRandomValues(new Uint8Array(32)));

/** Puts a new master key before the present ones: it seals from now on, while they go on opening what they sealed. */
export const rotateMasterKey = (present: string): string => `${makeMasterKey()},${present}`;

/** Secrets as lines of a `.dev.vars` file. Single quotes keep the text as it is. */
export const toLines = (secrets: Secrets): string =>
  [...secrets].map(([name, value]) => `${name}='${value}'\n`).join("");

/** RFC 7517 §5. A quote inside would end the line's own. */
const jwkSet = (keys: SigningKey[]): string => JSON.stringify({ keys }).replaceAll("'", "\\u0027");
