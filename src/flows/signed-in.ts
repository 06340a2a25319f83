import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import { findClient } from "../directory/clients.ts";
import type { Pool } from "../directory/pools.ts";
import type { SessionTerms } from "../directory/session-terms.ts";
import { sessionById } from "../directory/sessions.ts";
import { type User, userBySub } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { checkToken } from "../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../mechanisms/tokens/keys.ts";
import { poolIdOfIssuer } from "./issue-tokens.ts";
import { userNotFound } from "./resolve.ts";

/** Who holds an access token. */
export interface SignedIn {
  pool: Pool;
  client: Client;
  user: User;
  /** Id of the sign-in that the token came from. */
  session: string;
  /** Those of the token. */
  scopes: string[];
  /** What the authorization fixed; null for a sign-in by the API. */
  terms: SessionTerms | null;
}

/** The scope that the operations of a user's own account need. */
export const SELF_SERVICE_SCOPE = "aws.cognito.signin.user.admin";

/** A token that is good, but not for what it was sent to. */
export class MissingScope extends Refusal {
  readonly pool: Pool;

  constructor(pool: Pool) {
    super("NotAuthorizedException", "Access Token does not have required scopes");
    this.pool = pool;
  }
}

const refuse = (message: string, reason?: string) =>
  new Refusal("NotAuthorizedException", message, reason === undefined ? {} : { reason });

/** What is looked at in an access token, whose signature was checked. */
interface Claims {
  iss: string;
  sub: string;
  iat: number;
  client_id?: string;
  scope?: string;
  origin_jti?: string;
  event_id?: string;
  cnf?: { jkt?: string };
}

/**
 * The user who holds an access token. One hop: the session (whose absence is its revocation) and the user together. Tokens
 * of clients that act for themselves have no user, and are refused.
 * @param scope that the token must have; `aws.cognito.signin.user.admin` unless said
 * @param boundTo thumbprint of the key that the caller has proved to hold (RFC 9449 §7.1, §7.2): the token must be bound to that
 *   key, and to none where there is no proof
 * @param spend spends the proof of that key, beside the hop, once the token is known to be ours, good for it and in time
 * @throws Refusal NotAuthorizedException, as MissingScope for want of the scope alone; PasswordResetRequiredException,
 *   UserNotFoundException, in the words of the Amazon Cognito user pools API
 */
export async function signedIn(
  call: Call,
  token: string,
  {
    scope = SELF_SERVICE_SCOPE,
    boundTo,
    spend,
  }: { scope?: string; boundTo?: string | undefined; spend?: (() => Promise<void>) | undefined } = {},
): Promise<SignedIn> {
  const checked = await checkToken(signingKeys(call.settings.signingKeys), "access", token, call.now);
  if (checked === "expired") throw refuse("Access Token has expired");
  if (checked === "invalid") throw refuse("Invalid Access Token");
  const { iss, sub, iat, client_id, cnf, ...claims } = checked.claims as unknown as Claims;
  const session = claims.origin_jti ?? claims.event_id;
  const poolId = poolIdOfIssuer(iss);
  const found = await findClient(call.db, String(client_id), call.now);
  if (!found || found.pool.id !== poolId || session === undefined) throw refuse("Invalid Access Token");
  if (cnf?.jkt !== boundTo) throw refuse("Invalid Access Token", "bound to another key than was proved, or to none");
  const scopes = claims.scope?.split(" ") ?? [];
  if (!scopes.includes(scope)) throw new MissingScope(found.pool);
  const [[[user], [open]]] = await Promise.all([
    call.db.batch([userBySub(call.db, poolId, sub), sessionById(call.db, poolId, session)]),
    spend?.(),
  ]);
  if (!user) throw userNotFound();
  // Before the session, which the reset has ended: this answer says what to do.
  if (user.enabled && user.status === "RESET_REQUIRED") {
    throw new Refusal("PasswordResetRequiredException", "Password reset required for the user");
  }
  if (!open || open.sub !== sub || iat < Math.floor(user.signedOutAt / 1000)) {
    throw refuse("Access Token has been revoked");
  }
  if (!user.enabled) throw refuse("User is disabled.");
  return { ...found, user, session, scopes, terms: open.terms };
}
