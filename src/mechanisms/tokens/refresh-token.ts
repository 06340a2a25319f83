import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from "../../lib/encoding.ts";
import type { Keyring, PurposeKey } from "../../lib/keyring.ts";

/** What a refresh token says, to us alone. */
export interface RefreshToken {
  poolId: string;
  clientId: string;
  sub: string;
  /** Id of the session (token family). */
  session: string;
  /** How often the family was rotated when it was made. */
  generation: number;
  /** Random, one per family: no two families have equal tokens. */
  nonce: string;
}

const PURPOSE = "refresh-token";
const ID_BYTES = 4;
const IV_BYTES = 12;

/** The first token of a family. */
export const newRefreshToken = (of: Omit<RefreshToken, "generation" | "nonce">): RefreshToken => ({
  ...of,
  generation: 0,
  nonce: toBase64Url(crypto.getRandomValues(new Uint8Array(32))),
});

/**
 * The text of a refresh token: encrypted, authenticated, and the same each time for the same content, so that a retry
 * within rotation's grace period is answered with the very successor that was lost. The nonce of AES-GCM is a MAC of the
 * content (as in SIV, RFC 5297 §2.6), so it never repeats for another content.
 */
export async function writeRefreshToken(keyring: Keyring, token: RefreshToken): Promise<string> {
  const { poolId, clientId, sub, session, generation, nonce } = token;
  const plain = utf8(JSON.stringify([poolId, clientId, sub, session, generation, nonce]));
  const key = await keyring.newest(PURPOSE);
  const [mac, cipher] = await keysOf(key);
  const iv = new Uint8Array(await crypto.subtle.sign("HMAC", mac, plain)).slice(0, IV_BYTES);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, cipher, plain));
  const out = new Uint8Array(ID_BYTES + IV_BYTES + sealed.length);
  out.set(fromBase64Url(key.id) as Uint8Array);
  out.set(iv, ID_BYTES);
  out.set(sealed, ID_BYTES + IV_BYTES);
  return toBase64Url(out);
}

/** @returns what the text says, or null when it is not one of our refresh tokens. */
export async function readRefreshToken(keyring: Keyring, text: string): Promise<RefreshToken | null> {
  const bytes = fromBase64Url(text);
  if (!bytes || bytes.length < ID_BYTES + IV_BYTES + 16) return null;
  const key = await keyring.byId(PURPOSE, toBase64Url(bytes.subarray(0, ID_BYTES)));
  if (!key) return null;
  const [, cipher] = await keysOf(key);
  const iv = bytes.subarray(ID_BYTES, ID_BYTES + IV_BYTES);
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, cipher, bytes.subarray(ID_BYTES + IV_BYTES));
    const content = fromUtf8(new Uint8Array(plain)) as string;
    const [poolId, clientId, sub, session, generation, nonce] = JSON.parse(content);
    return { poolId, clientId, sub, session, generation, nonce };
  } catch {
    return null;
  }
}

/** What is stored of a refresh token: SHA-256, base64url. The token is random enough to need no slower hash. */
export async function hashRefreshToken(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));
}

const split = new WeakMap<PurposeKey, Promise<[mac: CryptoKey, cipher: CryptoKey]>>();

/** Two keys from one, so that the MAC and the cipher do not share theirs. */
function keysOf(key: PurposeKey): Promise<[CryptoKey, CryptoKey]> {
  let pair = split.get(key);
  if (!pair) {
    pair = (async () => {
      const source = await crypto.subtle.importKey("raw", key.bytes, "HKDF", false, ["deriveBits"]);
      const derive = (info: string) =>
        crypto.subtle.deriveBits(
          { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) },
          source,
          256,
        );
      return [
        await crypto.subtle.importKey("raw", await derive("iv"), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
        await crypto.subtle.importKey("raw", await derive("cipher"), "AES-GCM", false, ["encrypt", "decrypt"]),
      ] as [CryptoKey, CryptoKey];
    })();
    split.set(key, pair);
  }
  return pair;
}
