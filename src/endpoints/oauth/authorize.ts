import { type Context, Hono } from "hono";
import type { Call } from "../../call.ts";
import { readAuthorizationRequest } from "../../flows/authorization/request/authorization-request.ts";
import type { ResponseTarget } from "../../flows/authorization/authorization-response.ts";
import { authorize as authorizeRequest } from "../../flows/authorization/authorize.ts";
import { readCookie, sessionCookie } from "../browser/cookies.ts";
import { tellFault } from "../browser/fault.ts";
import { queryOf, readForm, readQuery } from "../browser/parameters.ts";
import { sendResponse } from "../browser/send-response.tsx";

type Env = { Bindings: Cloudflare.Env; Variables: { call: Call } };

/** Amazon Cognito has the first; its guide also writes the second. */
const PATHS = ["/oauth2/authorize", "/authorize"];

export const authorize = new Hono<Env>();

for (const path of PATHS) {
  authorize.get(path, answer);
  authorize.post(path, repeatAsGet);
}

/** RFC 6749 §3.1, OpenID Connect Core 1.0 §3.1.2: straight back to the client, or to the sign-in page with the same query. */
async function answer(c: Context<Env>): Promise<Response> {
  const call = c.get("call");
  let target: ResponseTarget | undefined;
  try {
    const request = await readAuthorizationRequest(call, readQuery(c), new URL(c.req.url).host);
    target = request.target;
    const response = await authorizeRequest(call, request, readCookie(c, sessionCookie(request.pool.id)));
    const { hops, rowsRead, rowsWritten } = call.meter;
    call.log("operation", { operation: c.req.path, hops, rowsRead, rowsWritten });
    if (response) return await sendResponse(c, response);
    c.header("Cache-Control", "no-store");
    return c.redirect(`/login${queryOf(c)}`, 302);
  } catch (thrown) {
    return tellFault(c, call, thrown, target);
  }
}

/**
 * OpenID Connect Core 1.0 §3.1.2.1: requests may be posted. The answer makes a GET of it, since browsers do not bring the
 * session along with what another site posts.
 */
async function repeatAsGet(c: Context<Env>): Promise<Response> {
  try {
    const query = new URLSearchParams((await readForm(c)).map(([name, value]) => [name, value])).toString();
    c.header("Cache-Control", "no-store");
    return c.redirect(`/oauth2/authorize?${query}`, 303);
  } catch (thrown) {
    return tellFault(c, c.get("call"), thrown);
  }
}
