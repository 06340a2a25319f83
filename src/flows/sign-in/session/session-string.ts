import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../../call.ts";
import { fromBase64, fromBase64Url, fromUtf8, toBase64, toBase64Url, utf8 } from "../../../lib/encoding.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { challengeLifetime } from "../../../mechanisms/tokens/lifetimes.ts";
import { badSession, expiredSession } from "../refusals.ts";
import type { Goal, Turn } from "../sign-in.ts";

/** What a text is for: a challenge, or at the pages the confirmation of a new user. */
export type SealedStep = ChallengeNameType | "CONFIRM_SIGN_UP" | "SIGN_UP";

/** Characters of `Session` that clients send back (Amazon Cognito API: SessionType). */
const LONGEST = 2_048;

/** Where a text is kept that is too long to be carried. */
interface Kept {
  kept: { shard: string; id: string };
}

/**
 * Seals what the next step needs to know into a text that the client carries: starting a challenge writes nothing, unless
 * the owner's own code has so much to remember that it must be kept here. It is bound to pool, client, goal and step, and
 * dies with the client's AuthSessionValidity.
 * @param lifetime milliseconds, where it is another
 * @param head what of the state is carried in any case, to be had before what is kept was fetched
 */
export async function sealSession(
  call: Call,
  turn: Turn,
  step: SealedStep,
  state: object,
  lifetime = challengeLifetime(turn.client.settings),
  head: object = {},
): Promise<string> {
  const text = await sealState(call, turn, step, state, lifetime);
  if (text.length <= LONGEST) return text;
  const kept = { shard: call.newShard(), id: crypto.randomUUID() };
  await call.meter.trip(() => call.requests(kept.shard).remember(kept.id, text, call.now + lifetime));
  return sealState(call, turn, step, { ...head, kept } satisfies Kept, lifetime);
}

/** As `sealSession`, for a text that may be as long as it comes to, and so never is kept here. */
export async function sealState(
  call: Call,
  turn: Turn,
  step: SealedStep,
  state: object,
  lifetime = challengeLifetime(turn.client.settings),
): Promise<string> {
  const expiresAt = call.now + lifetime;
  const sealed = await call.keyring.seal(
    "challenge",
    utf8(JSON.stringify({ ...state, expiresAt })),
    boundTo(turn, step),
  );
  // Clients decode it as ordinary base64 to sign it.
  return namedBy(turn, step) + toBase64(fromBase64Url(sealed) as Uint8Array);
}

/**
 * What was sealed for this pool, client and step.
 * @throws Refusal NotAuthorizedException when it is foreign, altered, of another step, or expired
 */
export async function openState<State extends object>(
  call: Call,
  turn: Turn,
  step: SealedStep,
  text: string | undefined,
): Promise<State & { expiresAt: number }> {
  return (await openHead<State>(call, turn, step, text)).whole();
}

/**
 * Likewise, but for what is kept here: `whole` fetches it, in a hop that others can share. What is had at once is the head.
 * @throws Refusal NotAuthorizedException
 */
export async function openHead<State extends object, Head extends object = object>(
  call: Call,
  turn: Turn,
  step: SealedStep,
  text: string | undefined,
): Promise<{ head: Head & { expiresAt: number }; whole: () => Promise<State & { expiresAt: number }> }> {
  const head = await readState<(State & Head) | (Head & Kept)>(call, turn, step, text);
  const whole = async () => {
    if (!("kept" in head)) return head;
    const { shard, id } = head.kept;
    const found = await call.meter.trip(() => call.requests(shard).find(id));
    if (!found) throw expiredSession();
    return readState<State>(call, turn, step, found.content);
  };
  return { head, whole };
}

/** As `openState`; undefined where that refuses. */
export async function tryOpenState<State extends object>(
  call: Call,
  turn: Turn,
  step: SealedStep,
  text: string | undefined,
): Promise<(State & { expiresAt: number }) | undefined> {
  try {
    return await openState<State>(call, turn, step, text);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

async function readState<State extends object>(
  call: Call,
  turn: Turn,
  step: SealedStep,
  text: string | undefined,
): Promise<State & { expiresAt: number }> {
  const name = namedBy(turn, step);
  const bytes = text?.startsWith(name) ? fromBase64(text.slice(name.length)) : null;
  const opened = bytes && (await call.keyring.open("challenge", toBase64Url(bytes), boundTo(turn, step)));
  const content = opened && fromUtf8(opened);
  if (!content) throw badSession("does not open");
  const state = JSON.parse(content) as State & { expiresAt: number };
  if (state.expiresAt <= call.now) throw expiredSession();
  return state;
}

const boundTo = (turn: Turn, step: SealedStep) => JSON.stringify([turn.pool.id, turn.client.id, turn.goal, step]);

/** AssociateSoftwareToken and VerifySoftwareToken name no client: the session that they take does, in clear. */
const namedBy = ({ client, goal }: Turn, step: SealedStep): string =>
  step === "MFA_SETUP" ? `${client.id}.${goal}.` : "";

/** Whose a session of MFA_SETUP says that it is, which is proven only when it opens; undefined for any other text. */
export function namesOfSession(text: string): { clientId: string; goal: Goal } | undefined {
  const [clientId, goal, sealed, ...rest] = text.split(".");
  if (clientId === undefined || sealed === undefined || rest.length > 0) return undefined;
  return goal === "tokens" || goal === "browser-session" ? { clientId, goal } : undefined;
}
