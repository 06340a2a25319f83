import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import { findClient } from "../directory/clients.ts";
import type { Pool } from "../directory/pools.ts";
import { sessionById } from "../directory/sessions.ts";
import { type User, userBySub } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { checkToken } from "../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../mechanisms/tokens/keys.ts";
import { poolIdOfIssuer } from "./issue-tokens.ts";

/** Who holds an access token. */
export interface SignedIn {
  pool: Pool;
  client: Client;
  user: User;
  /** Id of the sign-in that the token came from. */
  session: string;
}

/** The scope that the operations of a user's own account need. */
export const SELF_SERVICE_SCOPE = "aws.cognito.signin.user.admin";

const refuse = (message: string, reason?: string) =>
  new Refusal("NotAuthorizedException", message, reason === undefined ? {} : { reason });

/**
 * The user who holds an access token with the scope `aws.cognito.signin.user.admin`. One hop: the session (whose absence
 * is its revocation) and the user together.
 * @throws Refusal NotAuthorizedException, PasswordResetRequiredException, UserNotFoundException, in the words of the
 *   Amazon Cognito user pools API
 */
export async function signedIn(call: Call, token: string): Promise<SignedIn> {
  const checked = await checkToken(signingKeys(call.settings.signingKeys), "access", token, call.now);
  if (checked === "expired") throw refuse("Access Token has expired");
  if (checked === "invalid") throw refuse("Invalid Access Token");
  const { iss, sub, scope, client_id, origin_jti, event_id, iat } = checked.claims as Record<string, string | number>;
  const session = (origin_jti ?? event_id) as string | undefined;
  const poolId = poolIdOfIssuer(iss);
  const found = await findClient(call.db, String(client_id), call.now);
  if (!found || found.pool.id !== poolId || session === undefined) throw refuse("Invalid Access Token");
  if (
    !String(scope ?? "")
      .split(" ")
      .includes(SELF_SERVICE_SCOPE)
  ) {
    throw refuse("Access Token does not have required scopes");
  }
  const [[user], [open]] = await call.db.batch([
    userBySub(call.db, poolId, String(sub)),
    sessionById(call.db, poolId, session),
  ]);
  if (!user) throw new Refusal("UserNotFoundException", "User does not exist.");
  if (!open || open.sub !== sub || (iat as number) < Math.floor(user.signedOutAt / 1000)) {
    throw refuse("Access Token has been revoked");
  }
  if (!user.enabled) throw refuse("User is disabled.");
  if (user.status === "RESET_REQUIRED") {
    throw new Refusal("PasswordResetRequiredException", "Password reset required for the user");
  }
  return { ...found, user, session };
}
