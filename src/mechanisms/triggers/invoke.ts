import type { Call } from "../../call.ts";
import { type Invocation, type Outcome, type Target, Unreachable } from "./transports/transport.ts";

/**
 * Milliseconds that a function has for an answer, and how often it is asked (Amazon Cognito: considerations for Lambda
 * triggers).
 */
const LONGEST_WAIT = 5_000;
const TRIES = 3;

/** Milliseconds before the second try; twice that before the third. */
const PAUSE = 100;

/**
 * Asks a function, up to three times when it cannot be reached. An answer of its own, an error too, is the last word.
 * Takes 15.3 seconds at most.
 * @throws Unreachable
 */
export async function invoke(call: Call, target: Target, invocation: Omit<Invocation, "signal">): Promise<Outcome> {
  for (let tried = 1; ; tried++) {
    try {
      return await within(LONGEST_WAIT, (signal) => target(call, { ...invocation, signal }));
    } catch (error) {
      if (!(error instanceof Unreachable && error.again) || tried === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE * tried));
  }
}

async function within<T>(limit: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // Rejected first, since the abort makes the work fail for a lesser reason.
      reject(new Unreachable("Socket timeout while invoking Lambda function", { again: true }));
      controller.abort();
    }, limit);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
