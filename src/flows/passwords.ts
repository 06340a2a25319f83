import type { Call } from "../call.ts";
import { nameKey } from "../directory/names.ts";
import type { Pool } from "../directory/pools.ts";
import type { Credentials, User } from "../directory/users.ts";
import { fromHex, toHex, utf8 } from "../lib/encoding.ts";
import { hmacSha256 } from "../lib/hash.ts";
import { Refusal } from "../lib/refusal.ts";
import { dummyHash, hashPassword, verifyPassword } from "../mechanisms/factors/password-hash.ts";
import { checkPassword } from "../mechanisms/factors/password-policy.ts";
import { fakeVerifier, makeVerifier, type Verifier } from "../mechanisms/factors/srp.ts";

const DAY = 86_400_000;
const PEPPER = "password";
const VERIFIER = "srp-verifier";

/** The pool's part of SRP: the id after its underscore. */
export const srpPoolName = (poolId: string): string => poolId.slice(poolId.indexOf("_") + 1);

const boundTo = (user: { poolId: string; sub: string }) => `${user.poolId}/${user.sub}`;

/**
 * What is stored for a new password.
 * @param temporary it must be changed at first sign-in and expires after the pool's TemporaryPasswordValidityDays
 * @param before credentials that it replaces; their hash joins the history as long as the pool keeps one
 */
export async function makeCredentials(
  call: Call,
  pool: Pool,
  user: { poolId: string; sub: string; username: string },
  password: string,
  { temporary = false, before }: { temporary?: boolean; before?: Credentials | null } = {},
): Promise<Credentials> {
  const policy = pool.settings.Policies?.PasswordPolicy;
  const { salt, verifier } = await makeVerifier({ identity: srpPoolName(pool.id) + user.username, password });
  const days =
    policy?.TemporaryPasswordValidityDays || pool.settings.AdminCreateUserConfig?.UnusedAccountValidityDays || 7;
  const kept = Math.max((policy?.PasswordHistorySize ?? 0) - 1, 0);
  const history = before ? [before.hash, ...(before.history ?? [])].slice(0, kept) : [];
  const even = verifier.length % 2 === 0 ? verifier : `0${verifier}`;
  return {
    hash: await hashPassword(password, await call.keyring.newest(PEPPER)),
    salt,
    verifier: await call.keyring.seal(VERIFIER, fromHex(even) as Uint8Array<ArrayBuffer>, boundTo(user)),
    ...(temporary && { expiresAt: call.now + days * DAY }),
    ...(history.length > 0 && { history }),
  };
}

/**
 * Refuses a password that the pool's policy or history does not allow.
 * @param former the user's credentials, when there are any: history counts the present password as its first
 * @throws Refusal InvalidPasswordException, PasswordHistoryPolicyViolationException
 */
export async function checkNewPassword(
  call: Call,
  pool: Pool,
  password: string,
  former?: Credentials | null,
): Promise<void> {
  const fault = checkPassword(pool.settings.Policies?.PasswordPolicy, password);
  if (fault) throw new Refusal("InvalidPasswordException", fault);
  const size = pool.settings.Policies?.PasswordPolicy?.PasswordHistorySize ?? 0;
  if (!former || size === 0) return;
  for (const hash of [former.hash, ...(former.history ?? [])].slice(0, size)) {
    if (await verifyPassword(password, hash, (id) => call.keyring.byId(PEPPER, id))) {
      throw new Refusal("PasswordHistoryPolicyViolationException", "Password has been used before.");
    }
  }
}

/** Whether a password is the user's. Costs the same for a user who does not exist or has no password. */
export async function isPassword(call: Call, user: User | undefined, password: string): Promise<boolean> {
  const hash = user?.credentials?.hash ?? dummyHash((await call.keyring.newest(PEPPER)).id);
  const matches = await verifyPassword(password, hash, (id) => call.keyring.byId(PEPPER, id));
  return matches && Boolean(user?.credentials);
}

/** The SRP verifier of a user, or one that never fits for a user who does not exist or has no password: stable per name. */
export async function verifierOf(call: Call, pool: Pool, user: User | undefined, name: string): Promise<Verifier> {
  if (user?.credentials) {
    const { salt, verifier } = user.credentials;
    const bytes = await call.keyring.open(VERIFIER, verifier, boundTo(user));
    if (bytes) return { salt, verifier: toHex(bytes).replace(/^0+/, "") };
  }
  const key = await call.keyring.oldest("unknown-user");
  return fakeVerifier(await hmacSha256(key.bytes, utf8(`${pool.id}/${user?.sub ?? nameKey(pool, name)}`)));
}
