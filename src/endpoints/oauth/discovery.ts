import { Hono } from "hono";
import type { Call } from "../../call.ts";
import { addressOfPool } from "../../flows/address-of-pool.ts";
import { CONFIDENTIAL_METHODS } from "../../flows/authorization/authenticate-client.ts";
import { issuerOf } from "../../flows/issue-tokens.ts";
import { grants } from "./grants/grants.ts";
import { answerForPool, publicDocument } from "./public-document.ts";

const PATH = "/:poolId/.well-known/openid-configuration";

export const discovery = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

discovery.use(PATH, ...publicDocument);

/**
 * OpenID Connect Discovery 1.0 §3 and §4, RFC 8414 §2: the endpoints that there are, at the pool's domain where it has one,
 * and how clients prove themselves there. Nobody can be sent to sign in yet, so no authorization endpoint is named;
 * `response_types_supported` is there because no document may be without it. Scopes are left to those who were told them:
 * what a pool protects is nobody else's business.
 */
discovery.get(PATH, (c) =>
  answerForPool(c, async (call, poolId) => {
    const address = await addressOfPool(call, poolId);
    const anyMethod = [...CONFIDENTIAL_METHODS, "none"];
    return {
      issuer: issuerOf(call, poolId),
      jwks_uri: `${issuerOf(call, poolId)}/.well-known/jwks.json`,
      token_endpoint: `${address}/oauth2/token`,
      token_endpoint_auth_methods_supported: anyMethod,
      revocation_endpoint: `${address}/oauth2/revoke`,
      revocation_endpoint_auth_methods_supported: anyMethod,
      introspection_endpoint: `${address}/oauth2/introspect`,
      introspection_endpoint_auth_methods_supported: CONFIDENTIAL_METHODS,
      grant_types_supported: [...grants.keys()],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "token"],
      subject_types_supported: ["public"],
    };
  }),
);
