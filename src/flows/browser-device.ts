import type { Call } from "../call.ts";
import { addDevice, type Device } from "../directory/devices.ts";
import type { Statement } from "../directory/database.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { equalText } from "../lib/constant-time.ts";
import { toBase64Url, utf8 } from "../lib/encoding.ts";
import { sha256 } from "../lib/hash.ts";
import { newDevice } from "./device-keys.ts";

const SECRET_BYTES = 32;
const COOKIE = /^([\w-]{1,18}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

/** Characters of a user agent that are kept, as many as a device's name may have (Amazon Cognito API: DeviceNameType). */
export const LONGEST_USER_AGENT = 1_024;

const hashOf = async (secret: string): Promise<string> => toBase64Url(await sha256(utf8(secret)));

/**
 * Prepares to remember the browser that a user signs in with. Nothing is stored until `statement` runs, together with what
 * opens their session.
 * @returns also the value of the cookie by which the browser proves itself from then on: of its secret only the hash is kept
 */
export async function trustBrowser(
  call: Call,
  pool: Pool,
  user: User,
): Promise<{ cookie: string; device: Device; statement: Statement }> {
  const secret = toBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  const { key, groupKey } = await newDevice(call, pool);
  const device: Device = {
    poolId: pool.id,
    key,
    sub: user.sub,
    groupKey,
    name: null,
    verifier: null,
    secretHash: await hashOf(secret),
    remembered: true,
    lastIp: call.from.ip ?? null,
    sdk: call.from.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    createdAt: call.now,
    modifiedAt: call.now,
    lastAuthenticatedAt: call.now,
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
  const proven = equalText(await hashOf(secret), device.secretHash);
  const theirs = device.key === key && device.poolId === user.poolId && device.sub === user.sub;
  return proven && theirs && device.remembered ? device : undefined;
}
