import type {
  AdminUpdateDeviceStatusCommandInput,
  AdminUpdateDeviceStatusCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { setRemembered } from "../../directory/devices.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { deviceConfiguration, deviceNotFound } from "../../flows/devices.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { isToBeRemembered } from "./remembered-status.ts";

/** Amazon Cognito API: AdminUpdateDeviceStatus. */
export const AdminUpdateDeviceStatus = signed<
  AdminUpdateDeviceStatusCommandInput,
  AdminUpdateDeviceStatusCommandOutput
>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  deviceConfiguration(pool);
  const remembered = isToBeRemembered(input.DeviceRememberedStatus);
  const [[user], changed] = await call.db.batch([
    userByName(call.db, pool, input.Username),
    setRemembered(call.db, pool.id, subOf(pool, input.Username), input.DeviceKey, remembered, call.now),
  ]);
  if (!user) throw userNotFound();
  if (changed.length === 0) throw deviceNotFound();
  return {};
});
