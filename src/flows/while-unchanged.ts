import type { Call } from "../call.ts";
import { type User, userBySub } from "../directory/users.ts";

const TRIES = 3;

/**
 * Opens something for a user as they were seen, and once more when they were written meanwhile in ways that do not matter
 * to a sign-in (an attribute, say). A password, status, second factor or sign-out that changed ends it.
 * @param open runs statements of which the last has a row exactly when the user has this revision
 * @param once whether a second try would repeat writes of the first
 * @returns that row, or undefined when nothing was opened
 */
export async function whileUnchanged(
  call: Call,
  user: User,
  open: (revision: string) => Promise<readonly unknown[]>,
  { once = false }: { once?: boolean } = {},
): Promise<unknown> {
  let seen = user;
  for (let tries = 0; tries < TRIES; tries++) {
    const results = await open(seen.revision);
    const [row] = results.at(-1) as unknown[];
    if (row !== undefined) return row;
    const [now] = await userBySub(call.db, user.poolId, user.sub);
    if (once || !now || !sameStanding(seen, now)) return undefined;
    seen = now;
  }
  return undefined;
}

const sameStanding = (before: User, now: User): boolean =>
  now.enabled &&
  now.status === before.status &&
  now.signedOutAt === before.signedOutAt &&
  now.credentials?.hash === before.credentials?.hash &&
  JSON.stringify(now.factors.mfa ?? []) === JSON.stringify(before.factors.mfa ?? []);
