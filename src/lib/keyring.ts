import { fromBase64, fromBase64Url, fromUtf8, toBase64Url, utf8 } from "./encoding.ts";

const IV_BYTES = 12;
const ID_BYTES = 4;

/** A symmetric key of one purpose, with the id of the master key that it came from. */
export interface PurposeKey {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Keys derived from the secret `MASTER_KEY`, one per purpose (HKDF-SHA-256, RFC 5869), so that no key serves two ends.
 * The secret may hold several base64 keys of 32 bytes, newest first, parted by commas: the first seals, all of them open.
 */
export class Keyring {
  readonly #masters: { id: string; bytes: Uint8Array<ArrayBuffer> }[];
  readonly #derived = new Map<string, Promise<PurposeKey>>();
  readonly #ciphers = new Map<string, Promise<CryptoKey>>();

  private constructor(masters: { id: string; bytes: Uint8Array<ArrayBuffer> }[]) {
    this.#masters = masters;
  }

  /** @param secret the text of `MASTER_KEY`. @throws Error when it is missing or a key has not 32 bytes. */
  static async open(secret: string | undefined): Promise<Keyring> {
    if (!secret) throw new Error("MASTER_KEY is not set");
    const masters = await Promise.all(
      secret.split(",").map(async (text) => {
        const bytes = fromBase64(text.trim());
        if (bytes?.length !== 32) throw new Error("MASTER_KEY must be base64 of 32 bytes");
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        return { id: toBase64Url(digest.subarray(0, ID_BYTES)), bytes };
      }),
    );
    return new Keyring(masters);
  }

  /** The newest key of a purpose, for making keyed hashes. Keep its id beside the hash. */
  newest(purpose: string): Promise<PurposeKey> {
    return this.#derive(purpose, this.#masters[0] as { id: string; bytes: Uint8Array<ArrayBuffer> });
  }

  /**
   * The oldest key of a purpose, for what must look the same for as long as possible: what is derived from it changes
   * only when that master key is retired, not when a newer one is put before it.
   */
  oldest(purpose: string): Promise<PurposeKey> {
    return this.#derive(purpose, this.#masters.at(-1) as { id: string; bytes: Uint8Array<ArrayBuffer> });
  }

  /** The key of a purpose that an id names, or undefined once that master key was retired. */
  async byId(purpose: string, id: string): Promise<PurposeKey | undefined> {
    const master = this.#masters.find((each) => each.id === id);
    return master && this.#derive(purpose, master);
  }

  /**
   * AES-256-GCM under the newest key of the purpose.
   * @param bound what the text belongs to (pool, user …); the same value is needed to open it.
   * @returns base64url of key id (4 bytes), nonce (12), ciphertext and tag (16).
   */
  async seal(purpose: string, plain: Uint8Array<ArrayBuffer>, bound = ""): Promise<string> {
    const key = await this.newest(purpose);
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const cipher = await this.#cipher(purpose, key);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(bound) }, cipher, plain);
    const out = new Uint8Array(ID_BYTES + IV_BYTES + sealed.byteLength);
    out.set(fromBase64Url(key.id) as Uint8Array);
    out.set(iv, ID_BYTES);
    out.set(new Uint8Array(sealed), ID_BYTES + IV_BYTES);
    return toBase64Url(out);
  }

  /** @returns what was sealed, or null when the text is foreign, altered, of another purpose, or bound to something else. */
  async open(purpose: string, sealed: string, bound = ""): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = fromBase64Url(sealed);
    if (!bytes || bytes.length < ID_BYTES + IV_BYTES + 16) return null;
    const key = await this.byId(purpose, toBase64Url(bytes.subarray(0, ID_BYTES)));
    if (!key) return null;
    const iv = bytes.subarray(ID_BYTES, ID_BYTES + IV_BYTES);
    const cipher = await this.#cipher(purpose, key);
    const algorithm = { name: "AES-GCM", iv, additionalData: utf8(bound) };
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, cipher, bytes.subarray(ID_BYTES + IV_BYTES)));
    } catch {
      return null;
    }
  }

  /** Seals a value as JSON, likewise. */
  sealJson(purpose: string, value: object, bound = ""): Promise<string> {
    return this.seal(purpose, utf8(JSON.stringify(value)), bound);
  }

  /** @returns the value that `sealJson` sealed, of a type that nobody checks; null as `open` */
  async openJson<Value>(purpose: string, sealed: string, bound = ""): Promise<Value | null> {
    const bytes = await this.open(purpose, sealed, bound);
    const text = bytes && fromUtf8(bytes);
    return text === null ? null : (JSON.parse(text) as Value);
  }

  #derive(purpose: string, master: { id: string; bytes: Uint8Array<ArrayBuffer> }): Promise<PurposeKey> {
    const name = `${master.id}/${purpose}`;
    let derived = this.#derived.get(name);
    if (!derived) {
      derived = (async () => {
        const source = await crypto.subtle.importKey("raw", master.bytes, "HKDF", false, ["deriveBits"]);
        const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(`limen/${purpose}`) };
        return { id: master.id, bytes: new Uint8Array(await crypto.subtle.deriveBits(algorithm, source, 256)) };
      })();
      this.#derived.set(name, derived);
    }
    return derived;
  }

  #cipher(purpose: string, key: PurposeKey): Promise<CryptoKey> {
    const name = `${key.id}/${purpose}`;
    let cipher = this.#ciphers.get(name);
    if (!cipher) {
      cipher = crypto.subtle.importKey("raw", key.bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
      this.#ciphers.set(name, cipher);
    }
    return cipher;
  }
}
