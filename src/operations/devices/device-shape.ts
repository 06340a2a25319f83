import type { AttributeType, DeviceType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Device } from "../../directory/devices.ts";
import type { User } from "../../directory/users.ts";

const listed = (attributes: Record<string, string | null>): AttributeType[] =>
  Object.entries(attributes).flatMap(([Name, Value]) => (Value === null ? [] : [{ Name, Value }]));

/**
 * A device as its user sees it (Amazon Cognito API: DeviceType). One that was given no name, such as every browser,
 * goes by its user agent.
 */
export const toDeviceType = (device: Device): DeviceType => ({
  DeviceKey: device.key,
  DeviceAttributes: listed({
    device_status: "valid",
    device_name: device.name ?? device.sdk,
    last_ip_used: device.lastIp,
  }),
  DeviceCreateDate: new Date(device.createdAt),
  DeviceLastModifiedDate: new Date(device.modifiedAt),
  DeviceLastAuthenticatedDate: new Date(device.lastAuthenticatedAt),
});

/** A device as administrators see it: also with the attributes whose names begin with `dev:`. */
export function toAdminDeviceType(call: Call, device: Device, user: User): DeviceType {
  const { region, accountId } = call.settings;
  const owner = `${user.username}.${device.poolId}`;
  const { DeviceAttributes = [], ...seen } = toDeviceType(device);
  return {
    ...seen,
    DeviceAttributes: [
      ...DeviceAttributes,
      ...listed({
        "dev:device_arn": `arn:aws:cognito-idp:${region}:${accountId}:owner/${owner}/device/${device.key}`,
        "dev:device_owner": owner,
        "dev:device_remembered_status": device.remembered ? "remembered" : "not_remembered",
        "dev:device_sdk": device.sdk,
      }),
    ],
  };
}
