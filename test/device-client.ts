import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { call, makeClient, makePool, makeUser, signIn } from "./client.ts";
import { pad, power, startSrp } from "./mechanisms/factors/plain-srp-client.ts";
import { srpTimestamp } from "./srp-client.ts";

/** What a sign-in gives a device that is not known yet. */
export interface NewDevice {
  DeviceKey: string;
  DeviceGroupKey: string;
}

const hash = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

/** What a program makes of the keys that it was given: a secret that it keeps, and the verifier that it sends. */
export function makeDevice({ DeviceKey, DeviceGroupKey }: NewDevice) {
  const password = randomBytes(40).toString("base64");
  const salt = pad(number(randomBytes(16)));
  const identity = DeviceGroupKey + DeviceKey;
  const x = number(hash(salt, hash(Buffer.from(`${identity}:${password}`))));
  const DeviceSecretVerifierConfig = {
    Salt: salt.toString("base64"),
    PasswordVerifier: pad(power(2n, x)).toString("base64"),
  };
  /** Opens an exchange: `SRP_A`, and the answer to the DEVICE_PASSWORD_VERIFIER that follows. */
  const open = () => {
    const { A, sign } = startSrp();
    const answer = (parameters: Record<string, string>, at = new Date(), secret = password) => {
      const { SALT = "", SRP_B = "", SECRET_BLOCK = "", USERNAME = "" } = parameters;
      const secretBlock = Buffer.from(SECRET_BLOCK, "base64");
      const timestamp = srpTimestamp(at);
      return {
        USERNAME,
        DEVICE_KEY: DeviceKey,
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: sign({ identity, password: secret, salt: SALT, B: SRP_B, secretBlock, timestamp }),
        TIMESTAMP: timestamp,
      };
    };
    return { SRP_A: A, answer };
  };
  return { DeviceKey, DeviceGroupKey, DeviceSecretVerifierConfig, open };
}

/** A pool that remembers devices, with a client and a user. */
export async function trackingPool(DeviceConfiguration: object = {}, settings: object = {}) {
  const UserPoolId = await makePool({ DeviceConfiguration, ...settings });
  const { ClientId } = await makeClient(UserPoolId);
  const sub = await makeUser(UserPoolId, "jane");
  return { UserPoolId, ClientId, Username: "jane", sub };
}

/** Signs in by password from a device that is not known yet, and confirms it. */
export async function confirmedDevice(ClientId: string, Username: string, more: object = {}) {
  const { AuthenticationResult } = await signIn(ClientId, Username);
  const { AccessToken, RefreshToken, NewDeviceMetadata } = AuthenticationResult;
  const device = makeDevice(NewDeviceMetadata);
  const { DeviceKey, DeviceSecretVerifierConfig } = device;
  const { UserConfirmationNecessary } = await call("ConfirmDevice", {
    AccessToken,
    DeviceKey,
    DeviceSecretVerifierConfig,
    ...more,
  });
  return { ...device, AccessToken, RefreshToken, UserConfirmationNecessary };
}
