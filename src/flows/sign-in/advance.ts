import type { Call } from "../../call.ts";
import type { Statement } from "../../directory/database.ts";
import { mfaMode } from "../../directory/pool.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkAccountState } from "./account-state.ts";
import { finish } from "./finish.ts";
import { badSession } from "./refusals.ts";
import { runWrites } from "./run-writes.ts";
import type { Outcome, SignIn } from "./sign-in.ts";
import { steps } from "./steps/steps.ts";

/**
 * What comes next, by stored facts alone: the first challenge that is due and was not passed, else tokens.
 * @throws Refusal when the account's state forbids to go on
 */
export async function advance(call: Call, signIn: SignIn): Promise<Outcome> {
  checkAccountState(signIn.user, call.now);
  const next = steps.find((step) => step.due?.(signIn) && !signIn.passed.includes(step.name));
  if (!next?.offer) {
    checkSecondFactor(signIn);
    return finish(call, signIn);
  }
  const [first, ...others] = signIn.writes;
  if (first) await settle(call, [first, ...others]);
  return { challenge: await next.offer(call, signIn) };
}

/**
 * Refuses tokens for a first factor alone where the pool demands a second, which is not built yet. Where the pool only
 * offers one, nobody has set theirs up.
 * @throws Refusal NotImplementedException
 */
function checkSecondFactor({ turn }: SignIn): void {
  if (mfaMode(turn.pool.settings) === "ON") throw new Refusal("NotImplementedException", "MFA is not built yet.");
}

/** Runs what the last step decided, where no tokens follow at once. */
async function settle(call: Call, writes: [Statement, ...Statement[]]): Promise<void> {
  const [changed] = await runWrites(call, writes);
  if (changed?.length === 0) throw badSession("overtaken by another change of the user");
}
