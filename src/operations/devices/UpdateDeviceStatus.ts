import type {
  UpdateDeviceStatusCommandInput,
  UpdateDeviceStatusCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { setRemembered } from "../../directory/devices.ts";
import { deviceConfiguration, deviceNotFound } from "../../flows/devices.ts";
import { withAccessToken } from "../operation.ts";
import { isToBeRemembered } from "./remembered-status.ts";

/** Amazon Cognito API: UpdateDeviceStatus. */
export const UpdateDeviceStatus = withAccessToken<UpdateDeviceStatusCommandInput, UpdateDeviceStatusCommandOutput>(
  async (call, input, { pool, user }) => {
    deviceConfiguration(pool);
    const remembered = isToBeRemembered(input.DeviceRememberedStatus);
    const changed = await setRemembered(call.db, pool.id, user.sub, input.DeviceKey, remembered, call.now);
    if (changed.length === 0) throw deviceNotFound();
    return {};
  },
);
