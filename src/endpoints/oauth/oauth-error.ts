import { describable } from "../../lib/describable.ts";
import { Refusal } from "../../lib/refusal.ts";

/** An error of RFC 6749 §5.2, RFC 7009 §2.2.1 or of our own making, as it goes out. */
export interface OauthError {
  error: string;
  description: string;
  status: number;
}

/** Codes that flows refuse with by themselves, and their status. */
const CODES: ReadonlyMap<string, number> = new Map([
  ["invalid_request", 400],
  ["invalid_client", 400],
  ["invalid_grant", 400],
  ["unauthorized_client", 400],
  ["unsupported_grant_type", 400],
  ["invalid_scope", 400],
  ["invalid_target", 400],
  ["unsupported_token_type", 400],
  // RFC 8628 §3.5
  ["authorization_pending", 400],
  ["slow_down", 400],
  ["access_denied", 400],
  ["expired_token", 400],
  // OpenID Connect Core 1.0 §3.1.2.6, of requests that are pushed
  ["request_not_supported", 400],
  ["registration_not_supported", 400],
  // OpenID Connect Core Unmet Authentication Requirements 1.0 §2, likewise
  ["unmet_authentication_requirements", 400],
  // RFC 9449 §5
  ["invalid_dpop_proof", 400],
  // RFC 6750 §3.1
  ["invalid_token", 401],
  ["insufficient_scope", 403],
]);

/**
 * Refusals that flows share with the API, in Cognito's names. A refresh token that does not count is an invalid grant,
 * whatever the reason. A trigger that says no refuses the grant; one that cannot be asked, or answers nonsense, is a fault
 * on the server's side.
 */
const FROM_COGNITO: ReadonlyMap<string, { error: string; status: number }> = new Map([
  ["NotAuthorizedException", { error: "invalid_grant", status: 400 }],
  ["RefreshTokenReuseException", { error: "invalid_grant", status: 400 }],
  ["UserLambdaValidationException", { error: "invalid_grant", status: 400 }],
  ["UnexpectedLambdaException", { error: "server_error", status: 500 }],
  ["InvalidLambdaResponseException", { error: "server_error", status: 500 }],
]);

/** What a refusal is called here; undefined for anything else, which is a bug and must not be described to the caller. */
export function toOauthError(thrown: unknown): OauthError | undefined {
  if (!(thrown instanceof Refusal)) return undefined;
  const description = describable(thrown.message);
  const status = CODES.get(thrown.name);
  if (status !== undefined) return { error: thrown.name, description, status: thrown.status ?? status };
  const known = FROM_COGNITO.get(thrown.name);
  return known && { ...known, description };
}
