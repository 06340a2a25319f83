import { type Bytes, concat, toHex, utf8 } from "./encoding.ts";

/** A public RSA key to encrypt for, by the names under which the reader's raw RSA keyring knows its private half. */
export interface WrappingKey {
  /** Key namespace of the keyring. */
  provider: string;
  /** Key name within it. */
  name: string;
  /** RSA-OAEP with SHA-256, for `encrypt`. */
  key: CryptoKey;
}

const VERSION = 2;

/** AES-256-GCM, HKDF-SHA-512, key commitment, no signature (AWS Encryption SDK algorithms reference). */
const SUITE = 0x0478;

const FRAMED = 2;
const FRAME_LENGTH = 4096;
const LAST_FRAME = 0xffffffff;

/**
 * Encrypts a short text as an AWS Encryption SDK message (AWS Encryption SDK developer guide: message format reference,
 * version 2): a fresh data key, wrapped under one RSA key, and a single frame.
 * @param context what the reader can see, and the message authenticates, without its being secret
 * @throws Error for a text of more than 4096 bytes
 */
export async function encryptMessage(
  text: string,
  context: Readonly<Record<string, string>>,
  { provider, name, key }: WrappingKey,
): Promise<Bytes> {
  const plain = utf8(text);
  if (plain.length > FRAME_LENGTH) throw new Error("the text is longer than a frame");
  const dataKey = random(32);
  const messageId = random(32);
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, key, dataKey));
  const [content, commitment] = await deriveKeys(dataKey, messageId);
  const header = concat(
    uint8(VERSION),
    uint16(SUITE),
    messageId,
    encodeContext(context),
    uint16(1),
    sized(utf8(provider)),
    sized(utf8(name)),
    sized(wrapped),
    uint8(FRAMED),
    uint32(FRAME_LENGTH),
    commitment,
  );
  const headerTag = await seal(content, new Uint8Array(12), header, new Uint8Array());
  const sequence = uint32(1);
  const iv = concat(new Uint8Array(8), sequence);
  // Body AAD reference: message id, kind of frame, sequence number, length of the content.
  const about = concat(
    messageId,
    utf8("AWSKMSEncryptionClient Final Frame"),
    sequence,
    uint32(0),
    uint32(plain.length),
  );
  const sealed = await seal(content, iv, about, plain);
  return concat(header, headerTag, uint32(LAST_FRAME), sequence, iv, uint32(plain.length), sealed);
}

/** Algorithms reference: of the data key one key encrypts, and another tells which data key it was. */
async function deriveKeys(dataKey: Bytes, messageId: Bytes): Promise<[content: CryptoKey, commitment: Bytes]> {
  const source = await crypto.subtle.importKey("raw", dataKey, "HKDF", false, ["deriveBits"]);
  const derive = (info: Bytes) =>
    crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-512", salt: messageId, info }, source, 256);
  const [content, commitment] = await Promise.all([
    derive(concat(uint16(SUITE), utf8("DERIVEKEY"))),
    derive(utf8("COMMITKEY")),
  ]);
  return [await crypto.subtle.importKey("raw", content, "AES-GCM", false, ["encrypt"]), new Uint8Array(commitment)];
}

/** Ciphertext with the tag of 16 bytes after it. */
async function seal(key: CryptoKey, iv: Bytes, additionalData: Bytes, plain: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain));
}

/** Header AAD: nothing but a length of zero where the context is empty; entries sorted by the bytes of their names. */
function encodeContext(context: Readonly<Record<string, string>>): Bytes {
  const entries = Object.entries(context).map(([name, value]) => [utf8(name), utf8(value)] as const);
  if (entries.length === 0) return uint16(0);
  entries.sort(([a], [b]) => (toHex(a) < toHex(b) ? -1 : 1));
  return sized(concat(uint16(entries.length), ...entries.flatMap(([name, value]) => [sized(name), sized(value)])));
}

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
const sized = (bytes: Bytes): Bytes => concat(uint16(bytes.length), bytes);
const uint8 = (value: number): Bytes => Uint8Array.of(value);
const uint16 = (value: number): Bytes => Uint8Array.of(value >> 8, value & 0xff);

function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
