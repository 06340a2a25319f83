// MFA_SETUP on its way: between the challenge and its answer, an authenticator app is given its seed and proven.
// Session strings carry the seed, so that nothing is stored before it is proven.
import type { Call } from "../../../call.ts";
import { findClient } from "../../../directory/clients.ts";
import type { Statement } from "../../../directory/database.ts";
import { spentChallenge } from "../../../directory/spent-challenges.ts";
import { type Factors, type User, userBySub } from "../../../directory/users.ts";
import { changeFactors } from "../../change-factors.ts";
import {
  checkOffersApps,
  countProof,
  forgetProofs,
  judgeNewApp,
  type Proof,
  provenApp,
} from "../../enrol-software-token.ts";
import { checkLimit } from "../../hourly-limits.ts";
import { usableFactors, withFactor } from "../../mfa.ts";
import { newSeed, sealSeed } from "../../software-token.ts";
import { checkAccountState } from "../proofs/account-state.ts";
import { type Progress, standingOf } from "../session/progress.ts";
import { badSession, usedSession } from "../refusals.ts";
import { namesOfSession, openState, sealSession } from "../session/session-string.ts";
import type { Turn } from "../sign-in.ts";
import type { SetUp } from "../steps/mfa-setup.ts";

type State = Progress & SetUp;

/** @throws Refusal NotAuthorizedException */
async function open(call: Call, session: string): Promise<{ turn: Turn; state: State & { expiresAt: number } }> {
  const names = namesOfSession(session);
  const found = names && (await findClient(call.db, names.clientId, call.now));
  if (!found) throw badSession("names no client");
  const turn: Turn = { ...found, goal: names.goal, admin: false, given: {} };
  checkOffersApps(turn.pool);
  return { turn, state: await openState<State>(call, turn, "MFA_SETUP", session) };
}

/**
 * Refuses a sign-in of someone who has changed since they proved themselves, or who has a second factor by now: that
 * one is to be passed, not another to be set up beside it.
 * @throws Refusal NotAuthorizedException, PasswordResetRequiredException
 */
function checkDue(call: Call, { pool }: Turn, state: State, user: User | undefined): asserts user is User {
  if (!user || standingOf(user) !== state.standing) throw badSession("the user has changed");
  checkAccountState(user, call.now);
  if (usableFactors(pool, user).length > 0) throw usedSession();
}

/**
 * Gives the user of a sign-in under way a seed (Amazon Cognito API: AssociateSoftwareToken, Session).
 * @param session of MFA_SETUP
 * @returns the seed in base32, and the session that proves it
 * @throws Refusal NotAuthorizedException, SoftwareTokenMFANotFoundException
 */
export async function associateAtSignIn(call: Call, session: string): Promise<{ seed: string; session: string }> {
  const { turn, state } = await open(call, session);
  const [spent, [user]] = await call.db.batch([
    spentChallenge(call.db, state.id),
    userBySub(call.db, turn.pool.id, state.sub),
  ]);
  if (spent.length > 0) throw usedSession();
  checkDue(call, turn, state, user);
  const seed = newSeed();
  // The first seed gives the time that its step takes. Those after it give no more: the sign-in would go on for ever.
  const lifetime = state.seed === undefined ? undefined : state.expiresAt - call.now;
  return { seed, session: await sealSession(call, turn, "MFA_SETUP", { ...state, seed }, lifetime) };
}

/**
 * Takes a code as proof that the user's app has the seed (Amazon Cognito API: VerifySoftwareToken, Session). From here
 * on the app is asked for at every sign-in, whether or not this one comes to its end.
 * @param session of `associateAtSignIn`
 * @returns the session that answers MFA_SETUP
 * @throws Refusal EnableSoftwareTokenMFAException, NotAuthorizedException, LimitExceededException,
 *   SoftwareTokenMFANotFoundException, InvalidParameterException, TooManyRequestsException
 */
export async function verifyAtSignIn(call: Call, session: string, proof: Proof): Promise<string> {
  const { turn, state } = await open(call, session);
  const { pool } = turn;
  const [tries, spent, [user]] = await call.db.batch([
    countProof(call, pool, state.sub),
    spentChallenge(call.db, state.id),
    userBySub(call.db, pool.id, state.sub),
  ]);
  if (spent.length > 0) throw usedSession();
  checkLimit(tries);
  checkDue(call, turn, state, user);
  const { seed, ...rest } = state;
  const decide = async (now: User): Promise<Factors> => {
    checkDue(call, turn, state, now);
    const step = await judgeNewApp(call, seed, proof);
    const { pendingToken: _, ...factors } = now.factors;
    const softwareToken = provenApp(await sealSeed(call, now, seed as string), step, proof.name);
    return withFactor({ ...factors, softwareToken }, "SOFTWARE_TOKEN_MFA");
  };
  const along = (): Statement[] => [forgetProofs(call, pool, state.sub)];
  await changeFactors(call, pool, user, decide, along);
  return sealSession(call, turn, "MFA_SETUP", { ...rest, verified: true } satisfies State);
}
