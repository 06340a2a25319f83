import type { SQL } from "drizzle-orm";
import type { Call } from "../call.ts";
import { type Code, type CodeKind, codeOf, stillHeld, takeCode } from "../directory/codes.ts";
import { isTaken, type Statement } from "../directory/database.ts";
import type { Pool } from "../directory/pools.ts";
import { type UserChange, userChanges } from "../directory/user-writes.ts";
import { type User, userByName } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { type AttemptSubject, attemptSubject } from "./attempt-subject.ts";
import { isCode } from "./deliver-code.ts";
import { checkLimit, countTry, type LimitedKind } from "./hourly-limits.ts";

/** Whom an answer is about, and the code that waits for it. Both may be missing, also the first without the second. */
export interface Asked {
  user: User | undefined;
  held: Code | undefined;
}

/**
 * Counts an answer to a code, and reads whom and what it is about: one hop, the same for names that nobody has.
 * @returns what was read, and how to read it again without counting
 * @throws Refusal TooManyFailedAttemptsException
 */
export async function countAnswer(
  call: Call,
  pool: Pool,
  name: string,
  kind: CodeKind,
  attempt: LimitedKind,
): Promise<{ asked: Asked; readAgain: () => Promise<Asked>; subject: AttemptSubject }> {
  const subject = await attemptSubject(call, pool, name);
  const read = [userByName(call.db, pool, name), heldCode(call, pool, subject.query, kind)] as const;
  const [tries, [user], [held]] = await call.db.batch([
    countTry(call, { poolId: pool.id, subject: subject.query, kind: attempt }),
    ...read,
  ]);
  checkLimit(tries, "TooManyFailedAttemptsException");
  const readAgain = async () => {
    const [[user], [held]] = await call.db.batch([...read]);
    return { user, held };
  };
  return { asked: { user, held }, readAgain, subject };
}

const heldCode = (call: Call, pool: Pool, sub: SQL, kind: CodeKind) => codeOf(call.db, pool.id, sub, kind, call.now);

export const wrongCode = (reason: string): Refusal =>
  new Refusal("CodeMismatchException", "Invalid verification code provided, please try again.", { reason });

export const expiredCode = (reason: string): Refusal =>
  new Refusal("ExpiredCodeException", "Invalid code provided, please request a code again.", { reason });

/**
 * The code that an answer fits. A wrong answer leaves the code as it is, for as many tries as the hour allows.
 * @throws Refusal ExpiredCodeException where no code waits, CodeMismatchException
 */
export async function judgeAnswer(call: Call, held: Code | undefined, answer: string): Promise<Code> {
  if (!held) throw expiredCode("no code waits");
  if (!(await isCode(call, held, answer))) throw wrongCode("mismatch");
  return held;
}

/**
 * Refuses a code that went to an address which the user has no more: it proves nothing of the present one.
 * @throws Refusal ExpiredCodeException
 */
export function checkStillTrue(code: Code, user: User): void {
  if (user.attributes[code.attribute] !== code.value) throw expiredCode("the address has changed");
}

/**
 * Changes a user by the right of a code and takes the code, in one transaction: of any number of right answers one has an
 * effect, and a change that fails leaves the code usable.
 * @param force moves an alias from its holder (ForceAliasCreation)
 * @param along statements of the same transaction. `onlyWith` is the condition that the change took effect; what does no
 *   harm where it is overtaken may go without
 * @returns "stale" when user or code were written since they were read
 * @throws Refusal AliasExistsException when the code's address is someone else's alias
 */
export async function spendCode(
  call: Call,
  pool: Pool,
  user: User,
  code: Code,
  change: UserChange,
  { force = false, along }: { force?: boolean; along?: (onlyWith: SQL) => Statement[] } = {},
): Promise<User | "stale"> {
  const options = { force, unless: stillHeld(code) };
  const { after, statements, onlyWith } = userChanges(call.db, pool, user, change, call.now, options);
  try {
    const taken = takeCode(call.db, code, onlyWith);
    const [changed] = await call.db.batch([...statements, taken, ...(along?.(onlyWith) ?? [])]);
    return (changed as unknown[]).length === 1 ? after : "stale";
  } catch (error) {
    if (!isTaken(error, "user_names")) throw error;
    throw new Refusal("AliasExistsException", `An account with the ${code.attribute} already exists.`);
  }
}
