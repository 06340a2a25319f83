import type { ForgetDeviceCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { forgetDevice } from "../../directory/devices.ts";
import { deviceConfiguration, deviceNotFound } from "../../flows/devices.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: ForgetDevice. */
export const ForgetDevice = withAccessToken<ForgetDeviceCommandInput>(async (call, input, { pool, user, session }) => {
  deviceConfiguration(pool);
  const at = { poolId: pool.id, sub: user.sub, key: input.DeviceKey };
  const [, , , forgotten] = await call.db.batch(forgetDevice(call.db, at, { caller: session, now: call.now }));
  if (forgotten.length === 0) throw deviceNotFound();
});
