// The two codes of a device's request (RFC 8628 §3.2): one for the person, short and looked up; one for the device, sealed.
import type { Call } from "../../../call.ts";
import type { Client } from "../../../directory/clients.ts";
import { randomText } from "../../../lib/random.ts";

/** RFC 8628 §6.1: consonants, which spell no words and do not look like digits. */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
const OTHERS = new RegExp(`[^${ALPHABET}]`, "g");
const LENGTH = 8;

/** A user code as it is kept, 35 bits: without its dash. */
export const newUserCode = (): string => randomText(LENGTH, ALPHABET);

/** A user code as people see it. */
export const showUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/**
 * The user code in what a person typed, in upper or lower case, whatever stands between the letters (RFC 8628 §6.1).
 * Undefined where it cannot be one.
 */
export function readUserCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(OTHERS, "");
  return code.length === LENGTH ? code : undefined;
}

/** What a device code stands for. It cannot be made from the user code, which other people see. */
export interface DeviceCode {
  userCode: string;
  /** Id of the session that the code gives, which says whose request under the user code it is about. */
  session: string;
  /** Where it is marked as spent. */
  shard: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const PURPOSE = "device-code";

/** It counts for the client alone that it was made for (RFC 8628 §3.4). */
const boundTo = (client: Client): string => JSON.stringify([client.poolId, client.id]);

export const sealDeviceCode = (call: Call, client: Client, code: DeviceCode): Promise<string> =>
  call.keyring.sealJson(PURPOSE, code, boundTo(client));

/** @returns what the code stands for, or null when it is foreign, altered, or another client's */
export const openDeviceCode = (call: Call, client: Client, sealed: string): Promise<DeviceCode | null> =>
  call.keyring.openJson(PURPOSE, sealed, boundTo(client));
