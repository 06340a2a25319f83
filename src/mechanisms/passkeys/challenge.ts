import type { Call } from "../../call.ts";
import { fromUtf8, utf8 } from "../../lib/encoding.ts";

/** What a challenge stands for. The client sees only its sealed form, and the authenticator signs that. */
export interface PasskeyChallenge {
  /** Marks it as answered, in this shard of the challenges or in the directory. */
  id: string;
  shard: string;
  /** The client that asked for it. */
  clientId: string;
  relyingParty: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const PURPOSE = "passkey-challenge";

/**
 * Makes a challenge that nothing needs to be kept for (Web Authentication Level 3 §13.4.3): it says itself what it stands
 * for, sealed under a random nonce.
 * @param bound what it is good for (ceremony, pool, …): for another it does not open
 * @param lifetime milliseconds
 * @returns base64url
 */
export function makeChallenge(
  call: Call,
  bound: readonly string[],
  about: Pick<PasskeyChallenge, "clientId" | "relyingParty">,
  lifetime: number,
): Promise<string> {
  const { clientId, relyingParty } = about;
  const id = crypto.randomUUID();
  const content = { id, shard: call.newShard(), clientId, relyingParty, expiresAt: call.now + lifetime };
  return call.keyring.seal(PURPOSE, utf8(JSON.stringify(content satisfies PasskeyChallenge)), JSON.stringify(bound));
}

/** @returns undefined for a challenge that is not ours, that is for something else, or that has expired */
export async function openChallenge(
  call: Call,
  bound: readonly string[],
  text: string,
): Promise<PasskeyChallenge | undefined> {
  const opened = await call.keyring.open(PURPOSE, text, JSON.stringify(bound));
  const json = opened && fromUtf8(opened);
  if (!json) return undefined;
  const challenge = JSON.parse(json) as PasskeyChallenge;
  return challenge.expiresAt > call.now ? challenge : undefined;
}
