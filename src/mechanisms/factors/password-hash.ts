import { type Argon2Cost, argon2id } from "../../lib/argon2.ts";
import { equalBytes } from "../../lib/constant-time.ts";
import { type Bytes, fromBase64, toBase64, utf8 } from "../../lib/encoding.ts";
import { hmacSha256 } from "../../lib/hash.ts";

/** A secret that is not in the database and without which its hashes cannot be guessed at; the id says which one it was. */
export interface Pepper {
  id: string;
  bytes: Bytes;
}

/** Finds a pepper by its id, also after a newer one took its place. */
export type PepperOf = (id: string) => Pepper | undefined | Promise<Pepper | undefined>;

interface Stored {
  cost: Argon2Cost;
  /** Absent for a hash that was made elsewhere and imported. */
  pepperId: string | undefined;
  salt: Bytes;
  hash: Bytes;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. */
const COST: Argon2Cost = { memory: 19_456, passes: 2, lanes: 1 };

/** What a stored hash may ask of us: an isolate has 128 MB, and a sign-in must not take seconds. */
const MOST = { memory: 65_536, passes: 16, lanes: 16, work: 65_536 * 4 };

const ID = "[A-Za-z0-9+/._-]{1,64}";
const PHC = new RegExp(
  `^\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,4}),p=(\\d{1,3})(?:,keyid=(${ID}))?\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)$`,
);

/**
 * Hashes a password for keeping: argon2id over HMAC-SHA-256 of its UTF-8 under the pepper.
 * @returns `$argon2id$v=19$m=19456,t=2,p=1,keyid=<pepper id>$<salt>$<hash>` (PHC string format).
 */
export async function hashPassword(password: string, pepper: Pepper): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = argon2id(await season(password, pepper), salt, COST, HASH_BYTES);
  return write({ cost: COST, pepperId: pepper.id, salt, hash });
}

/**
 * Whether a password is the one that was hashed. Takes the parameters from the stored string, so that they can move.
 * An unreadable or unreasonable string costs the usual work and matches nothing.
 *
 * @param phc from {@link hashPassword}, {@link dummyHash}, or argon2id without `keyid` (imported: no pepper is applied).
 * @throws Error when the pepper is gone. Every user would be told of a wrong password, so this must be noticed.
 */
export async function verifyPassword(password: string, phc: string, pepperOf: PepperOf): Promise<boolean> {
  const stored = read(phc);
  if (!stored) {
    argon2id(utf8(password), new Uint8Array(SALT_BYTES), COST, HASH_BYTES);
    return false;
  }
  const { pepperId, salt, cost, hash } = stored;
  const pepper = pepperId === undefined ? undefined : await pepperOf(pepperId);
  if (pepperId !== undefined && !pepper) throw new Error(`no password pepper has the id ${pepperId}`);
  return equalBytes(argon2id(await season(password, pepper), salt, cost, hash.length), hash);
}

/**
 * A well-formed hash that no password has, for users who do not exist or have no password: verifying against it costs
 * what verifying a real one does.
 * @param pepperId of the newest pepper.
 */
export const dummyHash = (pepperId: string): string =>
  write({ cost: COST, pepperId, salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BYTES) });

/** Whether a string is argon2id in a form, and at a cost, that {@link verifyPassword} accepts: for imports. */
export const isReadableHash = (phc: string): boolean => read(phc) !== null;

/** Whether a hash was made with today's cost and pepper; if not, replace it when the password is next at hand. */
export function isCurrentHash(phc: string, pepperId: string): boolean {
  const stored = read(phc);
  if (stored?.pepperId !== pepperId) return false;
  const { memory, passes, lanes } = stored.cost;
  return memory === COST.memory && passes === COST.passes && lanes === COST.lanes;
}

const season = async (password: string, pepper: Pepper | undefined): Promise<Bytes> =>
  pepper ? hmacSha256(pepper.bytes, utf8(password)) : utf8(password);

function write({ cost, pepperId, salt, hash }: Stored & { pepperId: string }): string {
  if (!new RegExp(`^${ID}$`).test(pepperId)) throw new Error("the id of a pepper must fit a PHC string");
  const { memory, passes, lanes } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes},keyid=${pepperId}$${unpadded(salt)}$${unpadded(hash)}`;
}

function read(phc: string): Stored | null {
  const match = PHC.exec(phc);
  if (!match) return null;
  const [memory, passes, lanes] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // RFC 9106 §3.1: at least 8 KiB for each lane.
  if (passes < 1 || lanes < 1 || memory < 8 * lanes) return null;
  if (memory > MOST.memory || passes > MOST.passes || lanes > MOST.lanes || memory * passes > MOST.work) return null;
  const salt = padded(match[5] as string);
  const hash = padded(match[6] as string);
  if (!salt || !hash || salt.length < 8 || salt.length > 64 || hash.length < 16 || hash.length > 64) return null;
  return { cost: { memory, passes, lanes }, pepperId: match[4], salt, hash };
}

const unpadded = (bytes: Bytes): string => toBase64(bytes).replaceAll("=", "");

const padded = (text: string): Bytes | null => fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
