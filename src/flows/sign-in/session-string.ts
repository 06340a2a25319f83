import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import { fromBase64, fromBase64Url, fromUtf8, toBase64, toBase64Url, utf8 } from "../../lib/encoding.ts";
import { challengeLifetime } from "../../mechanisms/tokens/lifetimes.ts";
import { badSession, expiredSession } from "./refusals.ts";
import type { Turn } from "./sign-in.ts";

/** What a text is for: a challenge, or at the pages the confirmation of a new user. */
type SealedStep = ChallengeNameType | "CONFIRM_SIGN_UP";

/**
 * Seals what the next step needs to know into a text that the client carries: starting a challenge writes nothing. It is
 * bound to pool, client, goal and step, and dies with the client's AuthSessionValidity.
 * @param lifetime milliseconds, where it is another
 */
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
  return toBase64(fromBase64Url(sealed) as Uint8Array);
}

/**
 * What `sealState` sealed for this pool, client and step.
 * @throws Refusal NotAuthorizedException when it is foreign, altered, of another step, or expired
 */
export async function openState<State extends object>(
  call: Call,
  turn: Turn,
  step: SealedStep,
  text: string | undefined,
): Promise<State & { expiresAt: number }> {
  const bytes = fromBase64(text ?? "");
  const opened = bytes && (await call.keyring.open("challenge", toBase64Url(bytes), boundTo(turn, step)));
  const content = opened && fromUtf8(opened);
  if (!content) throw badSession("does not open");
  const state = JSON.parse(content) as State & { expiresAt: number };
  if (state.expiresAt <= call.now) throw expiredSession();
  return state;
}

const boundTo = (turn: Turn, step: SealedStep) => JSON.stringify([turn.pool.id, turn.client.id, turn.goal, step]);
