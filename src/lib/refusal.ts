/**
 * The one error that Limen raises on purpose. `name` is the wire name of the fault (such as `NotAuthorizedException`),
 * `message` is what the caller may read, `reason` is for the log, for risk and for tests, and never leaves the server.
 * Whatever else is thrown is a bug: endpoints log it and answer without detail.
 */
export class Refusal extends Error {
  override readonly name: string;
  readonly reason: string | undefined;
  /** HTTP status, where the protocol of the endpoint does not derive it from the name. */
  readonly status: number | undefined;

  constructor(name: string, message: string, options: { reason?: string; cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.reason = options.reason;
    this.status = options.status;
  }
}
