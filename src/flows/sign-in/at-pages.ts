// The sign-in engine as the pages drive it: by password, by answers to challenges, and onwards after a confirmation.
// ExplicitAuthFlows says what a client's program may do, so it does not count here (Amazon Cognito: login endpoint).
import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import { groupsOf } from "../../directory/groups.ts";
import type { Pool } from "../../directory/pools.ts";
import { type User, userBySub } from "../../directory/users.ts";
import { clientOfPages } from "../client-of-pages.ts";
import { SELF_SERVICE_SCOPE } from "../signed-in.ts";
import { advance } from "./advance.ts";
import { answerChallenge } from "./answer.ts";
import { byPassword } from "./by-password.ts";
import { badSession, usedSession } from "./refusals.ts";
import { openState, sealState } from "./session-string.ts";
import type { Challenge, Outcome, SignedInBrowser, Turn } from "./sign-in.ts";

/** Where a sign-in at the pages stands. */
export type PageOutcome = { challenge: Challenge } | { browser: SignedInBrowser };

/** Where a person signs in. */
export interface At {
  client: Client;
  pool: Pool;
  /** What their browser brought along for the pool. */
  cookie?: string | undefined;
}

/** Minutes that a person may take to find the code in their mail and still be signed in by confirming. */
const PROOF_MINUTES = 15;

const turnOf = ({ client, pool, cookie }: At, given: Record<string, string>): Turn => ({
  client: clientOfPages(client),
  pool,
  goal: "browser-session",
  cookie,
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

/** Answers a challenge. @throws Refusal as RespondToAuthChallenge */
export const answerAtPages = async (
  call: Call,
  at: At,
  name: ChallengeNameType,
  session: string,
  answers: Record<string, string>,
): Promise<PageOutcome> => atPages(await answerChallenge(call, name, session, turnOf(at, answers)));

/** What a person has proven before they confirmed: that they know this password of this user. */
interface Proof {
  id: string;
  shard: string;
  sub: string;
  /** The password that was proven: another one voids the proof. */
  hash: string;
}

/**
 * Seals the proof of a first factor for the page that confirms the user, who then is signed in without being asked again.
 * Only for users who have just proven their password, or chosen it.
 */
export function sealProof(call: Call, at: At, user: User): Promise<string> {
  const proof: Proof = {
    id: crypto.randomUUID(),
    shard: call.newShard(),
    sub: user.sub,
    hash: user.credentials?.hash ?? "",
  };
  return sealState(call, turnOf(at, {}), "CONFIRM_SIGN_UP", proof, PROOF_MINUTES * 60_000);
}

/**
 * Goes on with a sign-in whose user has confirmed meanwhile. Two hops; the proof is spent beside the read of the user.
 * @throws Refusal NotAuthorizedException when the proof does not count any more, and whatever the engine refuses with
 */
export async function signInByProof(call: Call, at: At, text: string): Promise<PageOutcome> {
  const turn = turnOf(at, {});
  const proof = await openState<Proof>(call, turn, "CONFIRM_SIGN_UP", text);
  const [first, [[user], groups]] = await Promise.all([
    call.meter.trip(() => call.challenges(proof.shard).spend(proof.id, proof.expiresAt)),
    call.db.batch([userBySub(call.db, at.pool.id, proof.sub), groupsOf(call.db, at.pool.id, proof.sub)]),
  ]);
  if (!first) throw usedSession();
  if (!user?.credentials || user.credentials.hash !== proof.hash) throw badSession("the password was changed");
  return atPages(await advance(call, { turn, user, groups, passed: [], scope: SELF_SERVICE_SCOPE, writes: [] }));
}
