import { env } from "cloudflare:workers";
import { concat, fromBase64, fromUtf8, toHex, utf8 } from "../src/lib/encoding.ts";

/** What an AWS Encryption SDK message says, and holds. */
export interface OpenedMessage {
  context: Record<string, string>;
  provider: string;
  name: string;
  text: string;
}

/**
 * Opens a message of the one kind that custom senders are told (AWS Encryption SDK: message format reference, version 2), as
 * a reader would: every check made, nothing left over.
 * @param text base64
 * @param key private half of the wrapping key, PKCS #8; that of the tests unless said
 * @throws Error where anything is not as the format has it
 */
export async function openMessage(text: string, key = fromBase64(env.TEST_SENDER_KEY)): Promise<OpenedMessage> {
  const bytes = fromBase64(text);
  if (!bytes || !key) throw new Error("not base64");
  const view = new DataView(bytes.buffer);
  let at = 0;
  const take = (length: number) => bytes.slice(at, (at += length));
  const number = (length: 1 | 2 | 4) => {
    at += length;
    return length === 1 ? view.getUint8(at - 1) : length === 2 ? view.getUint16(at - 2) : view.getUint32(at - 4);
  };
  const read = () => fromUtf8(take(number(2))) as string;
  const must = (held: boolean, what: string) => {
    if (!held) throw new Error(`wrong ${what}`);
  };

  must(number(1) === 2 && number(2) === 0x0478, "version or suite");
  const messageId = take(32);
  const contextEnd = number(2) + at;
  const count = contextEnd > at ? number(2) : 0;
  const context = Object.fromEntries(Array.from({ length: count }, () => [read(), read()]));
  must(at === contextEnd && number(2) === 1, "context, or count of data keys");
  const [provider, name] = [read(), read()];
  const wrapped = take(number(2));
  must(number(1) === 2 && number(4) === 4096, "content type or frame length");
  const commitment = take(32);
  const header = bytes.slice(0, at);
  const headerTag = take(16);

  const rsa = { name: "RSA-OAEP", hash: "SHA-256" };
  const unwrapping = await crypto.subtle.importKey("pkcs8", key, rsa, false, ["decrypt"]);
  const dataKey = await crypto.subtle.decrypt(rsa, unwrapping, wrapped);
  const source = await crypto.subtle.importKey("raw", dataKey, "HKDF", false, ["deriveBits"]);
  const derive = (info: Uint8Array<ArrayBuffer>) =>
    crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-512", salt: messageId, info }, source, 256);
  must(toHex(commitment) === toHex(new Uint8Array(await derive(utf8("COMMITKEY")))), "commitment");
  const contentKey = await derive(concat(Uint8Array.of(0x04, 0x78), utf8("DERIVEKEY")));
  const aes = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["decrypt"]);
  const open = async (iv: Uint8Array<ArrayBuffer>, additionalData: Uint8Array<ArrayBuffer>, sealed: typeof iv) =>
    new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, aes, sealed));
  await open(new Uint8Array(12), header, headerTag);

  must(number(4) === 0xffffffff && number(4) === 1, "frame");
  const [iv, length] = [take(12), number(4)];
  must(toHex(iv) === "000000000000000000000001" && at + length + 16 === bytes.length, "iv or length");
  const lengths = new Uint8Array(12);
  new DataView(lengths.buffer).setUint32(0, 1);
  new DataView(lengths.buffer).setUint32(8, length);
  const about = concat(messageId, utf8("AWSKMSEncryptionClient Final Frame"), lengths);
  return { context, provider, name, text: fromUtf8(await open(iv, about, bytes.slice(at))) as string };
}
