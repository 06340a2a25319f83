import type { Context } from "hono";
import type { Call } from "../../call.ts";
import { AuthorizationError, type ResponseTarget } from "../../flows/authorization/authorization-response.ts";
import { describeError } from "../../lib/log.ts";
import { Refusal } from "../../lib/refusal.ts";
import { leadTo } from "./lead-to.ts";
import { logRefusal } from "./log-refusal.ts";
import { sendResponse } from "./send-response.tsx";

/**
 * Tells a fault to whoever may be told: to the client where its address is proven, else on our error page (RFC 6749
 * §4.1.2.1). Nobody is ever sent to an address that is not registered.
 * @param target the proven address, once there is one
 */
export async function tellFault(c: Context, call: Call, thrown: unknown, target?: ResponseTarget): Promise<Response> {
  const path = c.req.path;
  if (thrown instanceof Refusal) {
    logRefusal(call, path, thrown);
  } else {
    call.log("failed", { target: path, ...describeError(thrown) });
  }
  if (thrown instanceof AuthorizationError) return sendResponse(c, thrown.response);
  if (target) return sendResponse(c, asAnswer(target, thrown).response);
  return toErrorPage(c, thrown instanceof Refusal ? thrown.name : "server_error");
}

/** A fault that has no name of its own at the client: a trigger's refusal in its words, anything else without detail. */
const asAnswer = (target: ResponseTarget, thrown: unknown): AuthorizationError =>
  thrown instanceof Refusal && thrown.name === "UserLambdaValidationException"
    ? new AuthorizationError(target, "invalid_request", thrown.message)
    : new AuthorizationError(target, "server_error", "");

/** Leads to the error page, which any request can be answered with: it says nothing but this code. */
function toErrorPage(c: Context, error: string): Response {
  const clientId = new URL(c.req.url).searchParams.get("client_id");
  const query = new URLSearchParams({ error, ...(clientId !== null && { client_id: clientId.slice(0, 128) }) });
  return leadTo(c, `/error?${query.toString()}`);
}
