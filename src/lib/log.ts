/** Structured log lines, one JSON object each. Never give it a secret, a code, a token or a password. */
export type Log = (event: string, details?: Record<string, unknown>) => void;

/** @param base members that every line of one request carries, such as its id. */
export function makeLog(base: Record<string, unknown>): Log {
  return (event, details = {}) => console.log(JSON.stringify({ event, ...base, ...details }));
}

/**
 * What may be written of an unexpected error. Database layers put the statement and its parameters into the message of
 * the outer error; the innermost cause says what went wrong without them.
 */
export function describeError(error: unknown): Record<string, unknown> {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (!(inner instanceof Error)) return { error: typeof inner };
  const trace = (inner.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return { error: inner.name, message: inner.message, at: trace.slice(0, 4).map((line) => line.trim()) };
}
