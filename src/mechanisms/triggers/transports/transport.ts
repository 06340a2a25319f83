import type { z } from "zod";
import type { Call } from "../../../call.ts";
import type { Bytes } from "../../../lib/encoding.ts";
import { readAtMost } from "../../../lib/request-body.ts";

/** One event on its way to a function. */
export interface Invocation {
  /** The function, as the pool names it. */
  arn: string;
  /** The event, JSON. */
  body: Bytes;
  /** Whether the reply is wanted; a custom sender's is not. */
  wait: boolean;
  /** Aborts when the function has taken too long. */
  signal: AbortSignal;
}

/**
 * What a function made of an event: its reply, null when that is too long to be read; or the error that it returned.
 */
export type Outcome = { reply: Bytes | null } | { error: string };

/**
 * Asks a function once.
 * @throws Unreachable
 */
export type Target = (call: Call, invocation: Invocation) => Promise<Outcome>;

/** A way to reach functions. */
export interface Transport {
  /** The member that tells targets of this kind from others. */
  member: string;
  /** Reads a target of `TRIGGERS`. Built on first use: schemas are slow to build. */
  schema: () => z.ZodType<Target>;
}

/**
 * @param schema of what `TRIGGERS` holds for a function that is reached so
 * @param invoke asks the function once, and throws Unreachable
 */
export const transport = <Entry>(
  member: string,
  schema: () => z.ZodType<Entry>,
  invoke: (call: Call, entry: Entry, invocation: Invocation) => Promise<Outcome>,
): Transport => ({
  member,
  schema: () =>
    schema().transform(
      (entry): Target =>
        (call, invocation) =>
          invoke(call, entry, invocation),
    ),
});

/** A function that gave no answer of its own. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  /**
   * What went wrong, as Lambda calls it (such as `ServiceException`); undefined for what only the owner can set right.
   */
  readonly code: string | undefined;
  /** Whether another try may find it. */
  readonly again: boolean;

  constructor(code: string | undefined, { again }: { again: boolean }) {
    super(code ?? "configuration");
    this.code = code;
    this.again = again;
  }
}

/** Bytes of the longest reply (AWS Lambda: quotas, synchronous invocation payload). */
const LONGEST_REPLY = 6 * 1024 * 1024;

/** The path at which a function is invoked (AWS Lambda API: Invoke). */
export const invocationPath = (arn: string): string => `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`;

/**
 * Sends a request to what may have a function behind it.
 * @throws Unreachable when no answer comes
 */
export async function reach(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch {
    throw new Unreachable("ServiceException", { again: true });
  }
}

/** @throws Unreachable when the connection breaks */
export async function replyOf(response: Response): Promise<Bytes | null> {
  try {
    const reply = await readAtMost(response, LONGEST_REPLY);
    // Known by its length before a byte was read: it need not come.
    if (reply === null && !response.bodyUsed) await response.body?.cancel();
    return reply;
  } catch {
    throw new Unreachable("ServiceException", { again: true });
  }
}

/** `errorMessage` of the object that Lambda returns of a function's error; undefined for anything else. */
export function errorMessageIn(reply: Bytes | null): string | undefined {
  try {
    const { errorMessage } = JSON.parse(new TextDecoder().decode(reply ?? undefined)) as { errorMessage?: unknown };
    return typeof errorMessage === "string" ? errorMessage : undefined;
  } catch {
    return undefined;
  }
}

/** What statuses mean when no function's error comes with them, in Lambda's words. */
const FAULTS = new Map<number, string>([
  [401, "AccessDeniedException"],
  [403, "AccessDeniedException"],
  [404, "ResourceNotFoundException"],
  [410, "ResourceNotFoundException"],
  [429, "TooManyRequestsException"],
]);

/** The fault that an answer without a reply stands for. */
export const faultOf = (status: number): Unreachable =>
  new Unreachable(status >= 500 ? "ServiceException" : FAULTS.get(status), { again: status >= 500 || status === 429 });

/**
 * What a function that is asked by HTTP answered: with a status of success, its reply; with a status from 400 on and a
 * body `{"errorMessage": "…"}`, an error of its own.
 * @throws Unreachable for every other answer, redirects among them
 */
export async function outcomeOf(response: Response): Promise<Outcome> {
  const reply = await replyOf(response);
  if (response.ok) return { reply };
  const error = response.status >= 400 ? errorMessageIn(reply) : undefined;
  if (error === undefined) throw faultOf(response.status);
  return { error };
}
