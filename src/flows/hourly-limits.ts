import type { Call } from "../call.ts";
import { type AttemptKind, type AttemptOf, countAttempt, type ProofKind } from "../directory/attempts.ts";
import { Refusal } from "../lib/refusal.ts";

const HOUR = 3_600_000;

/** What is limited by the hour; what is proven at sign-in has a lock of its own. */
export type LimitedKind = Exclude<AttemptKind, ProofKind>;

/**
 * Tries that a user, or a name that nobody has, is given each hour (Amazon Cognito: quotas, codes sent and answered); for
 * codes of devices, a network, where only wrong ones count; and codes of new accounts that an address is sent.
 */
const MOST: Record<LimitedKind, number> = {
  "send-sign-up": 5,
  "send-to-address": 10,
  "confirm-sign-up": 15,
  "send-attribute": 5,
  "verify-attribute": 15,
  "send-reset": 5,
  "confirm-reset": 15,
  "change-password": 5,
  "enter-device-code": 20,
  "send-one-time-password": 20,
  "verify-software-token": 15,
};

/**
 * Counts a try before it is judged, so that tries made at the same moment cannot all pass. A statement for the batch that
 * reads what the try is about; hand its rows to `checkLimit`.
 */
export const countTry = (call: Call, of: AttemptOf & { kind: LimitedKind }) =>
  countAttempt(call.db, of, { most: MOST[of.kind], period: HOUR, sliding: false, now: call.now });

/**
 * Refuses a try beyond the limit.
 * @param name TooManyFailedAttemptsException where codes are answered without signing in
 * @throws Refusal LimitExceededException, or as named
 */
export function checkLimit(
  tries: readonly { refused: number }[],
  name: "LimitExceededException" | "TooManyFailedAttemptsException" = "LimitExceededException",
): void {
  if (tries[0]?.refused) throw new Refusal(name, "Attempt limit exceeded, please try after some time.");
}
