import type { ConfirmDeviceCommandInput, ConfirmDeviceCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { isTaken } from "../../directory/database.ts";
import { confirmDevice, type Device } from "../../directory/devices.ts";
import { deviceGroupKey } from "../../flows/device-keys.ts";
import { deviceConfiguration, firstSeen, readVerifier, sealVerifier } from "../../flows/devices.ts";
import { Refusal } from "../../lib/refusal.ts";
import { withAccessToken } from "../operation.ts";

/**
 * Amazon Cognito API: ConfirmDevice. The key is the one that the caller's own sign-in was given (NewDeviceMetadata): it
 * is kept with their session until a device is made of it here.
 */
export const ConfirmDevice = withAccessToken<ConfirmDeviceCommandInput, ConfirmDeviceCommandOutput>(
  async (call, input, { pool, user, session }) => {
    const onPrompt = deviceConfiguration(pool).DeviceOnlyRememberedOnUserPrompt ?? false;
    const at = { poolId: pool.id, sub: user.sub, key: input.DeviceKey };
    const device: Device = {
      ...at,
      groupKey: await deviceGroupKey(call, pool.id, input.DeviceKey),
      name: input.DeviceName ?? null,
      verifier: await sealVerifier(call, at, readVerifier(input.DeviceSecretVerifierConfig)),
      secretHash: null,
      remembered: !onPrompt,
      ...firstSeen(call),
    };
    try {
      const [added] = await call.db.batch([confirmDevice(call.db, device, session)]);
      // What Cognito says of a key that the sign-in was not given, rather than that there is no such device.
      if (added.length === 0) throw new Refusal("InvalidParameterException", "Invalid device key given.");
    } catch (error) {
      if (!isTaken(error, "devices")) throw error;
      throw new Refusal("DeviceKeyExistsException", "Device already exists with the key.");
    }
    return { UserConfirmationNecessary: onPrompt };
  },
);
