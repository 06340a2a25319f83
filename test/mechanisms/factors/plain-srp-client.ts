import { Buffer } from "node:buffer";
import { createHash, createHmac, randomBytes } from "node:crypto";

// The client's half of SRP, written apart from src/ with nothing but BigInt and `%`, to hold the server's half against.

const N = BigInt(
  "0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
);

export const modulus = N;

const hash = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac("sha256", key).update(Buffer.concat(parts)).digest();
const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

/** Hex as amazon-cognito-identity-js pads it. */
export function pad(number: bigint): Buffer {
  let hex = number.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  else if ("89abcdef".includes(hex.charAt(0))) hex = `00${hex}`;
  return Buffer.from(hex, "hex");
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === "1") result = (result * base) % N;
  }
  return result;
}

/** Starts an exchange. @returns SRP_A and a function from the server's challenge to PASSWORD_CLAIM_SIGNATURE. */
export function startSrp(a: bigint = toNumber(randomBytes(32))) {
  const A = power(2n, a);
  const k = toNumber(hash(pad(N), pad(2n)));

  interface Challenge {
    identity: string;
    password: string;
    /** SALT and SRP_B, hex. */
    salt: string;
    B: string;
    secretBlock: Uint8Array;
    timestamp: string;
  }

  function sign({ identity, password, salt, B, secretBlock, timestamp }: Challenge): string {
    const x = toNumber(hash(pad(BigInt(`0x${salt}`)), hash(Buffer.from(`${identity}:${password}`, "utf8"))));
    const publicB = BigInt(`0x${B}`);
    const u = toNumber(hash(pad(A), pad(publicB)));
    const base = (((publicB - k * power(2n, x)) % N) + N) % N;
    const S = power(base, a + u * x);
    const derived = hmac(hmac(pad(u), pad(S)), Buffer.from("Caldera Derived Key"), Buffer.from([1])).subarray(0, 16);
    return hmac(derived, Buffer.from(identity, "utf8"), secretBlock, Buffer.from(timestamp)).toString("base64");
  }

  return { A: A.toString(16), sign };
}
