import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import type { Client } from "../../directory/clients.ts";
import { fromUtf8 } from "../../lib/encoding.ts";
import { Memo } from "../../lib/memo.ts";
import { readAtMost } from "../../lib/request-body.ts";

/** Milliseconds that an address which nobody asks for any more is remembered. */
const ADDRESS_KEPT = 24 * 3_600_000;

/** Milliseconds that a fetched set is used without asking again, and that must pass before an unknown key is asked for. */
const KEYS_KEPT = 10 * 60_000;
const ASK_AGAIN_AFTER = 30_000;

const LONGEST_WAIT = 5_000;
const MOST_BYTES = 65_536;

/** Milliseconds that an address which has failed is left alone: anybody can send assertions in a client's name. */
const REST = 5_000;

/** What only a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4). */
export const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

const remote = new Memo<JWTVerifyGetKey>(ADDRESS_KEPT, 1_000);
/** By the client as it was read, so that a set goes with its client's old settings. */
const local = new WeakMap<Client, JWTVerifyGetKey>();

/**
 * The keys that a client has registered, to verify what it signs with (RFC 7517 §5). A set behind an address is fetched
 * when it is first needed, and kept by the isolate.
 * @param now milliseconds since 1970
 * @returns undefined for a client without keys
 * @throws Error where the set is no JWK set, or its address none of the web
 */
export function keysOfClient(client: Client, now: number): JWTVerifyGetKey | undefined {
  const { Jwks, JwksURI } = client.settings.OAuthConfiguration ?? {};
  if (JwksURI !== undefined) return remoteKeys(JwksURI, now);
  if (Jwks === undefined) return undefined;
  let keys = local.get(client);
  if (!keys) local.set(client, (keys = createLocalJWKSet(JSON.parse(Jwks))));
  return keys;
}

function remoteKeys(address: string, now: number): JWTVerifyGetKey {
  let keys = remote.get(address, now);
  if (!keys) {
    const url = new URL(address);
    const isLoopback = url.protocol === "http:" && LOOPBACK.includes(url.hostname);
    if (url.protocol !== "https:" && !isLoopback) throw new Error("the address of the keys is not HTTPS");
    keys = createRemoteJWKSet(url, {
      timeoutDuration: LONGEST_WAIT,
      cacheMaxAge: KEYS_KEPT,
      cooldownDuration: ASK_AGAIN_AFTER,
      [customFetch]: fetchPatiently(),
    });
    remote.set(address, keys, now);
  }
  return keys;
}

/** Fetches a set, unless that failed a moment ago. */
function fetchPatiently(): typeof fetchSet {
  let failedAt = -Infinity;
  return async (url, init) => {
    if (Date.now() < failedAt + REST) throw new Error("the set of keys could not be fetched a moment ago");
    try {
      return await fetchSet(url, init);
    } catch (error) {
      failedAt = Date.now();
      throw error;
    }
  };
}

/** Fetches a set of keys that is not too long. Redirects are not followed: what is registered is the address of the keys. */
async function fetchSet(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const bytes = await readAtMost(response, MOST_BYTES);
  if (!bytes) throw new Error("the set of keys is too long");
  if (response.status !== 200) throw new Error(`the set of keys came with status ${response.status}`);
  try {
    createLocalJWKSet(JSON.parse(fromUtf8(bytes) ?? ""));
  } catch {
    // Without the cause, which quotes what was fetched.
    throw new Error("what was fetched is no set of keys");
  }
  return new Response(bytes);
}
