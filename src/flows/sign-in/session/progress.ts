// How a sign-in travels from one challenge to the next: sealed in what the client carries, and read again with each answer.
import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import { sql } from "drizzle-orm";
import type { Call } from "../../../call.ts";
import { type ProofKind, takeBackAttempt } from "../../../directory/attempts.ts";
import type { Statement } from "../../../directory/database.ts";
import { isNameOf } from "../../../directory/names.ts";
import { spendChallenge, spentChallenge } from "../../../directory/spent-challenges.ts";
import type { User } from "../../../directory/users.ts";
import type { Refusal } from "../../../lib/refusal.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { deviceNotFound } from "../../devices.ts";
import { checkLock, countProofTry } from "../proofs/lockout.ts";
import { knownDevice, readUser } from "./read-user.ts";
import { badSession, disabledUser, required, usedSession } from "../refusals.ts";
import { openHead, type SealedStep, sealSession, sealState } from "./session-string.ts";
import type { Candidate, Turn } from "../sign-in.ts";

/** What is known of a candidate without reading them again. */
type Told = Pick<
  Candidate,
  "name" | "sub" | "username" | "passed" | "available" | "userVerified" | "chosen" | "custom" | "scope"
>;

/** In the place of the statement that counts a try. */
export const noTry = (call: Call) =>
  call.db.all<{ count: number; refused: number }>(sql`select 0 count, 0 refused where 0`);

/** Milliseconds that a person may take to find the code in their mail, and still be signed in by confirming. */
export const TO_CONFIRM = 15 * 60_000;

/** What travels. */
export interface Progress extends Told {
  /** Marks the challenge as answered, in this shard of the challenges or in the directory. */
  id: string;
  shard: string;
  /** What of the user must be as it was when they proved themselves. */
  standing: string;
  /** Fills up `sub`: the length of the sealed text would tell whether there is such a user. */
  pad: string;
}

/** What must be known before the user is read. */
type Head = Pick<Progress, "id" | "shard" | "sub" | "username" | "passed">;

const STANDING = { signedOutAt: 15, hash: 22 };
/** Characters of the longest `sub`: what stands for an unknown name (`flows/attempt-subject.ts`). */
const LONGEST_SUB = 44;

/** Another password, or a sign-out everywhere, voids what was proven before. As long for everybody, and for nobody. */
export const standingOf = (user: User | undefined): string =>
  String(user?.signedOutAt ?? 0).padStart(STANDING.signedOutAt, "0") +
  (user?.credentials?.hash ?? "").slice(-STANDING.hash).padStart(STANDING.hash, "-");

function progressOf(call: Call, candidate: Candidate): Progress {
  const { name, sub, username, user, passed, available, userVerified, chosen, custom, scope } = candidate;
  return {
    id: crypto.randomUUID(),
    shard: call.newShard(),
    standing: standingOf(user),
    pad: " ".repeat(Math.max(LONGEST_SUB - sub.length, 0)),
    name,
    sub,
    username,
    passed,
    scope,
    ...(available && passed.length === 0 && { available }),
    ...(userVerified && { userVerified }),
    ...(chosen && { chosen }),
    ...(custom && { custom }),
  };
}

/**
 * The Session of a challenge: where the sign-in stands, and what the step itself needs to judge the answer.
 * @param extra the step's own, as JSON
 */
export const sealProgress = (
  call: Call,
  candidate: Candidate,
  step: SealedStep,
  extra: object = {},
  lifetime?: number,
): Promise<string> => {
  const progress = progressOf(call, candidate);
  const { id, shard, sub, username, passed } = progress;
  const head: Head = { id, shard, sub, username, passed };
  return sealSession(call, candidate.turn, step, { ...extra, ...progress }, lifetime, head);
};

/** Likewise for a text of any length that travels in the place of a Session: SECRET_BLOCK. */
export const sealBlock = (
  call: Call,
  candidate: Candidate,
  step: ChallengeNameType,
  extra: object = {},
): Promise<string> => sealState(call, candidate.turn, step, { ...extra, ...progressOf(call, candidate) });

/** How an answer is taken. */
interface Taking {
  /**
   * Whether the challenge takes one answer, right or wrong: it is spent in the hop that reads the user. Elsewhere a wrong
   * answer may be mended, and the right one is to run `spend` among its writes.
   */
  once?: boolean;
  /** Whether it is to be a challenge that was answered rightly before, in the place of one that waits for its answer. */
  answered?: boolean;
  /** What the try is counted as, before it is judged. */
  counted?: ProofKind | ((passed: ChallengeNameType[]) => ProofKind);
  /**
   * Whether an unknown DEVICE_KEY is told: clients drop it and answer once more. Only PASSWORD_VERIFIER is one at which all do;
   * at InitiateAuth and CUSTOM_CHALLENGE amazon-cognito-identity-js would bring it for ever, so there it is no device.
   */
  tellsDevice?: boolean;
  /** What is said where USERNAME is somebody else. */
  stranger?: () => Refusal;
  /** What is said where the user has another password by now, or was signed out. */
  moved?: (user: User) => Refusal | undefined;
}

/** A sign-in with an answer to judge. */
export interface Resumed<Extra> {
  candidate: Candidate;
  /** What the step has sealed. */
  extra: Extra;
  /** For `punish`, after a wrong answer. */
  tries: { count: number; refused: number }[];
  /** Marks the challenge as answered; fails the batch of whoever comes second. */
  spend: Statement;
  /** Milliseconds since 1970 at which the challenge expires. */
  expiresAt: number;
}

/**
 * Opens what the client brought back and reads the user again: one hop. Only what the step itself asks about is left to
 * judge.
 * @param text Session, or SECRET_BLOCK
 * @throws Refusal NotAuthorizedException for a session that is foreign, expired, used, or of a user who has changed;
 *   InvalidParameterException, ResourceNotFoundException
 */
export async function resume<Extra extends object = object>(
  call: Call,
  turn: Turn,
  step: SealedStep,
  text: string | undefined,
  taking: Taking = {},
): Promise<Resumed<Extra>> {
  const { pool, client, given } = turn;
  const username = required(given, "USERNAME");
  const { head, whole } = await openHead<Progress & Extra, Head>(call, turn, step, text);
  await checkSecretHash(call, client, given.SECRET_HASH, username, head.username);
  const { id, shard, expiresAt, sub } = head;
  const kind = typeof taking.counted === "function" ? taking.counted(head.passed) : taking.counted;
  const [state, first, [tries, spent, [user], groups, [found]]] = await Promise.all([
    whole(),
    taking.once ? call.meter.trip(() => call.challenges(shard).spend(id, expiresAt)) : true,
    call.db.batch([
      kind ? countProofTry(call, { poolId: pool.id, subject: sub, kind }) : noTry(call),
      spentChallenge(call.db, id),
      ...readUser(call, turn, sub),
    ]),
  ]);
  // What is refused unread uses nothing up: neither the challenge, which is given back by who has spent it, nor a try.
  const unread = async (refusal: Refusal): Promise<Refusal> => {
    await Promise.all([
      taking.once && first && call.meter.trip(() => call.challenges(shard).giveBack(id)),
      kind && !tries[0]?.refused && takeBackAttempt(call.db, { poolId: pool.id, subject: sub, kind }),
    ]);
    return refusal;
  };
  if (!first || spent.length > 0 !== (taking.answered ?? false)) throw await unread(usedSession());
  if (kind) checkLock(tries, kind);
  if (username !== state.name && username !== state.username && !(user && isNameOf(pool, user, username))) {
    throw await unread(taking.stranger?.() ?? badSession("answer for another user"));
  }
  if (standingOf(user) !== state.standing) {
    // Told to who has proven something alone.
    if (user && !user.enabled && state.passed.length > 0) throw disabledUser();
    throw (user && taking.moved?.(user)) ?? badSession("the user has changed");
  }
  const device = await knownDevice(turn, user, found);
  if (taking.tellsDevice && given.DEVICE_KEY && !device && pool.settings.DeviceConfiguration) {
    throw await unread(deviceNotFound());
  }
  const { name, passed, available, userVerified, chosen, custom, scope } = state;
  const told: Told = { name, sub, username: state.username, passed, available, userVerified, chosen, custom, scope };
  return {
    candidate: { ...told, turn, user, groups, device, writes: [] },
    extra: state,
    tries,
    spend: spendChallenge(call.db, id, expiresAt),
    expiresAt,
  };
}
