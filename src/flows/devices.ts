import type {
  DeviceConfigurationType,
  DeviceSecretVerifierConfigType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import type { Device } from "../directory/devices.ts";
import type { Pool } from "../directory/pools.ts";
import { fromBase64 } from "../lib/encoding.ts";
import { Refusal } from "../lib/refusal.ts";
import { parseVerifier, type Verifier } from "../mechanisms/factors/srp.ts";

const VERIFIER = "device-verifier";

/** Characters of base64 that the bytes of an SRP number take, with one for its sign. */
const LONGEST = Math.ceil(385 / 3) * 4;

/** The same for a key that nobody has and for another user's. Clients that get it sign in again without a device. */
export const deviceNotFound = (): Refusal => new Refusal("ResourceNotFoundException", "Device does not exist.");

/** Whether the pool remembers devices. */
export const tracksDevices = ({ settings }: Pool): boolean => settings.DeviceConfiguration !== undefined;

/** How a pool remembers devices. @throws Refusal InvalidUserPoolConfigurationException where it does not */
export function deviceConfiguration({ settings }: Pool): DeviceConfigurationType {
  if (settings.DeviceConfiguration) return settings.DeviceConfiguration;
  throw new Refusal("InvalidUserPoolConfigurationException", "Device tracking is not enabled for the user pool.");
}

/**
 * Reads what a client made of the secret that it keeps (Amazon Cognito API: ConfirmDevice).
 * @throws Refusal InvalidParameterException where it is missing, malformed, or could be proven by anybody
 */
export function readVerifier(config: DeviceSecretVerifierConfigType | undefined): Verifier {
  const { Salt = "", PasswordVerifier = "" } = config ?? {};
  const [salt, verifier] = [Salt, PasswordVerifier].map((text) => (text.length > LONGEST ? null : fromBase64(text)));
  const parsed = salt && verifier && parseVerifier({ salt, verifier });
  if (parsed) return parsed;
  throw new Refusal("InvalidParameterException", "DeviceSecretVerifierConfig is not a valid salt and verifier.");
}

/**
 * Characters of a user agent that are kept, as many as a device's name may have (Amazon Cognito API: DeviceNameType).
 */
const LONGEST_USER_AGENT = 1_024;

/** What a device is remembered with of the call that makes it. */
export const firstSeen = ({ from, now }: Call) => ({
  lastIp: from.ip ?? null,
  sdk: from.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
  createdAt: now,
  modifiedAt: now,
  lastAuthenticatedAt: now,
});

const boundTo = ({ poolId, sub, key }: Pick<Device, "poolId" | "sub" | "key">) => JSON.stringify([poolId, sub, key]);

/** A verifier as a device's row keeps it. */
export const sealVerifier = (
  call: Call,
  device: Pick<Device, "poolId" | "sub" | "key">,
  verifier: Verifier,
): Promise<string> => call.keyring.sealJson(VERIFIER, verifier, boundTo(device));

/** The verifier of a device; undefined for a browser, and once the master key that sealed it was retired. */
export async function verifierOfDevice(call: Call, device: Device): Promise<Verifier | undefined> {
  if (device.verifier === null) return undefined;
  return (await call.keyring.openJson<Verifier>(VERIFIER, device.verifier, boundTo(device))) ?? undefined;
}
