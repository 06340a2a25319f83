import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import { Refusal } from "../../lib/refusal.ts";
import { allowsAny, REFRESH_FLOWS } from "../explicit-auth-flows.ts";
import type { Tokens } from "../issue-tokens.ts";
import { refresh, rotates } from "../refresh.ts";
import { SELF_SERVICE_SCOPE } from "../signed-in.ts";
import type { AuthenticatedClient } from "./authenticate-client.ts";

/** Rotation closes ALLOW_REFRESH_TOKEN_AUTH and opens this grant by itself; so does a grant that gives refresh tokens. */
function mayRefresh(client: Client): boolean {
  const { AllowedOAuthFlowsUserPoolClient, AllowedOAuthFlows } = client.settings;
  const byCode = AllowedOAuthFlowsUserPoolClient && AllowedOAuthFlows?.includes("code");
  return byCode || rotates(client) || allowsAny(client.settings, REFRESH_FLOWS);
}

/**
 * Tokens for a refresh token at the token endpoint (RFC 6749 §6). The scopes are always those that were granted, so they
 * cannot grow. There is an ID token where OpenID Connect was asked for (OpenID Connect Core 1.0 §12.2), and for a sign-in
 * by the API, whose one scope this is and which always has one.
 * @throws Refusal unauthorized_client, NotAuthorizedException, RefreshTokenReuseException, UnexpectedLambdaException
 */
export async function refreshGrant(
  call: Call,
  { client, pool }: AuthenticatedClient,
  refreshToken: string,
): Promise<Omit<Tokens, "idToken"> & { idToken?: string }> {
  if (!mayRefresh(client)) {
    throw new Refusal("unauthorized_client", "The refresh token grant is not enabled for the client.");
  }
  const { idToken, ...tokens } = await refresh(call, { client, pool }, refreshToken);
  const hasIdToken = tokens.scope === SELF_SERVICE_SCOPE || tokens.scope.split(" ").includes("openid");
  return hasIdToken ? { ...tokens, idToken } : tokens;
}
