import type {
  AdminGetDeviceCommandInput,
  AdminGetDeviceCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { deviceOf } from "../../directory/devices.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { deviceConfiguration, deviceNotFound } from "../../flows/devices.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { toAdminDeviceType } from "./device-shape.ts";

/** Amazon Cognito API: AdminGetDevice. */
export const AdminGetDevice = signed<AdminGetDeviceCommandInput, AdminGetDeviceCommandOutput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  deviceConfiguration(pool);
  const [[user], [device]] = await call.db.batch([
    userByName(call.db, pool, input.Username),
    deviceOf(call.db, pool.id, subOf(pool, input.Username), input.DeviceKey),
  ]);
  if (!user) throw userNotFound();
  if (!device) throw deviceNotFound();
  return { Device: toAdminDeviceType(call, device, user) };
});
