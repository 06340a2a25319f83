// One address for two worlds: Amazon Cognito's logout endpoint, and the end session endpoint of OpenID Connect RP-Initiated
// Logout 1.0. Which of them a request belongs to is told by the names of its parameters.
import { decodeJwt } from "jose";
import type { Call } from "../../../call.ts";
import { type Client, findClient } from "../../../directory/clients.ts";
import type { BrowserSession } from "../../../directory/browser-sessions.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { poolIdOfIssuer } from "../../issue-tokens.ts";
import { poolOfHost } from "../../pool-of-host.ts";
import { readIdTokenHint } from "../request/id-token-hint.ts";
import { only, type Parameters } from "../request/parameters.ts";

/** What a logout request comes to. */
export interface LogoutRequest {
  /** Whose session ends; undefined where nothing says it: every one that the browser has at this host. */
  poolId: string | undefined;
  /** Where the browser is sent afterwards: registered to the letter, or of ours. Undefined: it stays on a page of ours. */
  next: string | undefined;
  /** Of whom the session ends without a question: of anyone, of nobody, or of the user with this sub alone. */
  unasked: "anyone" | "nobody" | { sub: string };
}

/** Text that is carried to the client. Longer is refused, never cut. */
const LONGEST_ECHO = 2_048;

const refuse = (name: string, message: string): Refusal => new Refusal(name, message, { status: 400 });

/**
 * Reads a logout request. Whatever it says, nobody is sent to an address that is not registered.
 * @param host where it arrived: at a pool's own domain there is that pool alone
 * @throws Refusal for a page of ours; nothing ends
 */
export async function readLogoutRequest(call: Call, parameters: Parameters, host: string): Promise<LogoutRequest> {
  const names = new Set(parameters.map(([name]) => name));
  if (names.size < parameters.length) throw refuse("invalid_request", "A parameter is repeated.");
  const isCognito = names.has("logout_uri") || names.has("redirect_uri");
  const isOpenId = names.has("id_token_hint") || names.has("post_logout_redirect_uri");
  return isCognito && !isOpenId ? readCognito(call, parameters, host) : readOpenId(call, parameters, host);
}

/**
 * Amazon Cognito: logout endpoint. It signs out at once, whoever sent the browser there; therefore only a request that is
 * right in all its parts does, and names a client whose address it knows.
 */
async function readCognito(call: Call, parameters: Parameters, host: string): Promise<LogoutRequest> {
  const client = await clientAt(call, only(parameters, "client_id"), host);
  if (!client) throw refuse("invalid_client", "The client is not known here.");
  const { LogoutURLs, CallbackURLs, AllowedOAuthScopes = [] } = client.settings;
  const signedOut = { poolId: client.poolId, unasked: "anyone" } as const;

  const logoutUri = only(parameters, "logout_uri");
  if (logoutUri !== undefined) {
    if (!LogoutURLs?.includes(logoutUri)) throw refuse("redirect_mismatch", "logout_uri is not registered.");
    return { ...signedOut, next: logoutUri };
  }
  const redirectUri = only(parameters, "redirect_uri");
  const missing = redirectUri === undefined ? "redirect_uri" : "response_type";
  if (redirectUri === undefined || only(parameters, "response_type") === undefined) {
    throw refuse("invalid_request", `Required String parameter '${missing}' is not present`);
  }
  if (!CallbackURLs?.includes(redirectUri)) throw refuse("redirect_mismatch", "redirect_uri is not registered.");
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, value]));
  if (only(parameters, "scope") === undefined) query.set("scope", AllowedOAuthScopes.join(" "));
  return { ...signedOut, next: `/login?${query.toString()}` };
}

/**
 * OpenID Connect RP-Initiated Logout 1.0 §2. A hint is what shows that a client asks that knows the user. Where it is
 * missing, or any part of the request does not hold, the person is asked, and then stays here (§4: what failed is not used).
 */
async function readOpenId(call: Call, parameters: Parameters, host: string): Promise<LogoutRequest> {
  const named = only(parameters, "client_id");
  const hint = only(parameters, "id_token_hint");
  const address = only(parameters, "post_logout_redirect_uri");
  const state = only(parameters, "state");
  if ((state?.length ?? 0) > LONGEST_ECHO) throw refuse("invalid_request", "state is too long.");

  const pool = await poolOfHost(call, host);
  const hintedPool = pool?.id ?? poolOfHint(hint);
  const hinted =
    hint !== undefined && hintedPool !== undefined ? await readIdTokenHint(call, hintedPool, hint) : undefined;
  const client = await clientAt(call, hinted?.clientId ?? named, host);
  const poolId = pool?.id ?? (hinted ? hintedPool : client?.poolId);

  const doubt = (reason: string): LogoutRequest => {
    if (hint !== undefined || address !== undefined) call.log("logout-doubted", { client: client?.id, reason });
    return { poolId, next: undefined, unasked: "nobody" };
  };
  if (!hinted) return doubt(hint === undefined ? "no hint" : "the hint is none of ours");
  if (named !== undefined && named !== hinted.clientId) return doubt("client_id is not that of the hint");
  const { sub } = hinted;
  if (address === undefined) return { poolId, next: undefined, unasked: { sub } };
  // §3: exactly as registered.
  if (client?.poolId !== poolId || !client?.settings.LogoutURLs?.includes(address)) {
    return doubt("post_logout_redirect_uri is not registered");
  }
  return { poolId, next: withState(address, state), unasked: { sub } };
}

/** The client with this id, where it is known at this host. */
async function clientAt(call: Call, id: string | undefined, host: string): Promise<Client | undefined> {
  if (id === undefined) return undefined;
  const [found, pool] = await Promise.all([findClient(call.db, id, call.now), poolOfHost(call, host)]);
  return pool && found && pool.id !== found.pool.id ? undefined : found?.client;
}

/** The pool that a hint says it comes from, not yet proved. */
function poolOfHint(hint: string | undefined): string | undefined {
  try {
    return hint === undefined ? undefined : poolIdOfIssuer(decodeJwt(hint).iss);
  } catch {
    return undefined;
  }
}

const withState = (address: string, state: string | undefined): string =>
  state === undefined
    ? address
    : `${address}${address.includes("?") ? "&" : "?"}${new URLSearchParams({ state }).toString()}`;

/**
 * Whether the person must say that they mean it before these sessions end: anybody can send a browser here (OpenID Connect
 * RP-Initiated Logout 1.0 §6).
 */
export const mustAsk = ({ unasked }: LogoutRequest, sessions: readonly BrowserSession[]): boolean =>
  unasked !== "anyone" && sessions.some(({ sub }) => unasked === "nobody" || unasked.sub !== sub);
