import type { Call } from "../call.ts";
import { clearAttempts } from "../directory/attempts.ts";
import type { Pool } from "../directory/pools.ts";
import { type Factors, type User, userBySub } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { changeFactors } from "./change-factors.ts";
import { checkLimit, countTry } from "./hourly-limits.ts";
import { poolFactors } from "./mfa.ts";
import { userNotFound } from "./resolve.ts";
import { matchesSeed, newSeed, noSoftwareToken, openSeed, sealSeed } from "./software-token.ts";

/** UTF-16 units of FriendlyDeviceName, which the service model leaves as long as any text. */
const LONGEST_NAME = 256;

/** A code that is to prove a new authenticator app. */
export interface Proof {
  code: string;
  /** FriendlyDeviceName. */
  name?: string | undefined;
}

/** @throws Refusal SoftwareTokenMFANotFoundException where the pool does not offer authenticator apps */
export function checkOffersApps(pool: Pool): void {
  if (!poolFactors(pool).includes("SOFTWARE_TOKEN_MFA")) throw noSoftwareToken("not among the pool's factors");
}

/** Counts a try to prove a new app; a statement for the batch that reads the user. */
export const countProof = (call: Call, pool: Pool, sub: string) =>
  countTry(call, { poolId: pool.id, subject: sub, kind: "verify-software-token" });

/** Forgets the tries once one was right. A statement. */
export const forgetProofs = (call: Call, pool: Pool, sub: string) =>
  clearAttempts(call.db, { poolId: pool.id, subject: sub, kind: "verify-software-token" });

/**
 * Judges the code of a new app.
 * @param seed in base32; undefined where none waits, which is answered as a wrong code is
 * @returns the time step of the code
 * @throws Refusal EnableSoftwareTokenMFAException, InvalidParameterException
 */
export async function judgeNewApp(call: Call, seed: string | undefined, { code, name = "" }: Proof): Promise<number> {
  if (name.length > LONGEST_NAME) throw new Refusal("InvalidParameterException", "FriendlyDeviceName is too long.");
  const step = seed === undefined ? undefined : await matchesSeed(call, seed, code);
  if (step === undefined) {
    const reason = seed === undefined ? "no seed waits" : "mismatch";
    throw new Refusal("EnableSoftwareTokenMFAException", "Code mismatch", { reason });
  }
  return step;
}

/**
 * A proven app as it is kept.
 * @param seed sealed.
 * @param step of the code that proved it, which is used up with that
 */
export const provenApp = (
  seed: string,
  step: number,
  name: string | undefined,
): NonNullable<Factors["softwareToken"]> => ({ seed, step, ...(name && { name }) });

/**
 * Gives a signed-in user the seed of a new authenticator app (Amazon Cognito API: AssociateSoftwareToken). The app that
 * they have stays in force until the new one is proven; a seed that was given out before and not proven is void.
 * @returns the seed in base32: SecretCode
 * @throws Refusal SoftwareTokenMFANotFoundException, TooManyRequestsException
 */
export async function associateSoftwareToken(call: Call, pool: Pool, user: User): Promise<string> {
  checkOffersApps(pool);
  const seed = newSeed();
  const pendingToken = await sealSeed(call, user, seed);
  await changeFactors(call, pool, user, ({ factors }) => ({ ...factors, pendingToken }));
  return seed;
}

/**
 * Takes a code as proof that a signed-in user's new app has its seed (Amazon Cognito API: VerifySoftwareToken). The app
 * replaces the one before; whether it is asked for is SetUserMFAPreference's matter.
 * @throws Refusal EnableSoftwareTokenMFAException, SoftwareTokenMFANotFoundException, LimitExceededException,
 *   InvalidParameterException, TooManyRequestsException
 */
export async function verifySoftwareToken(call: Call, pool: Pool, { sub }: User, proof: Proof): Promise<void> {
  checkOffersApps(pool);
  const [tries, [user]] = await call.db.batch([countProof(call, pool, sub), userBySub(call.db, pool.id, sub)]);
  checkLimit(tries);
  if (!user) throw userNotFound();
  const decide = async ({ poolId, factors: { pendingToken, ...factors } }: User): Promise<Factors> => {
    const seed = pendingToken && (await openSeed(call, { poolId, sub }, pendingToken));
    const step = await judgeNewApp(call, seed, proof);
    return { ...factors, softwareToken: provenApp(pendingToken as string, step, proof.name) };
  };
  await changeFactors(call, pool, user, decide, () => [forgetProofs(call, pool, sub)]);
}
