import type { AdminForgetDeviceCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { forgetDevice } from "../../directory/devices.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { deviceConfiguration, deviceNotFound } from "../../flows/devices.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminForgetDevice. */
export const AdminForgetDevice = signed<AdminForgetDeviceCommandInput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  deviceConfiguration(pool);
  const at = { poolId: pool.id, sub: subOf(pool, input.Username), key: input.DeviceKey };
  const [[user], , , , forgotten] = await call.db.batch([
    userByName(call.db, pool, input.Username),
    ...forgetDevice(call.db, at, { now: call.now }),
  ]);
  if (!user) throw userNotFound();
  if (forgotten.length === 0) throw deviceNotFound();
});
