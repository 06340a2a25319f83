import { Hono } from "hono";
import type { Call } from "../../call.ts";
import { addressOfPool } from "../../flows/address-of-pool.ts";
import { CONFIDENTIAL_METHODS } from "../../flows/authorization/client/authenticate-client.ts";
import { acrsOf } from "../../flows/authorization/authentication-level.ts";
import { ASSERTION_ALGORITHMS } from "../../flows/authorization/client/client-assertion.ts";
import { PROOF_ALGORITHMS } from "../../flows/authorization/client/dpop-proof.ts";
import { issuerOf } from "../../flows/issue-tokens.ts";
import { STANDARD_ATTRIBUTES } from "../../mechanisms/attributes/standard.ts";
import { ATTRIBUTE_SCOPES } from "../../mechanisms/tokens/scope-claims.ts";
import { languages } from "../../ui/texts/languages.ts";
import { grants } from "./grants/grants.ts";
import { answerForPool, type KnownPool, publicDocument } from "./public-document.ts";

/** OpenID Connect Discovery 1.0 §4; RFC 8414 §3.1, and the form of its name that many clients try first (§5). */
const PATHS = [
  "/:poolId/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server/:poolId",
  "/:poolId/.well-known/oauth-authorization-server",
];

export const discovery = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

for (const path of PATHS) {
  discovery.use(path, ...publicDocument);
  discovery.get(path, (c) => answerForPool(c, documentOf));
}

const ANY_METHOD = [...CONFIDENTIAL_METHODS, "none"];

/** What ID tokens say beside attributes. */
const ID_TOKEN_CLAIMS = ["iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "c_hash", "sid"];
const OF_COGNITO = ["username", "cognito:username", "cognito:groups", "cognito:roles", "cognito:preferred_role"];

/**
 * OpenID Connect Discovery 1.0 §3, RFC 8414 §2: the endpoints that there are, at the pool's domain where it has one, how
 * clients prove themselves there, and what they may ask for. It is the same for every client: what some were not given is in
 * it. Scopes and attributes of the pool's own are left to those who were told them: they are nobody else's business.
 */
async function documentOf(call: Call, pool: KnownPool): Promise<object> {
  const issuer = issuerOf(call, pool.id);
  const address = await addressOfPool(call, pool.id);
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    authorization_endpoint: `${address}/oauth2/authorize`,
    token_endpoint: `${address}/oauth2/token`,
    token_endpoint_auth_methods_supported: ANY_METHOD,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    userinfo_endpoint: `${address}/oauth2/userInfo`,
    revocation_endpoint: `${address}/oauth2/revoke`,
    revocation_endpoint_auth_methods_supported: ANY_METHOD,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint: `${address}/oauth2/introspect`,
    introspection_endpoint_auth_methods_supported: CONFIDENTIAL_METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    // RFC 9126 §5, RFC 8628 §4
    pushed_authorization_request_endpoint: `${address}/oauth2/par`,
    device_authorization_endpoint: `${address}/oauth2/device_authorization`,
    // OpenID Connect RP-Initiated Logout 1.0 §2.1, Back-Channel Logout 1.0 §2.1
    end_session_endpoint: `${address}/logout`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    scopes_supported: ["openid", ...ATTRIBUTE_SCOPES],
    claims_supported: [...STANDARD_ATTRIBUTES.map(({ Name }) => Name), ...ID_TOKEN_CLAIMS, ...OF_COGNITO],
    claims_parameter_supported: true,
    // Left out, the second would be taken for true. Requests that were pushed are another matter.
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    response_types_supported: [
      "code",
      "token",
      "id_token",
      "id_token token",
      "code id_token",
      "code token",
      "code id_token token",
    ],
    response_modes_supported: ["query", "fragment", "form_post"],
    // RFC 9207 §3
    authorization_response_iss_parameter_supported: true,
    grant_types_supported: [...grants.keys(), "implicit"],
    code_challenge_methods_supported: ["S256"],
    prompt_values_supported: ["none", "login"],
    acr_values_supported: acrsOf(pool),
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    // RFC 9449 §5.1
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    ui_locales_supported: [...languages.keys()],
  };
}
