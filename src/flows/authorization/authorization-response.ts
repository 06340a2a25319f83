import { describable } from "../../lib/describable.ts";
import { Refusal } from "../../lib/refusal.ts";

/** OAuth 2.0 Multiple Response Type Encoding Practices §2.1; OAuth 2.0 Form Post Response Mode §2. */
export type ResponseMode = "query" | "fragment" | "form_post";

/** A proven address, and what every answer there carries. */
export interface ResponseTarget {
  /** Registered for the client, to the letter. */
  redirectUri: string;
  mode: ResponseMode;
  state: string | undefined;
  /** RFC 9207 §2: who answers, so that clients of several issuers do not mix them up. */
  issuer: string;
}

/** An answer of the authorization endpoint, before it is put into a form that browsers carry. */
export interface AuthorizationResponse {
  redirectUri: string;
  mode: ResponseMode;
  parameters: [name: string, value: string][];
}

/** An answer with `state` and `iss` put to it. */
export const respond = (
  { redirectUri, mode, state, issuer }: ResponseTarget,
  parameters: [name: string, value: string][],
): AuthorizationResponse => ({
  redirectUri,
  mode,
  parameters: [...parameters, ...(state === undefined ? [] : [["state", state] as [string, string]]), ["iss", issuer]],
});

/** A refusal that is told at the client's address (RFC 6749 §4.1.2.1, §4.2.2.1; OpenID Connect Core 1.0 §3.1.2.6). */
export class AuthorizationError extends Refusal {
  readonly target: ResponseTarget;

  constructor(target: ResponseTarget, error: string, description: string, reason?: string) {
    super(error, description, reason === undefined ? {} : { reason });
    this.target = target;
  }

  get response(): AuthorizationResponse {
    const text = describable(this.message);
    const description: [string, string][] = text === "" ? [] : [["error_description", text]];
    return respond(this.target, [["error", this.name], ...description]);
  }
}
