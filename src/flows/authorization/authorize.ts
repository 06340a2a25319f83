import type { Call } from "../../call.ts";
import { isEnoughFor, type LiveSession, liveSession } from "../browser-session.ts";
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

/** OpenID Connect Core 1.0 §3.1.2.3 */
function suffices({ now }: Call, { pool, prompt, maxAge, hinted }: AuthorizationRequest, live: LiveSession): boolean {
  const { session, user } = live;
  if (!isEnoughFor(pool, live)) return false;
  if (prompt.includes("login")) return false;
  if (maxAge !== undefined && now - session.createdAt >= maxAge * 1000) return false;
  return !hinted || hinted.sub === user.sub;
}
