import type { Call } from "../../call.ts";
import { isEnoughFor, isRecentFor, type LiveSession, liveSession } from "../browser-session.ts";
import { acrOf } from "./authentication-level.ts";
import type { AuthorizationRequest } from "./request/authorization-request.ts";
import { AuthorizationError, type AuthorizationResponse } from "./authorization-response.ts";
import { completeAuthorization } from "./complete-authorization.ts";

/**
 * Answers a request for a person who is signed in already, in a way that satisfies it. One hop.
 * @param cookie what the browser brought along
 * @returns undefined where the person must act first
 * @throws AuthorizationError login_required where they must and may not be asked
 */
export async function authorize(
  call: Call,
  request: AuthorizationRequest,
  cookie: string | undefined,
): Promise<AuthorizationResponse | undefined> {
  const live = await liveSession(call, request.pool.id, cookie);
  if (live && suffices(call, request, live)) return completeAuthorization(call, request, live);
  if (request.prompt.includes("none")) throw new AuthorizationError(request.target, "login_required", "");
  return undefined;
}

/**
 * Whether a request can be answered for a session without asking the person (OpenID Connect Core 1.0 §3.1.2.3).
 * @param fresh milliseconds for which a sign-in counts as made for the request, whatever that says of `prompt` and
 *   `max_age`
 */
export function suffices(call: Call, request: AuthorizationRequest, live: LiveSession, fresh = 0): boolean {
  const { pool, prompt, maxAge, hinted, acr } = request;
  const { session, user } = live;
  if (!isEnoughFor(pool, live) || !isRecentFor(call, request, live)) return false;
  const age = call.now - session.createdAt;
  if (age >= fresh && (prompt.includes("login") || (maxAge !== undefined && age >= maxAge * 1000))) return false;
  if (acr && !acr.includes(acrOf(pool, session.amr))) return false;
  return !hinted || hinted.sub === user.sub;
}
