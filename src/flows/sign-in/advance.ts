import type { Call } from "../../call.ts";
import { checkAccountState } from "./proofs/account-state.ts";
import { defineNext, type Undecided } from "./custom/custom-flow.ts";
import { finish } from "./finish.ts";
import { wrongPassword } from "./refusals.ts";
import { settle } from "./settle.ts";
import type { Candidate, Outcome, SignIn } from "./sign-in.ts";
import { steps } from "./steps/steps.ts";

/**
 * What comes next, by stored facts alone: the first challenge that is due and was not passed, else what the owner's
 * triggers say where the flow is theirs, else tokens.
 * @throws Refusal when the account's state forbids to go on
 */
export async function advance(call: Call, candidate: Candidate): Promise<Outcome> {
  const { user, custom, passed } = candidate;
  // Nothing is proven yet in a custom flow until its triggers say so, or a password came first. What the owner asks may
  // prove little by itself, and a second factor that followed it is no first one.
  if (custom && !custom.done && (passed[0] ?? "CUSTOM_CHALLENGE") === "CUSTOM_CHALLENGE")
    return goOnCustom(call, { ...candidate, custom });
  if (!user) throw wrongPassword("unknown user");
  const signIn: SignIn = { ...candidate, user };
  checkAccountState(user, call.now);
  const next = steps.find((step) => step.due?.(signIn) && !passed.includes(step.name));
  if (next?.offer) {
    if (next.settles) return { challenge: await next.offer(call, signIn) };
    await settle(call, signIn);
    return { challenge: await next.offer(call, { ...signIn, writes: [] }) };
  }
  if (custom && !custom.done) return goOnCustom(call, { ...signIn, custom });
  return finish(call, signIn);
}

async function goOnCustom(call: Call, candidate: Undecided): Promise<Outcome> {
  await settle(call, candidate);
  const next = await defineNext(call, { ...candidate, writes: [] });
  return "challenge" in next ? next : advance(call, next);
}
