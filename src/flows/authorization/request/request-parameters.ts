// The parameters of an authorization request that can be judged by themselves.
import type { AuthorizationError, ResponseMode } from "../authorization-response.ts";

/** What leaves the authorization endpoint for the client (OAuth 2.0 Multiple Response Type Encoding Practices §3, §5). */
export interface Wanted {
  code: boolean;
  token: boolean;
  idToken: boolean;
}

/** Text that is carried to the client and back, or kept. Longer is refused, never cut. */
export const LONGEST_ECHO = 2_048;

/** Makes the refusal of a malformed request. */
export type Invalid = (description: string) => AuthorizationError;

/** The order of the words does not count (RFC 6749 §3.1.1). */
export function readResponseType(text: string | undefined): Wanted | undefined {
  const words = new Set(text?.split(" ") ?? []);
  const wanted = { code: words.delete("code"), token: words.delete("token"), idToken: words.delete("id_token") };
  return text !== undefined && words.size === 0 ? wanted : undefined;
}

/** Undefined where the mode is unknown, or would put tokens where servers log them (Multiple Response Type §3). */
export function readResponseMode(text: string | undefined, inFragment: boolean): ResponseMode | undefined {
  if (text === undefined) return inFragment ? "fragment" : "query";
  if (text === "query") return inFragment ? undefined : "query";
  return text === "fragment" || text === "form_post" ? text : undefined;
}

/**
 * The code challenge (RFC 7636 §4.3), or undefined where there is none and need not be.
 * @throws what `invalid` makes
 */
export function readChallenge(
  given: ReadonlyMap<string, string>,
  wanted: Wanted,
  isRequired: boolean,
  invalid: Invalid,
): string | undefined {
  const challenge = given.get("code_challenge");
  const method = given.get("code_challenge_method");
  if (challenge === undefined) {
    if (method !== undefined) throw invalid("code_challenge is missing.");
    if (isRequired && wanted.code) throw invalid("code_challenge is required.");
    return undefined;
  }
  // RFC 7636 §4.3 would take a missing method as `plain`, which Cognito and RFC 9700 §2.1.1 do not have.
  if (method !== "S256") throw invalid("code_challenge_method must be S256.");
  if (!/^[\w-]{43}$/.test(challenge)) throw invalid("code_challenge is malformed.");
  return challenge;
}

/** RFC 8707 §2; the kinds are those of Amazon Cognito: resource binding. */
export function isResource(text: string): boolean {
  if (text.includes("#") || !URL.canParse(text) || text.length > LONGEST_ECHO) return false;
  const { protocol, hostname } = new URL(text);
  return protocol !== "http:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

/** The values of `prompt` (OpenID Connect Core 1.0 §3.1.2.1); unknown ones stay and mean nothing. @throws what `invalid` makes */
export function readPrompt(text: string | undefined, invalid: Invalid): string[] {
  const prompt = text?.split(" ").filter((word) => word !== "") ?? [];
  if (prompt.includes("none") && prompt.length > 1) throw invalid("prompt=none stands alone.");
  return prompt;
}

/** The value of `max_age` in seconds (OpenID Connect Core 1.0 §3.1.2.1). @throws what `invalid` makes */
export function readMaxAge(text: string | undefined, invalid: Invalid): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalid("max_age is not a number of seconds.");
  return Number(text);
}

/** The value of `dpop_jkt` (RFC 9449 §10): a JWK thumbprint, SHA-256. @throws what `invalid` makes */
export function readThumbprint(text: string | undefined, invalid: Invalid): string | undefined {
  if (text !== undefined && !/^[\w-]{43}$/.test(text)) throw invalid("dpop_jkt is malformed.");
  return text;
}
