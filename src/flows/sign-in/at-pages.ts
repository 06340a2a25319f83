// The sign-in engine as the pages drive it: by password, by choice, by the owner's challenges, by answers to
// challenges, and onwards after a confirmation. ExplicitAuthFlows says what a client's program may do, so it does not
// count here (Amazon Cognito: login endpoint).
import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import type { Pool } from "../../directory/pools.ts";
import type { User } from "../../directory/users.ts";
import { clientOfPages } from "../client-of-pages.ts";
import { advance } from "./advance.ts";
import { answerChallenge } from "./answer.ts";
import { byConfirmation, type Confirmed } from "./begin/after-sign-up.ts";
import { byChoice } from "./begin/by-choice.ts";
import { byCustom } from "./begin/by-custom.ts";
import { passkeyRequest, signInByPasskey } from "./begin/by-passkey.ts";
import { byPassword } from "./begin/by-password.ts";
import { candidateFor } from "./session/candidate.ts";
import { type Progress, resume, sealProgress, TO_CONFIRM } from "./session/progress.ts";
import { badSession } from "./refusals.ts";
import { openState } from "./session/session-string.ts";
import type { Challenge, Outcome, SignedInBrowser, Turn } from "./sign-in.ts";

/** Where a sign-in at the pages stands. */
export type PageOutcome = { challenge: Challenge } | { browser: SignedInBrowser };

/** Where a person signs in. */
export interface At {
  client: Client;
  pool: Pool;
  /** What their browser brought along for the pool: its session … */
  cookie?: string | undefined;
  /** … and what it proves with that it is a remembered device. */
  deviceCookie?: string | undefined;
  /** Whether they asked for it to be remembered as one. */
  trust?: boolean | undefined;
}

const turnOf = ({ client, ...at }: At, given: Record<string, string>): Turn => ({
  ...at,
  client: clientOfPages(client),
  goal: "browser-session",
  admin: false,
  given,
});

/** The goal decides what a sign-in ends with. */
const atPages = (outcome: Outcome): PageOutcome => {
  if ("tokens" in outcome) throw new Error("a sign-in at the pages ended with tokens");
  return outcome;
};

/** Signs in by name and password. @throws Refusal as USER_PASSWORD_AUTH; UnconfirmedUser where only that stands against it */
export const signInByPassword = async (call: Call, at: At, name: string, password: string): Promise<PageOutcome> =>
  atPages(await byPassword(call, turnOf(at, { USERNAME: name, PASSWORD: password })));

/**
 * Begins a sign-in by name alone, whose user picks of what they have. Where there is only one way, it is asked for at
 * once. Nobody learns here whether there is such a user. @throws Refusal as USER_AUTH
 */
export const chooseAtPages = async (call: Call, at: At, name: string): Promise<PageOutcome> =>
  atPages(await byChoice(call, turnOf(at, { USERNAME: name })));

/**
 * Begins a sign-in whose challenges the owner's triggers choose, for clients that offer no other way
 * (`signsInByCustom`). Nobody learns here whether there is such a user. @throws Refusal as CUSTOM_AUTH
 */
export const customAtPages = async (call: Call, at: At, name: string): Promise<PageOutcome> =>
  atPages(await byCustom(call, turnOf(at, { USERNAME: name })));

/** What a browser asks for anyone's passkey by, where the pool lets users in by one. */
export const passkeyRequestAtPages = (call: Call, at: At): ReturnType<typeof passkeyRequest> =>
  passkeyRequest(call, turnOf(at, {}));

/**
 * Signs in by a passkey that names its user.
 * @param credential JSON, as it came.
 * @throws Refusal as `signInByPasskey`
 */
export const signInByPasskeyAtPages = async (call: Call, at: At, credential: string): Promise<PageOutcome> =>
  atPages(await signInByPasskey(call, turnOf(at, {}), credential));

/** Answers a challenge. @throws Refusal as RespondToAuthChallenge */
export const answerAtPages = async (
  call: Call,
  at: At,
  name: ChallengeNameType,
  session: string,
  answers: Record<string, string>,
): Promise<PageOutcome> => atPages(await answerChallenge(call, name, session, turnOf(at, answers)));

/**
 * Seals the proof of a first factor for the page that confirms the user, who then is signed in without being asked again.
 * Only for users who have just proven their password, or chosen it.
 */
export async function sealProof(call: Call, at: At, user: User): Promise<string> {
  const candidate = await candidateFor(call, turnOf(at, {}), user);
  return sealProgress(call, { ...candidate, passed: ["PASSWORD"] }, "CONFIRM_SIGN_UP", {}, TO_CONFIRM);
}

/**
 * Goes on with a sign-in whose user has confirmed meanwhile. Two hops; the proof is spent beside the read of the user.
 * @throws Refusal NotAuthorizedException when the proof does not count any more, and whatever the engine refuses with
 */
export async function signInByProof(call: Call, at: At, text: string): Promise<PageOutcome> {
  const { username } = await openState<Progress>(call, turnOf(at, {}), "CONFIRM_SIGN_UP", text);
  const turn = turnOf(at, { USERNAME: username });
  const { candidate } = await resume(call, turn, "CONFIRM_SIGN_UP", text, { once: true });
  if (!candidate.user?.credentials) throw badSession("there was no password to prove");
  return atPages(await advance(call, candidate));
}

/**
 * Goes on with someone who has just confirmed by a code, where such a one would do to sign in.
 * @returns undefined where it would not
 * @throws Refusal as InitiateAuth
 */
export async function signInByConfirmation(call: Call, at: At, confirmed: Confirmed): Promise<PageOutcome | undefined> {
  const outcome = await byConfirmation(call, turnOf(at, {}), confirmed);
  return outcome && atPages(outcome);
}
