// An authorization request in the order of its checks: first who asks and where the answer may go, then what is asked.
// Until the address is proven, a fault is told on a page of ours; afterwards, at that address (RFC 6749 §4.1.2.1).
import type { Call } from "../../../call.ts";
import { type Client, findClient, isConfidential } from "../../../directory/clients.ts";
import { type ClientOAuth, isOpenIdConformant } from "../../../directory/pool.ts";
import type { Pool } from "../../../directory/pools.ts";
import { findScopes } from "../../../directory/resource-servers.ts";
import type { RequestedClaims } from "../../../directory/session-terms.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { issuerOf } from "../../issue-tokens.ts";
import { poolOfHost } from "../../pool-of-host.ts";
import { acrsOf } from "../authentication-level.ts";
import { AuthorizationError, type ResponseTarget } from "../authorization-response.ts";
import { ENTRY, targetOfEntry } from "../device/device-entry.ts";
import { grantedScopes, lacksOpenId } from "./authorization-scopes.ts";
import { type HintedUser, readIdTokenHint } from "./id-token-hint.ts";
import { only, type Parameters } from "./parameters.ts";
import { PUSHED, type Pushed, pushedRequest } from "./pushed-request.ts";
import {
  isResource,
  LONGEST_ECHO,
  readChallenge,
  readMaxAge,
  readPrompt,
  readResponseMode,
  readResponseType,
  readThumbprint,
  type Wanted,
} from "./request-parameters.ts";
import { readClaims } from "./requested-claims.ts";

/** A request that is answered at its address, one way or another. */
export interface AuthorizationRequest {
  client: Client;
  pool: Pool;
  target: ResponseTarget;
  wanted: Wanted;
  scopes: string[];
  nonce: string | undefined;
  /** PKCE, S256 (RFC 7636 §4.2). */
  challenge: string | undefined;
  /** RFC 8707 §2. */
  resource: string | undefined;
  prompt: readonly string[];
  /** Seconds. */
  maxAge: number | undefined;
  loginHint: string | undefined;
  /** Whom the client expects (OpenID Connect Core 1.0 §3.1.2.1, `id_token_hint`; §5.5.1, `sub` in `claims`). */
  hinted: Pick<HintedUser, "sub"> | undefined;
  claims: RequestedClaims | undefined;
  /** Levels of assurance of which one must be reached (OpenID Connect Core 1.0 §5.5.1.1). */
  acr: readonly string[] | undefined;
  /** Thumbprint of the key that the code is to be bound to (RFC 9449 §10). */
  jkt: string | undefined;
  /** The pushed request that this is, which ends with its answer. */
  pushed: Pushed | undefined;
  /** As they were sent, or pushed. */
  parameters: Parameters;
}

const onPage = (name: string, message: string): Refusal => new Refusal(name, message, { status: 400 });

/**
 * Reads a request.
 * @param host where it arrived: at a pool's own domain, clients of other pools are unknown
 * @throws Refusal for a page of ours; AuthorizationError for the client's address
 */
export async function readAuthorizationRequest(
  call: Call,
  parameters: Parameters,
  host: string,
): Promise<AuthorizationRequest> {
  const { client, pool } = await clientOf(call, parameters, host);
  const requestUri = only(parameters, "request_uri");
  if (requestUri?.startsWith(PUSHED)) {
    const { pushed, parameters: held } = await pushedRequest(call, client, requestUri);
    return readFor(call, { client, pool }, held, pushed);
  }
  const entry = only(parameters, ENTRY);
  if (entry !== undefined) return forSignInAlone({ client, pool }, await targetOfEntry(call, client, entry, host));
  return readFor(call, { client, pool }, parameters, undefined);
}

/** A request for a person to be signed in and for nothing else, answered at a page of ours. */
const forSignInAlone = (at: { client: Client; pool: Pool }, target: ResponseTarget): AuthorizationRequest => ({
  ...at,
  target,
  wanted: { code: false, token: false, idToken: false },
  scopes: [],
  nonce: undefined,
  challenge: undefined,
  resource: undefined,
  prompt: [],
  maxAge: undefined,
  loginHint: undefined,
  hinted: undefined,
  claims: undefined,
  acr: undefined,
  jkt: undefined,
  pushed: undefined,
  parameters: [],
});

/**
 * The client that a request names, which may ask for people to be signed in.
 * @throws Refusal for a page of ours
 */
export async function clientOf(
  call: Call,
  parameters: Parameters,
  host: string,
): Promise<{ client: Client; pool: Pool }> {
  const id = only(parameters, "client_id");
  if (id === undefined) throw onPage("invalid_request", "client_id is missing or repeated.");
  const [found, pool] = await Promise.all([findClient(call.db, id, call.now), poolOfHost(call, host)]);
  if (!found || (pool && pool.id !== found.pool.id)) throw onPage("invalid_client", "The client is not known here.");
  checkMayAsk(found.client);
  return found;
}

/** @throws Refusal unauthorized_client, for a page of ours */
export function checkMayAsk({ settings }: Client): void {
  const { AllowedOAuthFlowsUserPoolClient, SupportedIdentityProviders } = settings;
  if (!AllowedOAuthFlowsUserPoolClient) throw onPage("unauthorized_client", "OAuth is not enabled for the client.");
  if (SupportedIdentityProviders && !SupportedIdentityProviders.includes("COGNITO")) {
    throw onPage("unauthorized_client", "No identity provider is enabled for the client.");
  }
}

/**
 * The rest of the request, of a client that is known. Also the whole of a pushed one (RFC 9126 §2.1), when it is pushed.
 * @throws Refusal for a page of ours; AuthorizationError for the client's address
 */
export async function readFor(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  parameters: Parameters,
  pushed: Pushed | undefined,
): Promise<AuthorizationRequest> {
  const redirectUri = only(parameters, "redirect_uri");
  // RFC 9700 §4.1.3: character by character, as registered.
  if (redirectUri === undefined || !client.settings.CallbackURLs?.includes(redirectUri)) {
    throw onPage("redirect_mismatch", "redirect_uri is not registered for the client.");
  }
  const state = only(parameters, "state");
  if ((state?.length ?? 0) > LONGEST_ECHO) throw onPage("invalid_request", "state is too long.");
  const wanted = readResponseType(only(parameters, "response_type"));
  const inFragment = wanted !== undefined && (wanted.token || wanted.idToken);
  const mode = readResponseMode(only(parameters, "response_mode"), inFragment);
  const target: ResponseTarget = {
    redirectUri,
    mode: mode ?? (inFragment ? "fragment" : "query"),
    state,
    issuer: issuerOf(call, pool.id),
  };
  const refuse = (error: string, description: string) => new AuthorizationError(target, error, description);
  const invalid = (description: string) => refuse("invalid_request", description);

  if (new Set(parameters.map(([name]) => name)).size < parameters.length) throw invalid("A parameter is repeated.");
  const given = new Map(parameters.filter(([, value]) => value !== ""));
  // OpenID Connect Core 1.0 §3.1.2.6
  if (given.has("request")) throw refuse("request_not_supported", "");
  if (given.has("request_uri") && !pushed) throw refuse("request_uri_not_supported", "");
  if (given.has("registration")) throw refuse("registration_not_supported", "");
  if (!wanted) throw invalid("response_type is missing or not supported.");
  if (!mode) throw invalid("response_mode is not supported here.");
  checkFlows(client, wanted, refuse);
  const own = client.settings.OAuthConfiguration ?? {};
  // RFC 9449 §5.2: what leaves in the address is bound to no key.
  if (own.RequireDPoP && wanted.token) throw refuse("unauthorized_client", "Tokens of the client are bound to a key.");
  if (own.RequirePushedAuthorizationRequests && !pushed) throw invalid("The request must be pushed.");
  const challenge = readChallenge(given, wanted, requiresPkce(pool, client, own), invalid);
  const scopes = await readScopes(call, { client, pool }, given.get("scope"), refuse);
  const nonce = given.get("nonce");
  if ((nonce?.length ?? 0) > LONGEST_ECHO) throw invalid("nonce is too long.");
  // OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.11
  if (wanted.idToken && nonce === undefined) throw invalid("nonce is missing.");
  if (wanted.idToken && !scopes.includes("openid")) throw invalid("An ID token needs the scope openid.");
  const resource = given.get("resource");
  if (resource !== undefined && !isResource(resource)) {
    throw refuse("invalid_target", "resource is not an absolute URL without fragment.");
  }
  // Providers of other kinds are not built yet: none can be enabled for a client.
  const provider = given.get("identity_provider") ?? given.get("idp_identifier");
  if (provider !== undefined && provider !== "COGNITO") throw invalid("The identity provider is not enabled.");
  const { claims, sub, acr } = readClaims(given.get("claims"), invalid);
  // OpenID Connect Core 1.0 §5.5.1.1; the word is that of Core Unmet Authentication Requirements 1.0 §2.
  if (acr && !acrsOf(pool).some((level) => acr.includes(level))) throw refuse("unmet_authentication_requirements", "");
  const hint = given.get("id_token_hint");
  const hinted = hint === undefined ? undefined : await readIdTokenHint(call, pool.id, hint);
  if (hint !== undefined && !hinted) throw invalid("id_token_hint is not an ID token of this issuer.");
  if (hinted && sub !== undefined && sub !== hinted.sub) throw invalid("claims and id_token_hint are about two users.");
  return {
    client,
    pool,
    target,
    wanted,
    scopes,
    nonce,
    challenge,
    resource,
    prompt: readPrompt(given.get("prompt"), invalid),
    maxAge: readMaxAge(given.get("max_age"), invalid),
    loginHint: given.get("login_hint"),
    hinted: sub === undefined ? hinted : { sub },
    claims,
    acr,
    jkt: readThumbprint(given.get("dpop_jkt"), invalid),
    pushed,
    parameters,
  };
}

type Refuse = (error: string, description: string) => AuthorizationError;

function checkFlows(client: Client, wanted: Wanted, refuse: Refuse): void {
  const flows = client.settings.AllowedOAuthFlows ?? [];
  const needed = [...(wanted.code ? ["code"] : []), ...(wanted.token || wanted.idToken ? ["implicit"] : [])];
  if (!needed.every((flow) => (flows as string[]).includes(flow))) {
    throw refuse("unauthorized_client", "The response type is not enabled for the client.");
  }
}

/** RFC 9700 §2.1.1: public clients must use it. Cognito lets them go without. */
const requiresPkce = (pool: Pool, client: Client, { RequirePKCE }: ClientOAuth): boolean =>
  RequirePKCE ?? (isOpenIdConformant(pool.settings) && !isConfidential(client));

async function readScopes(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  text: string | undefined,
  refuse: Refuse,
): Promise<string[]> {
  const existing = await findScopes(call.db, pool.id, call.now);
  const granted = grantedScopes(client.settings.AllowedOAuthScopes ?? [], existing, text);
  if (!granted) throw refuse("invalid_scope", "");
  if (lacksOpenId(granted)) throw refuse("invalid_scope", "email, phone and profile need openid.");
  return granted;
}
