import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";

/**
 * The cookies of the pages. Over HTTPS their names have the prefix `__Host-`: only this very host can set them, so that no
 * sibling host can plant a session (RFC 6265bis §4.1.3.2). Plain HTTP, on a developer's machine, cannot have it.
 */
const isSecure = (c: Context): boolean => new URL(c.req.url).protocol === "https:";
const nameOf = (c: Context, name: string): string => (isSecure(c) ? `__Host-${name}` : name);
const options = (c: Context): CookieOptions => ({ path: "/", httpOnly: true, sameSite: "Lax", secure: isSecure(c) });

export const readCookie = (c: Context, name: string): string | undefined => getCookie(c, nameOf(c, name));

/** @param seconds that the browser keeps it; as long as it runs unless said */
export const writeCookie = (c: Context, name: string, value: string, seconds?: number): void =>
  setCookie(c, nameOf(c, name), value, { ...options(c), ...(seconds !== undefined && { maxAge: seconds }) });

export const dropCookie = (c: Context, name: string): void => {
  deleteCookie(c, nameOf(c, name), options(c));
};

const SESSION = "limen.";

/** The cookie of a browser session: one for each pool, since several may share the worker's own host. */
export const sessionCookie = (poolId: string): string => `${SESSION}${poolId}`;

/** The cookie of a browser that a user of a pool has remembered as theirs. */
export const deviceCookie = (poolId: string): string => `limen-device.${poolId}`;

/** Seconds that it is kept: as long as browsers keep any (RFC 6265bis §5.5). */
export const DEVICE_COOKIE_LIFETIME = 400 * 24 * 3600;

/** Ids of the pools that the browser has cookies of sessions for. What they prove is another matter. */
export function poolsOfCookies(c: Context): string[] {
  const prefix = nameOf(c, SESSION);
  const names = Object.keys(getCookie(c));
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}
