import type { SQL } from "drizzle-orm";
import type { Call } from "../../../call.ts";
import { type Device, deviceByKey } from "../../../directory/devices.ts";
import { groupsOf } from "../../../directory/groups.ts";
import { type User, userBySub } from "../../../directory/users.ts";
import { browserDevice, keyOfBrowser } from "../../browser-device.ts";
import type { Turn } from "../sign-in.ts";

/**
 * The statements by which a sign-in reads its user: with groups, and the device that they sign in from. For a batch.
 */
export const readUser = (call: Call, turn: Turn, sub: string | SQL) =>
  [
    userBySub(call.db, turn.pool.id, sub),
    groupsOf(call.db, turn.pool.id, sub),
    deviceByKey(call.db, turn.pool.id, turn.given.DEVICE_KEY ?? keyOfBrowser(turn.deviceCookie) ?? ""),
  ] as const;

/**
 * The device that was read, if the user's devices are remembered and it is one of them. A browser's cookie proves it
 * here and now; a program is yet to prove it (DEVICE_SRP_AUTH).
 */
export async function knownDevice(
  { pool, goal, deviceCookie }: Turn,
  user: User | undefined,
  device: Device | undefined,
): Promise<Device | undefined> {
  if (!pool.settings.DeviceConfiguration || !user || device?.sub !== user.sub) return undefined;
  if (device.secretHash !== null) return browserDevice(device, deviceCookie, user);
  // The pages have no way to ask for its proof, and take its key from a cookie that anyone can write.
  return goal === "tokens" ? device : undefined;
}
