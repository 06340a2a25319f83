import type { Call } from "../call.ts";
import type { User } from "../directory/users.ts";
import { fromBase32, toBase32 } from "../lib/base32.ts";
import { fromUtf8, utf8 } from "../lib/encoding.ts";
import { Refusal } from "../lib/refusal.ts";
import { makeSeed, matchTotp } from "../mechanisms/factors/totp.ts";

const PURPOSE = "software-token";

/** Whose seed it is. */
type Owner = Pick<User, "poolId" | "sub">;

const boundTo = ({ poolId, sub }: Owner) => JSON.stringify([poolId, sub]);

/** The answer where a pool has no authenticator apps, or a user has none. */
export const noSoftwareToken = (reason: string): Refusal =>
  new Refusal("SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool", {
    reason,
  });

/** The answer to a code that was taken before. */
export const usedCode = (): Refusal =>
  new Refusal("ExpiredCodeException", "Your software token has already been used once.");

/** A fresh seed in base32, as authenticator apps take it: SecretCode. */
export const newSeed = (): string => toBase32(makeSeed());

/** Seals a seed (base32) for keeping with its user. */
export const sealSeed = (call: Call, owner: Owner, seed: string): Promise<string> =>
  call.keyring.seal(PURPOSE, utf8(seed), boundTo(owner));

/**
 * The seed that `sealSeed` sealed for this user, in base32; undefined for another's, or once its master key was
 * retired.
 */
export async function openSeed(call: Call, owner: Owner, sealed: string): Promise<string | undefined> {
  const opened = await call.keyring.open(PURPOSE, sealed, boundTo(owner));
  return (opened && fromUtf8(opened)) ?? undefined;
}

/**
 * The time step whose code for a seed (base32) this is, undefined when it is none of now (RFC 6238, one step either
 * way).
 */
export async function matchesSeed(call: Call, seed: string, code: string): Promise<number | undefined> {
  const bytes = fromBase32(seed);
  return bytes ? matchTotp(bytes, code, call.now) : undefined;
}

/**
 * Judges a code of a user's authenticator app. Each step's code is taken once (RFC 6238 §5.2): whoever goes on must
 * write `step` to `factors.softwareToken`, guarded by the user's revision, before anything is given for it.
 * @throws Refusal SoftwareTokenMFANotFoundException for a user without app, CodeMismatchException, ExpiredCodeException
 *   for the code of a step that was used, or of one before it
 */
export async function judgeTotp(call: Call, user: User, code: string): Promise<{ step: number }> {
  const held = user.factors.softwareToken;
  if (!held) throw noSoftwareToken("the user has none");
  const seed = await openSeed(call, user, held.seed);
  const step = seed === undefined ? undefined : await matchesSeed(call, seed, code);
  if (step === undefined) {
    const reason = seed === undefined ? "the seed does not open" : "mismatch";
    throw new Refusal("CodeMismatchException", "Invalid code received for user", { reason });
  }
  if (step <= held.step) throw usedCode();
  return { step };
}
