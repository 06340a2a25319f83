import type { Call } from "../../call.ts";
import type { Statement } from "../../directory/database.ts";
import { checkAccountState } from "./account-state.ts";
import { finish } from "./finish.ts";
import { badSession } from "./refusals.ts";
import type { Outcome, SignIn } from "./sign-in.ts";
import { steps } from "./steps/steps.ts";

/**
 * What comes next, by stored facts alone: the first challenge that is due and was not passed, else tokens.
 * @throws Refusal when the account's state forbids to go on
 */
export async function advance(call: Call, signIn: SignIn): Promise<Outcome> {
  checkAccountState(signIn.user, call.now);
  const next = steps.find((step) => step.due?.(signIn) && !signIn.passed.includes(step.name));
  if (!next?.offer) return finish(call, signIn);
  const [first, ...others] = signIn.writes;
  if (first) await settle(call, [first, ...others]);
  return { challenge: await next.offer(call, signIn) };
}

/** Runs what the last step decided, where no tokens follow at once. */
async function settle(call: Call, writes: [Statement, ...Statement[]]): Promise<void> {
  const [changed] = await call.db.batch(writes);
  if ((changed as unknown[]).length === 0) throw badSession("overtaken by another change of the user");
}
