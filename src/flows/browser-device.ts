import type { Call } from "../call.ts";
import { addDevice, type Device } from "../directory/devices.ts";
import type { Statement } from "../directory/database.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { equalText } from "../lib/constant-time.ts";
import { hashSecret, newSecret } from "./cookie-secret.ts";
import { newDevice } from "./device-keys.ts";
import { firstSeen } from "./devices.ts";

const COOKIE = /^([\w-]{1,18}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/**
 * Prepares to remember the browser that a user signs in with. Nothing is stored until `statement` runs, together with
 * what opens their session.
 * @returns also the value of the cookie by which the browser proves itself from then on: of its secret only the hash is
 *   kept
 */
export async function trustBrowser(
  call: Call,
  pool: Pool,
  user: User,
): Promise<{ cookie: string; device: Device; statement: Statement }> {
  const secret = newSecret();
  const { key, groupKey } = await newDevice(call, pool);
  const device: Device = {
    poolId: pool.id,
    key,
    sub: user.sub,
    groupKey,
    name: null,
    verifier: null,
    secretHash: await hashSecret(secret),
    remembered: true,
    ...firstSeen(call),
  };
  return { cookie: `${key}.${secret}`, device, statement: addDevice(call.db, device, user) };
}

/** The device key that a browser's cookie names, for `deviceByKey`; undefined where there is no cookie of this form. */
export const keyOfBrowser = (cookie: string | undefined): string | undefined => COOKIE.exec(cookie ?? "")?.[1];

/**
 * The browser that a cookie proves, if this user has it remembered.
 * @param device the row with the key that `keyOfBrowser` read
 */
export async function browserDevice(
  device: Device | undefined,
  cookie: string | undefined,
  user: Pick<User, "poolId" | "sub">,
): Promise<Device | undefined> {
  const [, key, secret] = COOKIE.exec(cookie ?? "") ?? [];
  if (!device || secret === undefined || device.secretHash === null) return undefined;
  const proven = equalText(await hashSecret(secret), device.secretHash);
  const theirs = device.key === key && device.poolId === user.poolId && device.sub === user.sub;
  return proven && theirs && device.remembered ? device : undefined;
}
