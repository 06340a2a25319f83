import { Hono } from "hono";
import type { Call } from "../../call.ts";
import { issuerOf } from "../../flows/issue-tokens.ts";
import { answerForPool, publicDocument } from "./public-document.ts";

const PATH = "/:poolId/.well-known/openid-configuration";

export const discovery = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

discovery.use(PATH, ...publicDocument);

/**
 * OpenID Connect Discovery 1.0 §3 and §4, for a pool without a domain as Cognito describes it: its tokens can be verified,
 * but there are no endpoints of an authorization server to name. `response_types_supported` is there because no document
 * may be without it.
 */
discovery.get(PATH, (c) =>
  answerForPool(c, (call, poolId) => ({
    issuer: issuerOf(call, poolId),
    jwks_uri: `${issuerOf(call, poolId)}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "token"],
    subject_types_supported: ["public"],
  })),
);
