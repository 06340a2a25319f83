import type { Call } from "../../call.ts";
import type { Passkey } from "../../directory/passkeys.ts";
import { equalBytes } from "../../lib/constant-time.ts";
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8 } from "../../lib/encoding.ts";
import { hmacSha256 } from "../../lib/hash.ts";

/** What passkeys of common makes look like: bytes of the id, and how they can be reached. */
const MAKES = [
  { bytes: 20, transports: ["hybrid", "internal"] },
  { bytes: 16, transports: ["hybrid", "internal"] },
  { bytes: 32, transports: ["internal"] },
];

/**
 * The passkeys of someone who has none, or whom nobody knows, where that is not to be told (Web Authentication Level 3
 * §14.6.2): the same each time.
 * @param who what stands for the user: the same whichever of their names was given
 */
export async function standIns(call: Call, poolId: string, who: string): Promise<Pick<Passkey, "id" | "transports">[]> {
  const { bytes: key } = await call.keyring.oldest("unknown-user");
  const drawn = await hmacSha256(key, utf8(`passkey/${poolId}/${who}`));
  const [pick] = await hmacSha256(key, utf8(`passkey-make/${poolId}/${who}`));
  const { bytes, transports } = MAKES[(pick as number) % MAKES.length] as (typeof MAKES)[number];
  const head = drawn.subarray(0, bytes - MARK_BYTES);
  return [{ id: toBase64Url(concat(head, await markOf(call, poolId, head))), transports }];
}

/**
 * Whether a credential id is one of these. Nobody may register it: an id that is free would tell that it stands for
 * nobody's passkey.
 */
export async function isStandIn(call: Call, poolId: string, id: string): Promise<boolean> {
  const given = fromBase64Url(id);
  if (!given || !MAKES.some(({ bytes }) => bytes === given.length)) return false;
  const mark = await markOf(call, poolId, given.subarray(0, -MARK_BYTES));
  return equalBytes(given.subarray(-MARK_BYTES), mark);
}

/** Bytes at the end of an id by which we know it again, and nobody else does. */
const MARK_BYTES = 8;

async function markOf(call: Call, poolId: string, head: Uint8Array): Promise<Bytes> {
  const { bytes: key } = await call.keyring.oldest("unknown-user");
  const mark = await hmacSha256(key, utf8(`passkey-mark/${poolId}/${toBase64Url(head)}`));
  return mark.slice(0, MARK_BYTES);
}
