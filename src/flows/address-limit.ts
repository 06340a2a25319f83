import type { Call } from "../call.ts";
import type { AttemptOf } from "../directory/attempts.ts";
import { fold } from "../directory/names.ts";
import { toBase64Url, utf8 } from "../lib/encoding.ts";
import { hmacSha256 } from "../lib/hash.ts";
import type { Destination } from "./deliver-code.ts";

/**
 * What codes to an address are counted under, whoever asks for them in the name of whichever new account: nobody has proven
 * yet that the address is theirs, and its owner must not be flooded. The table tells no addresses to who reads it.
 */
export async function codesToAddress(
  call: Call,
  poolId: string,
  { attribute, value }: Destination,
): Promise<AttemptOf & { kind: "send-to-address" }> {
  const key = await call.keyring.oldest("unknown-user");
  const hash = await hmacSha256(key.bytes, utf8(`address/${poolId}/${attribute}/${fold(value)}`));
  return { poolId, subject: `@${toBase64Url(hash)}`, kind: "send-to-address" };
}
