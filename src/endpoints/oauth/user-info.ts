import { type Context, Hono } from "hono";
import type { Call } from "../../call.ts";
import { PROOF_ALGORITHMS, requireProof, saysBound } from "../../flows/authorization/client/dpop-proof.ts";
import { userInfo as readUserInfo } from "../../flows/authorization/user-info.ts";
import { describeError } from "../../lib/log.ts";
import { Refusal } from "../../lib/refusal.ts";
import { hasForm, readForm } from "../browser/parameters.ts";
import { type OauthError, toOauthError } from "./oauth-error.ts";
import { JSON_TYPE, oauthHeaders, preflight } from "./oauth-headers.ts";

type Env = { Bindings: Cloudflare.Env; Variables: { call: Call } };

const PATH = "/oauth2/userInfo";

/** OpenID Connect Core 1.0 §5.3, for scripts of any origin, too. Amazon Cognito has it by GET. */
export const userInfo = new Hono<Env>();

userInfo.options(PATH, (c) => preflight(c.req.raw, "GET, POST"));

userInfo.on(["GET", "POST"], PATH, (c) =>
  respond(c, async (call) => {
    const { scheme, token } = await readToken(c);
    const possession = scheme === "DPoP" ? await requireProof(call, c.req.raw, token) : undefined;
    const claims = await readUserInfo(call, token, { host: new URL(c.req.url).host, possession });
    if (possession && !possession.isSpent) throw new Error("a user was shown for a proof that can be used again");
    return claims;
  }),
);

userInfo.all(PATH, (c) =>
  respond(c, () => {
    throw malformed("method", 405);
  }),
);

/** In the words of the Amazon Cognito userInfo endpoint, whatever is wrong with the request. */
const malformed = (reason: string, status = 400): Refusal =>
  new Refusal("invalid_request", "Bad OAuth2 request at UserInfo Endpoint", { reason, status });

/** An access token, and how it is used. */
interface Presented {
  scheme: "Bearer" | "DPoP";
  token: string;
}

/**
 * The access token of a request: in the header, or in a form that is posted (RFC 6750 §2.1, §2.2). Never in the address,
 * which is logged and kept (§2.3, RFC 9700 §4.3.2).
 * @throws Refusal invalid_request where there is none, or more than one (RFC 6750 §2)
 */
async function readToken(c: Context<Env>): Promise<Presented> {
  const header = c.req.header("authorization");
  const fields = c.req.method === "POST" && hasForm(c) ? await readForm(c) : [];
  const inForm = fields.filter(([name]) => name === "access_token").map(([, value]) => value);
  if (new URL(c.req.url).searchParams.has("access_token")) throw malformed("token in the address");
  if (header === undefined ? inForm.length !== 1 : inForm.length > 0) throw malformed("no token, or several");
  return header === undefined ? { scheme: "Bearer", token: inForm[0] as string } : readAuthorization(header);
}

/** RFC 6750 §2.1, RFC 9449 §7.1, RFC 9110 §11.4. @throws Refusal invalid_request for another scheme, or what is no token */
function readAuthorization(header: string): Presented {
  const [, scheme = "", token = ""] = /^(\S+) +([\w.~+/-]+=*)$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return { scheme: "Bearer", token };
    case "dpop":
      return { scheme: "DPoP", token };
    default:
      throw malformed("unsupported scheme, or malformed");
  }
}

async function respond(c: Context<Env>, answer: (call: Call) => Promise<object>): Promise<Response> {
  const call = c.get("call");
  const { meter } = call;
  const headers = { ...oauthHeaders(call, true), ...JSON_TYPE };
  const cost = () => ({ hops: meter.hops, rowsRead: meter.rowsRead, rowsWritten: meter.rowsWritten });
  try {
    const claims = await answer(call);
    call.log("operation", { operation: PATH, ...cost() });
    return Response.json(claims, { headers });
  } catch (thrown) {
    const error = toOauthError(thrown);
    if (!error) {
      call.log("failed", { target: PATH, ...cost(), ...describeError(thrown) });
      return Response.json({ error: "server_error" }, { status: 500, headers });
    }
    const { name, reason } = thrown as Refusal;
    call.log("refused", { target: PATH, name, reason, ...cost() });
    // RFC 9449 §7.1: 400 is what the token endpoint has for it.
    const status = name === "invalid_dpop_proof" ? 401 : error.status;
    return refusal({ ...error, status }, headers, challengesFor(c.req.header("authorization"), error));
  }
}

/**
 * How the token should have come (RFC 6750 §3, RFC 9449 §7.1). A token that is bound to a key and came as a bearer's is told
 * of both ways (RFC 9449 §7.2).
 */
function challengesFor(authorization = "", { error, description }: OauthError): string {
  const [, scheme = "", token = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  const scope = error === "insufficient_scope" ? ', scope="openid"' : "";
  const what = `error="${error}", error_description="${description}"${scope}`;
  const algorithms = `algs="${PROOF_ALGORITHMS.join(" ")}"`;
  if (scheme.toLowerCase() === "dpop") return `DPoP ${what}, ${algorithms}`;
  return saysBound(token) ? `Bearer ${what}, DPoP ${algorithms}` : `Bearer ${what}`;
}

/** Scripts of other origins may read it; the body repeats it, as Amazon Cognito's is seen to. */
function refusal(
  { error, description, status }: OauthError,
  headers: Record<string, string>,
  challenges: string,
): Response {
  const challenge = { "WWW-Authenticate": challenges, "Access-Control-Expose-Headers": "WWW-Authenticate" };
  return Response.json(
    { error, error_description: description },
    { status, headers: { ...headers, ...(status === 405 ? { Allow: "GET, HEAD, POST, OPTIONS" } : challenge) } },
  );
}
