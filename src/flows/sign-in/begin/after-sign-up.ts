// From sign-up into sign-in: whoever has confirmed by the code that was sent to them need not prove themselves again
// (Amazon Cognito API: SignUp, ConfirmSignUp and InitiateAuth, Session).
import type { Call } from "../../../call.ts";
import type { Client } from "../../../directory/clients.ts";
import type { Pool } from "../../../directory/pools.ts";
import type { User } from "../../../directory/users.ts";
import { allowsChoice } from "../../explicit-auth-flows.ts";
import { UnconfirmedUser } from "../proofs/account-state.ts";
import { advance } from "../advance.ts";
import { candidateFor, candidateOf } from "../session/candidate.ts";
import { readUser } from "../session/read-user.ts";
import { codeFactorOf } from "../factors/first-factors.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { type Progress, resume, sealProgress, standingOf, TO_CONFIRM } from "../session/progress.ts";
import { badSession } from "../refusals.ts";
import { tryOpenState } from "../session/session-string.ts";
import type { Outcome, Turn } from "../sign-in.ts";

/** Where someone signs up. */
interface SignUpAt {
  client: Client;
  pool: Pool;
}

/** Someone who has confirmed, and what the code had gone to. */
export interface Confirmed {
  user: User;
  attribute: "email" | "phone_number";
}

const turnOf = ({ client, pool }: SignUpAt): Turn => ({ client, pool, goal: "tokens", admin: false, given: {} });

/**
 * The Session of SignUp: says that whoever brings it has signed this user up. By itself it lets nobody in.
 * @returns undefined where the client does not allow USER_AUTH, or there is nothing to confirm
 */
export async function sealSignUp(call: Call, at: SignUpAt, user: User): Promise<string | undefined> {
  if (!allowsChoice(at.client) || user.status !== "UNCONFIRMED") return undefined;
  return sealProgress(call, await candidateFor(call, turnOf(at), user), "SIGN_UP", {}, TO_CONFIRM);
}

/**
 * The Session of ConfirmSignUp. The code counts as the first factor that sends such ones, where the user could begin
 * with that; elsewhere it takes the Session of SignUp, too, and what counts is the password that was chosen with it.
 * One that has expired, is of another user, or is from before a sign-out everywhere, is as good as none.
 * @param confirmed the user as confirmed, and where the code had gone
 * @returns undefined where nothing counts, or the client does not allow USER_AUTH
 */
export async function sealConfirmation(
  call: Call,
  at: SignUpAt,
  { user, attribute }: Confirmed,
  session: string | undefined,
): Promise<string | undefined> {
  if (!allowsChoice(at.client)) return undefined;
  const byCode = codeFactorOf(at.pool, user, attribute);
  if (!byCode && !(user.credentials && (await hasSignedUp(call, at, user, session)))) return undefined;
  const candidate = await candidateFor(call, turnOf(at), user);
  return sealProgress(call, { ...candidate, passed: [byCode ?? "PASSWORD"] }, "SIGN_UP");
}

async function hasSignedUp(call: Call, at: SignUpAt, user: User, session: string | undefined): Promise<boolean> {
  if (session === undefined) return false;
  const state = await tryOpenState<Progress>(call, turnOf(at), "SIGN_UP", session);
  return state?.sub === user.sub && state.standing === standingOf(user);
}

/**
 * Goes on with a sign-up that was confirmed, once. Two hops to tokens.
 * @returns undefined where the session is one of SignUp and the user was confirmed otherwise: they have yet to prove
 *   themselves
 * @throws Refusal NotAuthorizedException, UserNotConfirmedException, and whatever the engine refuses with
 */
export async function afterSignUp(call: Call, turn: Turn, session: string): Promise<Outcome | undefined> {
  const { candidate, spend } = await resume(call, turn, "SIGN_UP", session);
  const { user, name, passed } = candidate;
  if (!user) throw badSession("the user is gone");
  if (passed.length === 0) {
    // Programs that wait until somebody has opened the link in their mail ask until it is otherwise.
    if (user.status === "UNCONFIRMED") throw new UnconfirmedUser(user);
    return undefined;
  }
  await preAuthenticate(call, turn, user, name);
  return advance(call, { ...candidate, writes: [spend] });
}

/**
 * Goes on with someone who has confirmed in this very request, where one more code to the same address would do to begin a
 * sign-in: nobody is sent a second. Two hops to the end.
 * @returns undefined where it would not
 * @throws Refusal as InitiateAuth
 */
export async function byConfirmation(
  call: Call,
  turn: Turn,
  { user: { sub, username }, attribute }: Confirmed,
): Promise<Outcome | undefined> {
  const [[user], groups, [found]] = await call.db.batch([...readUser(call, turn, sub)]);
  const byCode = user?.status === "CONFIRMED" ? codeFactorOf(turn.pool, user, attribute) : undefined;
  if (!user || !byCode) return undefined;
  await preAuthenticate(call, turn, user, username);
  const candidate = await candidateOf(call, turn, username, { user, groups, found });
  return advance(call, { ...candidate, passed: [byCode] });
}
