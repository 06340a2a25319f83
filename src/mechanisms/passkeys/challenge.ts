import type { Call } from "../../call.ts";

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
 * Makes a challenge that nothing needs to be kept for (Web Authentication Level 3 §13.4.3): it says itself what it
 * stands for, sealed under a random nonce.
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
  const expiresAt = call.now + lifetime;
  const challenge: PasskeyChallenge = { id, shard: call.newShard(), clientId, relyingParty, expiresAt };
  return call.keyring.sealJson(PURPOSE, challenge, JSON.stringify(bound));
}

/** @returns undefined for a challenge that is not ours, that is for something else, or that has expired */
export async function openChallenge(
  call: Call,
  bound: readonly string[],
  text: string,
): Promise<PasskeyChallenge | undefined> {
  const challenge = await call.keyring.openJson<PasskeyChallenge>(PURPOSE, text, JSON.stringify(bound));
  return challenge && challenge.expiresAt > call.now ? challenge : undefined;
}
