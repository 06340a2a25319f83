import type { Call } from "../../call.ts";
import type { ClientOAuth, ClientSettings } from "../../directory/pool.ts";
import { readScopes } from "../../directory/resource-servers.ts";
import { Refusal } from "../../lib/refusal.ts";
import { PRIVATE_MEMBERS } from "../../mechanisms/callers/client-keys.ts";

/** OpenID Connect Core 1.0 §5.4, and the scope of the operations on one's own account. */
const STANDARD_SCOPES = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];

/** Hosts that plain HTTP reaches without leaving the machine (RFC 8252 §7.3, §8.3). */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Schemes with which a browser runs or shows the address itself instead of handing it to an app. */
const UNSAFE_SCHEMES = ["javascript:", "data:", "vbscript:", "blob:", "file:", "about:", "view-source:"];

const refuse = (message: string): Refusal => new Refusal("InvalidParameterException", message);

/**
 * Every scope that the resource servers of a pool have now, as `<identifier>/<name>`; none, without asking, where the
 * settings of a client name no such scope.
 */
export async function customScopes(
  call: Call,
  poolId: string,
  { AllowedOAuthScopes = [] }: ClientSettings,
): Promise<ReadonlySet<string>> {
  return AllowedOAuthScopes.some((scope) => scope.includes("/")) ? readScopes(call.db, poolId) : new Set();
}

/**
 * Refuses OAuth settings of a client that no endpoint could serve safely (Amazon Cognito API: CreateUserPoolClient).
 * @param scopes those that the pool's resource servers have
 * @param confidential whether the client can prove itself, by a secret or by keys
 * @throws Refusal InvalidParameterException, InvalidOAuthFlowException, ScopeDoesNotExistException
 */
export function checkOAuth(settings: ClientSettings, scopes: ReadonlySet<string>, confidential: boolean): void {
  const { AllowedOAuthFlows = [], AllowedOAuthScopes = [], CallbackURLs = [], LogoutURLs = [] } = settings;
  if (settings.AllowedOAuthFlowsUserPoolClient && (AllowedOAuthFlows.length === 0 || AllowedOAuthScopes.length === 0)) {
    throw refuse(
      "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
    );
  }
  const unknown = AllowedOAuthScopes.find((scope) => !STANDARD_SCOPES.includes(scope) && !scopes.has(scope));
  if (unknown !== undefined) throw new Refusal("ScopeDoesNotExistException", `Invalid scope requested: ${unknown}`);
  if (AllowedOAuthFlows.includes("client_credentials")) {
    checkClientCredentials(AllowedOAuthFlows, AllowedOAuthScopes, confidential);
  }
  for (const [member, urls] of Object.entries({ CallbackURLs, LogoutURLs })) {
    const invalid = urls.find((url) => !isSafeTarget(url));
    if (invalid !== undefined) throw refuse(`Invalid URL in ${member}: ${invalid}`);
  }
  checkOwn(settings.OAuthConfiguration ?? {});
  if (settings.DefaultRedirectURI !== undefined && !CallbackURLs.includes(settings.DefaultRedirectURI)) {
    throw refuse("DefaultRedirectURI must be one of CallbackURLs.");
  }
}

/** Keys and addresses of what Cognito has no setting for. @throws Refusal InvalidParameterException */
function checkOwn({ Jwks, JwksURI, BackchannelLogoutURI }: ClientOAuth): void {
  if (Jwks !== undefined && JwksURI !== undefined) throw refuse("Only one of Jwks and JwksURI can be set.");
  if (Jwks !== undefined && !isPublicKeySet(Jwks)) throw refuse("Jwks must be a JSON Web Key Set of public keys.");
  for (const [member, url] of Object.entries({ JwksURI, BackchannelLogoutURI })) {
    if (url !== undefined && !(/^https?:/i.test(url) && isSafeTarget(url))) {
      throw refuse(`Invalid URL in ${member}: ${url}`);
    }
  }
}

/** RFC 7517 §5, without symmetric or private parts (RFC 7518 §6). */
function isPublicKeySet(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    const isPublic = (key: unknown) => {
      const { kty } = key as Record<string, unknown>;
      return ["RSA", "EC", "OKP"].includes(String(kty)) && !PRIVATE_MEMBERS.some((member) => member in (key as object));
    };
    return Array.isArray(keys) && keys.length > 0 && keys.every(isPublic);
  } catch {
    return false;
  }
}

/** The grant has no user: nothing to redirect, and nothing that the standard scopes could be about. */
function checkClientCredentials(flows: readonly string[], scopes: readonly string[], confidential: boolean): void {
  const invalid = (message: string) => new Refusal("InvalidOAuthFlowException", message);
  if (flows.length > 1) {
    throw invalid("client_credentials flow can not be selected along with code flow or implicit flow.");
  }
  if (!confidential) {
    throw invalid("client_credentials flow can not be selected if client does not have a client secret.");
  }
  const scope = scopes.find((each) => STANDARD_SCOPES.includes(each));
  if (scope !== undefined) throw invalid(`${scope} is not supported with client_credentials flow`);
}

/** Whether a browser may be sent there: absolute, without fragment (RFC 6749 §3.1.2), HTTPS unless loopback or an app's own scheme. */
function isSafeTarget(text: string): boolean {
  if (text.includes("#") || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  switch (protocol) {
    case "https:":
      return /^https:\/\/[^/\\]/i.test(text);
    case "http:":
      return /^http:\/\/[^/\\]/i.test(text) && LOOPBACK.includes(hostname);
    default:
      return !UNSAFE_SCHEMES.includes(protocol);
  }
}
