import type { Call } from "../../call.ts";
import { type Client, isConfidential } from "../../directory/clients.ts";
import { findScopes } from "../../directory/resource-servers.ts";
import { Refusal } from "../../lib/refusal.ts";
import { allowsAny } from "../explicit-auth-flows.ts";
import { issueClientToken, type Tokens } from "../issue-tokens.ts";
import type { AuthenticatedClient } from "./client/authenticate-client.ts";
import type { Possession } from "./client/dpop-proof.ts";

/** The value of ExplicitAuthFlows that opens GetClientToken, and with it the grant. */
export const CLIENT_TOKEN_FLOW = "ALLOW_CLIENT_TOKEN_AUTH";

/** Whether a client may act for itself: it is confidential (RFC 6749 §4.4) and its settings open the grant. */
function mayActForItself(client: Client): boolean {
  const { settings } = client;
  const byOauth =
    settings.AllowedOAuthFlowsUserPoolClient && settings.AllowedOAuthFlows?.includes("client_credentials");
  return isConfidential(client) && (byOauth || allowsAny(settings, [CLIENT_TOKEN_FLOW]));
}

/**
 * An access token for a client that acts for itself (RFC 6749 §4.4). No hop while client, pool and scopes are known, but
 * for the proof of a key.
 * @param scopes as requested; undefined for all that the client has
 * @throws Refusal unauthorized_client, invalid_scope, invalid_grant, invalid_dpop_proof, UnexpectedLambdaException
 */
export async function clientCredentials(
  call: Call,
  { client, pool }: AuthenticatedClient,
  {
    scopes,
    clientMetadata,
    possession,
  }: {
    scopes: string[] | undefined;
    clientMetadata: Record<string, string> | undefined;
    possession?: Possession | undefined;
  },
): Promise<Pick<Tokens, "accessToken" | "expiresIn" | "scope">> {
  if (!mayActForItself(client)) {
    throw new Refusal("unauthorized_client", "The client credentials grant is not enabled for the client.");
  }
  const existing = await findScopes(call.db, pool.id, call.now);
  const granted = grantedScopes(client.settings.AllowedOAuthScopes ?? [], existing, scopes);
  await possession?.spend();
  return issueClientToken(call, { client, pool }, granted, { clientMetadata, jkt: possession?.jkt });
}

/**
 * The scopes that a request is given: all that it asked for or none. Only scopes of resource servers exist here: the
 * standard ones are about a user. A scope that the client was given and its resource server has no more is inactive: it
 * is left out where nothing was asked for, and unknown where it was.
 */
function grantedScopes(
  allowed: readonly string[],
  existing: ReadonlySet<string>,
  requested: readonly string[] | undefined,
): string[] {
  if (requested === undefined) {
    const active = allowed.filter((scope) => existing.has(scope));
    if (active.length === 0) throw new Refusal("invalid_scope", "The client has no active scope.");
    return active;
  }
  if (!requested.every((scope) => existing.has(scope))) {
    throw new Refusal("invalid_scope", "A requested scope does not exist.");
  }
  // RFC 6749 §5.2 would say invalid_scope here, too; this is the word of the Amazon Cognito token endpoint.
  if (!requested.every((scope) => allowed.includes(scope))) {
    throw new Refusal("invalid_grant", "A requested scope is not allowed for the client.");
  }
  return [...new Set(requested)];
}
