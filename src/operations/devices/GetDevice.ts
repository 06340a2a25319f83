import type { GetDeviceCommandInput, GetDeviceCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { deviceOf } from "../../directory/devices.ts";
import { deviceConfiguration, deviceNotFound } from "../../flows/devices.ts";
import { withAccessToken } from "../operation.ts";
import { toDeviceType } from "./device-shape.ts";

/** Amazon Cognito API: GetDevice. */
export const GetDevice = withAccessToken<GetDeviceCommandInput, GetDeviceCommandOutput>(
  async (call, input, { pool, user }) => {
    deviceConfiguration(pool);
    const [device] = await deviceOf(call.db, pool.id, user.sub, input.DeviceKey);
    if (!device) throw deviceNotFound();
    return { Device: toDeviceType(device) };
  },
);
