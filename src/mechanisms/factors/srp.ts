import { fromHexDigits, fromUnsignedBytes, toSignedBytes } from "../../lib/big-integer.ts";
import { equalBytes } from "../../lib/constant-time.ts";
import { type Bytes, concat, fromBase64, utf8 } from "../../lib/encoding.ts";
import { hkdfSha256, hmacSha256, sha256 } from "../../lib/hash.ts";
import { modulo, powersOf } from "../../lib/modular.ts";

// SRP-6a (RFC 5054 §2.5) as Amazon Cognito's clients speak it, for users and for remembered devices alike. An identity is
// the pool's name (the pool id after `_`) followed by the username, or the device group key followed by the device key.

/** The 3072-bit group of RFC 5054, appendix A, which is that of RFC 3526 §4; but with 2 for a generator, as clients have it. */
const N = BigInt(
  "0x" +
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f" +
    "83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b" +
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510" +
    "15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7" +
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c" +
    "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
);
const K = BigInt("0x538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");
const SALT_BYTES = 16;
const EXPONENT_BYTES = 32;
const MOST_DIGITS = 770;
const KEY_INFO = utf8("Caldera Derived Key");
const KEY_BYTES = 16;

const group = modulo(N);
const powerOfTwo = powersOf(group, 2n, 2 * EXPONENT_BYTES);

/** Both are hex in lower case without leading zeros; the salt counts as a number. */
export interface Verifier {
  salt: string;
  verifier: string;
}

/** What the server keeps of an exchange, sealed, until the proof arrives: hex. */
export interface Exchange {
  /** The server's secret. It serves one exchange only. */
  b: string;
  /** The server's public value, to be sent as SRP_B. */
  B: string;
}

/** The random part of an exchange: the exponent, and the sign of 2^b in B (see {@link begin}). */
export interface Draw {
  exponent: bigint;
  negative: boolean;
}

/**
 * Makes what the server stores in place of a password. x = H(salt, H(identity ":" password)), v = 2^x.
 * Keep it sealed: whoever has a verifier can try passwords fast.
 */
export async function makeVerifier(
  { identity, password }: { identity: string; password: string },
  salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
): Promise<Verifier> {
  const number = fromUnsignedBytes(salt);
  const inner = await sha256(utf8(`${identity}:${password}`));
  const x = fromUnsignedBytes(await sha256(concat(toSignedBytes(number), inner)));
  return { salt: number.toString(16), verifier: powerOfTwo(x).toString(16) };
}

/**
 * A verifier that a client made itself, as ConfirmDevice brings it: big-endian bytes, a leading zero byte allowed.
 * @returns null for one that anybody could prove (0, 1 and N - 1), that is no residue, or whose salt is not of usual length.
 */
export function parseVerifier({ salt, verifier }: { salt: Uint8Array; verifier: Uint8Array }): Verifier | null {
  const v = fromUnsignedBytes(verifier);
  if (salt.length === 0 || salt.length > 4 * SALT_BYTES || v <= 1n || v >= N - 1n) return null;
  return { salt: fromUnsignedBytes(salt).toString(16), verifier: v.toString(16) };
}

/**
 * The verifier of a user who does not exist: always the same for the same seed, and as cheap to come by as a stored one.
 * Nobody knows a password for it.
 * @param seed secret, bound to pool and username: a keyed hash of them.
 */
export async function fakeVerifier(seed: Bytes): Promise<Verifier> {
  const stretch = (info: string, length: number) => hkdfSha256(seed, new Uint8Array(), utf8(info), length);
  // 128 bits more than N has, so that the remainder favours no residue.
  const [salt, wide] = await Promise.all([stretch("salt", SALT_BYTES), stretch("verifier", 400)]);
  const verifier = fromUnsignedBytes(wide) % N;
  return { salt: fromUnsignedBytes(salt).toString(16), verifier: verifier.toString(16) };
}

/** The client's public value SRP_A. @returns null when it is not hex or no residue other than 0 (RFC 5054 §2.5.4). */
export function parsePublicValue(hex: string): bigint | null {
  if (hex.length > MOST_DIGITS) return null;
  const A = fromHexDigits(hex);
  return A === null || A === 0n || A >= N ? null : A;
}

/**
 * Opens an exchange: B = k·v ± 2^b.
 *
 * The sign is ours. 2 generates only the quadratic residues, so with B = k·v + 2^b whoever asks for a few dozen B could
 * discard every password whose v makes some B - k·v a non-residue, half of those left at each turn, without ever proving
 * anything. -1 is a non-residue: with a random sign B tells nothing of v. Clients need not know, as their S then differs
 * in its sign at most, and {@link verifyProof} takes either.
 *
 * @param verifier hex, as in {@link Verifier}.
 */
export function begin(verifier: string, { exponent, negative } = draw()): Exchange {
  const power = powerOfTwo(exponent);
  const kv = group.multiply(K, parseStored(verifier));
  const B = (kv + (negative ? N - power : power)) % N;
  // RFC 5054 §2.5.3: a client refuses 0.
  if (B === 0n) return begin(verifier);
  return { b: exponent.toString(16), B: B.toString(16) };
}

function draw(): Draw {
  const bytes = crypto.getRandomValues(new Uint8Array(EXPONENT_BYTES + 1));
  return { exponent: fromUnsignedBytes(bytes.subarray(1)), negative: ((bytes[0] as number) & 1) === 1 };
}

/** What a proof is judged by. Numbers are hex; the rest is as the client sent it. */
export interface Proof extends Exchange {
  identity: string;
  verifier: string;
  /** SRP_A */
  A: string;
  /** PASSWORD_CLAIM_SECRET_BLOCK, decoded. */
  secretBlock: Uint8Array;
  /** TIMESTAMP, which is signed; whether it is recent is for `timestampWithin` to say. */
  timestamp: string;
  /** PASSWORD_CLAIM_SIGNATURE, base64. */
  signature: string;
}

/** Whether the client knows the password: compares the signature that follows from the exchange, in constant time. */
export async function verifyProof(proof: Proof): Promise<boolean> {
  const A = parsePublicValue(proof.A);
  const signature = fromBase64(proof.signature);
  if (A === null || !signature) return false;
  const u = fromUnsignedBytes(await sha256(concat(toSignedBytes(A), toSignedBytes(parseStored(proof.B)))));
  if (u === 0n) return false;
  const shared = group.multiply(A, group.power(parseStored(proof.verifier), u));
  const S = group.power(shared, parseStored(proof.b));
  const message = concat(utf8(proof.identity), proof.secretBlock, utf8(proof.timestamp));
  const [plain, negated] = await Promise.all(
    [S, N - S].map(async (each) => equalBytes(await hmacSha256(await proofKey(each, u), message), signature)),
  );
  return plain === true || negated === true;
}

/** The key of the signature: HKDF-SHA-256 of S, salted with u; 16 bytes. */
export const proofKey = (S: bigint, u: bigint): Promise<Bytes> =>
  hkdfSha256(toSignedBytes(S), toSignedBytes(u), KEY_INFO, KEY_BYTES);

function parseStored(hex: string): bigint {
  const number = fromHexDigits(hex);
  if (number === null) throw new Error("a stored SRP value is not hex");
  return number;
}
