import type { Call } from "../call.ts";
import {
  type BrowserSession,
  browserSessionById,
  openBrowserSession,
  subOfBrowserSession,
} from "../directory/browser-sessions.ts";
import type { Statement } from "../directory/database.ts";
import { type Group, groupsOf } from "../directory/groups.ts";
import { type ClientSettings, mfaMode, type PoolSettings } from "../directory/pool.ts";
import type { Pool } from "../directory/pools.ts";
import { browserMinutesNow, longestBrowserMinutes } from "../directory/session-settings.ts";
import { type User, userBySub } from "../directory/users.ts";
import { equalText } from "../lib/constant-time.ts";
import { hashSecret, newSecret } from "./cookie-secret.ts";

const MINUTE = 60_000;

/**
 * Prepares the session of a browser whose user has just signed in. Its secret is always new: what the browser brought
 * along opens nothing any more (session fixation). Only where that proves a session of the same user does its id stay,
 * by which clients know whom a later sign-out is about (`sid`). It lives for as long as any client of the pool may take
 * it, whatever the client that it was opened for says (Amazon Cognito API: ClientSSOSessionConfigType). Nothing is
 * stored until `statements` run, whose result has a row, with the session's id, exactly when the user is still as the
 * sign-in saw them.
 * @param amr how they proved themselves (RFC 8176)
 * @param cookie what the browser brought along
 * @returns also the value of the cookie by that id: it holds the secret, of which only the hash is kept
 */
export async function newBrowserSession(
  call: Call,
  { pool, user }: { pool: Pool; user: User },
  amr: string[],
  cookie: string | undefined,
): Promise<{
  session: Omit<BrowserSession, "id">;
  cookieOf: (id: string) => string;
  statements: (revision: string) => [Statement];
}> {
  const secret = newSecret();
  const held = readCookie(cookie);
  const before = held && { id: held.id, secretHash: await hashSecret(held.secret) };
  const session = {
    poolId: user.poolId,
    sub: user.sub,
    secretHash: await hashSecret(secret),
    authTime: Math.floor(call.now / 1000),
    amr,
    createdAt: call.now,
    expiresAt: call.now + longestBrowserMinutes(pool.settings) * MINUTE,
  };
  const fresh = { ...session, id: crypto.randomUUID() };
  return {
    session,
    cookieOf: (id) => `${id}.${secret}`,
    statements: (revision) => [openBrowserSession(call.db, fresh, { revision }, before)],
  };
}

const COOKIE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

function readCookie(cookie: string | undefined): { id: string; secret: string } | undefined {
  const [, id, secret] = COOKIE.exec(cookie ?? "") ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** A browser session that counts, with its user. */
export interface LiveSession {
  session: BrowserSession;
  user: User;
  groups: Group[];
}

/**
 * The session that a cookie proves, if it counts: not ended or expired, of a user who may still sign in. One hop; none
 * where there is no cookie. Whether a client may take it without asking is another question: see `isRecentFor`.
 */
export async function liveSession(
  call: Call,
  poolId: string,
  cookie: string | undefined,
): Promise<LiveSession | undefined> {
  const held = readCookie(cookie);
  if (!held) return undefined;
  const { id, secret } = held;
  const sub = subOfBrowserSession(poolId, id);
  const [[session], [user], groups] = await call.db.batch([
    browserSessionById(call.db, poolId, id),
    userBySub(call.db, poolId, sub),
    groupsOf(call.db, poolId, sub),
  ]);
  if (!session || !user || session.expiresAt <= call.now) return undefined;
  if (!equalText(await hashSecret(secret), session.secretHash)) return undefined;
  return user.enabled && user.status === "CONFIRMED" ? { session, user, groups } : undefined;
}

/**
 * Whether a session was opened by as much as its pool demands now: one that was opened by a password alone counts no more
 * once the pool demands a second factor (RFC 8176, `mfa`).
 */
export const isEnoughFor = ({ settings }: Pool, { session }: LiveSession): boolean =>
  mfaMode(settings) !== "ON" || session.amr.includes("mfa");

/**
 * Whether a client takes a session without asking the person: the sign-in that opened it, or opened it again, was not
 * too long ago for it (Amazon Cognito API: ClientSSOSessionConfigType, MaxValidityMinutes).
 */
export const isRecentFor = (
  { now }: Pick<Call, "now">,
  { pool, client }: { pool: { settings: PoolSettings }; client: { settings: ClientSettings } },
  { session }: LiveSession,
): boolean => now - session.createdAt < browserMinutesNow(pool.settings, client.settings) * MINUTE;

/**
 * The session that a cookie proves, whether or not it still counts: one of a user who was disabled, say, can be ended. One
 * hop; none where there is no cookie.
 */
export async function provenSession(
  call: Call,
  poolId: string,
  cookie: string | undefined,
): Promise<BrowserSession | undefined> {
  const held = readCookie(cookie);
  if (!held) return undefined;
  const { id, secret } = held;
  const [session] = await browserSessionById(call.db, poolId, id);
  return session && equalText(await hashSecret(secret), session.secretHash) ? session : undefined;
}
