import type { Call } from "../../../call.ts";
import { toBase64Url, utf8 } from "../../../lib/encoding.ts";
import { sha256 } from "../../../lib/hash.ts";

/** Objects that remember what was used, of each kind. All of one kind must never fit one object's load. */
const SHARDS = 32;

/**
 * Marks something that its maker must not send twice as used. Where it is marked follows from what it is, so that
 * whoever sends it again meets the mark, wherever in the world they ask. One hop.
 * @param kind what it is. @param of what it is told from others by
 * @param expiresAt milliseconds since 1970 until which it could be sent again, were it not for the mark
 * @returns true for exactly one caller
 */
export function useOnce(
  call: Call,
  kind: "assertion" | "proof",
  of: readonly string[],
  expiresAt: number,
): Promise<boolean> {
  return call.meter.trip(async () => {
    const hash = await sha256(utf8(JSON.stringify([kind, ...of])));
    const shard = `${kind}s-${(hash[0] as number) % SHARDS}`;
    return call.challenges(shard).spend(`${kind}/${toBase64Url(hash)}`, expiresAt);
  });
}
