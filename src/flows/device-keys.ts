import type { Call } from "../call.ts";
import type { Pool } from "../directory/pools.ts";
import { utf8 } from "../lib/encoding.ts";
import { hmacSha256 } from "../lib/hash.ts";
import { LETTERS_AND_DIGITS } from "../lib/random.ts";

/** What a device is known by. */
export interface DeviceKeys {
  /** DeviceKey, `<region>_<UUID>`. */
  key: string;
  /** DeviceGroupKey: with the key, the identity that it proves by SRP. */
  groupKey: string;
}

const GROUP_KEY_LETTERS = 9;

/**
 * The DeviceGroupKey of a device key: `-` and nine letters or digits. It is derived, so that a key can be given out
 * (NewDeviceMetadata) before there is a device to keep; ConfirmDevice keeps it with the device, which outlives the
 * master key.
 */
export async function deviceGroupKey(call: Call, poolId: string, key: string): Promise<string> {
  const { bytes } = await call.keyring.oldest("device-group");
  const digest = await hmacSha256(bytes, utf8(JSON.stringify([poolId, key])));
  const letters = [...digest.subarray(0, GROUP_KEY_LETTERS)];
  return `-${letters.map((byte) => LETTERS_AND_DIGITS[byte % LETTERS_AND_DIGITS.length]).join("")}`;
}

/**
 * What a sign-in without a known device is given, in a pool that remembers devices (NewDeviceMetadata). Stores nothing.
 */
export async function newDevice(call: Call, pool: Pool): Promise<DeviceKeys> {
  const key = `${call.settings.region}_${crypto.randomUUID()}`;
  return { key, groupKey: await deviceGroupKey(call, pool.id, key) };
}
