import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import { Refusal } from "../../lib/refusal.ts";
import { allowsAny, REFRESH_FLOWS } from "../explicit-auth-flows.ts";
import { refresh, rotates } from "../refresh.ts";
import { SELF_SERVICE_SCOPE } from "../signed-in.ts";
import type { AuthenticatedClient } from "./client/authenticate-client.ts";
import type { Possession } from "./client/dpop-proof.ts";
import type { GrantedTokens } from "./redeem.ts";

/** Rotation closes ALLOW_REFRESH_TOKEN_AUTH and opens this grant by itself; so does a grant that gives refresh tokens. */
function mayRefresh(client: Client): boolean {
  const { AllowedOAuthFlowsUserPoolClient, AllowedOAuthFlows } = client.settings;
  const flows: readonly string[] = AllowedOAuthFlows ?? [];
  const byGrant = AllowedOAuthFlowsUserPoolClient && ["code", "device_code"].some((flow) => flows.includes(flow));
  return byGrant || rotates(client) || allowsAny(client.settings, REFRESH_FLOWS);
}

/** What a client presents for new tokens. */
export interface Renewal {
  refreshToken: string;
  /** RFC 8707 §2.2: what was asked for, once more. */
  resource: string | undefined;
  /** Of the key that the access token is to be bound to (RFC 9449 §5). */
  possession: Possession | undefined;
}

/**
 * Tokens for a refresh token at the token endpoint (RFC 6749 §6). The scopes are always those that were granted, so they
 * cannot grow. There is an ID token where OpenID Connect was asked for (OpenID Connect Core 1.0 §12.2), and for a sign-in
 * by the API, whose one scope this is and which always has one.
 * @throws Refusal unauthorized_client, invalid_dpop_proof, invalid_target, NotAuthorizedException,
 *   RefreshTokenReuseException, UnexpectedLambdaException
 */
export async function refreshGrant(
  call: Call,
  { client, pool }: AuthenticatedClient,
  { refreshToken, resource, possession }: Renewal,
): Promise<GrantedTokens> {
  if (!mayRefresh(client)) {
    throw new Refusal("unauthorized_client", "The refresh token grant is not enabled for the client.");
  }
  const { idToken, atPages, ...tokens } = await refresh(call, { client, pool }, refreshToken, {
    resource,
    jkt: possession?.jkt,
    // Before the refresh token: whoever repeats what a client has sent must not trade its token away.
    spend: possession && (() => possession.spend()),
  });
  const hasIdToken =
    tokens.granted.split(" ").includes("openid") || (!atPages && tokens.granted === SELF_SERVICE_SCOPE);
  return hasIdToken ? { ...tokens, idToken } : tokens;
}
