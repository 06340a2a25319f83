// What the endpoints that clients call themselves have in common: token, revocation, introspection and pushed requests
// (RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1, RFC 9126 §2). Method, form, client and errors are dealt with here, once;
// what is asked is not.
import { type Context, Hono } from "hono";
import type { Call } from "../../call.ts";
import { type AuthenticatedClient, authenticateClient } from "../../flows/authorization/client/authenticate-client.ts";
import { fromUtf8 } from "../../lib/encoding.ts";
import { parseForm } from "../../lib/form.ts";
import { describeError } from "../../lib/log.ts";
import { Refusal } from "../../lib/refusal.ts";
import { readAtMost } from "../../lib/request-body.ts";
import { type OauthError, toOauthError } from "./oauth-error.ts";
import { JSON_TYPE, oauthHeaders, preflight } from "./oauth-headers.ts";

/** Parameters of a request; those without a value are absent (RFC 6749 §3.2). */
export type Form = ReadonlyMap<string, string>;

export interface FormEndpoint {
  path: string;
  /** Whether scripts of any origin may call it. */
  cors: boolean;
  /** Status of `invalid_client`; where it is 400, pools that keep to the standard have 401 all the same. */
  invalidClient: 400 | 401;
  /** Status of what is answered; 200 unless said. */
  status?: 201;
  /**
   * Does what was asked, for a client that has been authenticated.
   * @param request as it arrived, without its body
   * @returns the JSON to answer, null for none
   */
  answer(call: Call, client: AuthenticatedClient, form: Form, request: Request): Promise<object | null>;
}

type OauthApp = Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>;

const MOST_BYTES = 65_536;
const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** Builds the routes of an endpoint. Any method but POST is refused. */
export function formEndpoint(endpoint: FormEndpoint): OauthApp {
  const app: OauthApp = new Hono();
  if (endpoint.cors) app.options(endpoint.path, (c) => preflight(c.req.raw, "POST"));
  app.all(endpoint.path, (c) => respond(c, endpoint));
  return app;
}

async function respond(
  c: Context<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>,
  endpoint: FormEndpoint,
): Promise<Response> {
  const call = c.get("call");
  const headers = oauthHeaders(call, endpoint.cors);
  try {
    const body = await perform(call, c.req.raw, endpoint);
    call.log("operation", { operation: endpoint.path, ...costOf(call) });
    if (body === null) return new Response(null, { headers: { ...headers, "Content-Length": "0" } });
    return Response.json(body, { status: endpoint.status ?? 200, headers: { ...headers, ...JSON_TYPE } });
  } catch (thrown) {
    const error = toOauthError(thrown);
    if (error) {
      const { name, reason } = thrown as Refusal;
      call.log("refused", { target: endpoint.path, name, reason, ...costOf(call) });
      return errorResponse(error, endpoint, headers);
    }
    call.log("failed", { target: endpoint.path, ...costOf(call), ...describeError(thrown) });
    return errorResponse({ error: "server_error", description: "", status: 500 }, endpoint, headers);
  }
}

const costOf = ({ meter: { hops, rowsRead, rowsWritten } }: Call) => ({ hops, rowsRead, rowsWritten });

/** Order of checks: method, content type, size, form, client; then what is asked. */
async function perform(call: Call, request: Request, endpoint: FormEndpoint): Promise<object | null> {
  const malformed = (message: string, status = 400) => new Refusal("invalid_request", message, { status });
  if (request.method !== "POST") throw malformed("The method must be POST.", 405);
  if (!FORM.test(request.headers.get("content-type") ?? "")) {
    throw malformed("The content type must be application/x-www-form-urlencoded.");
  }
  const bytes = await readAtMost(request, MOST_BYTES);
  if (!bytes) throw malformed(`Request bodies are limited to ${MOST_BYTES} bytes.`, 413);
  const text = fromUtf8(bytes);
  const fields = text === null ? null : parseForm(text);
  if (!fields) throw malformed("The form is malformed.");
  // RFC 6749 §3.2: nothing may be sent twice, lest two readers choose differently.
  if (new Set(fields.map(([name]) => name)).size < fields.length) throw malformed("A parameter is repeated.");
  const form: Form = new Map(fields.filter(([, value]) => value !== ""));
  const presented = {
    authorization: request.headers.get("authorization") ?? undefined,
    clientId: form.get("client_id"),
    clientSecret: form.get("client_secret"),
    clientAssertion: form.get("client_assertion"),
    clientAssertionType: form.get("client_assertion_type"),
  };
  const client = await authenticateClient(call, presented, new URL(request.url).host);
  return endpoint.answer(call, client, form, request);
}

/** A parameter that the request must have. @throws Refusal invalid_request */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new Refusal("invalid_request", `${name} is missing.`);
  return value;
}

function errorResponse(
  { error, description, status }: OauthError,
  { invalidClient, cors }: FormEndpoint,
  headers: Record<string, string>,
): Response {
  const sent = error === "invalid_client" ? Math.max(invalidClient, status) : status;
  const body = { error, ...(description !== "" && { error_description: description }) };
  return Response.json(body, {
    status: sent,
    headers: {
      ...headers,
      ...JSON_TYPE,
      // RFC 9110 §11.6.1, §15.5.6
      ...(sent === 401 && { "WWW-Authenticate": 'Basic realm="oauth2", charset="UTF-8"' }),
      ...(sent === 405 && { Allow: cors ? "POST, OPTIONS" : "POST" }),
    },
  });
}
