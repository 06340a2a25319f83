import type { Call } from "../../call.ts";
import { findClient, isConfidential } from "../../directory/clients.ts";
import { type Session, sessionById } from "../../directory/sessions.ts";
import { type User, userBySub } from "../../directory/users.ts";
import { equalText } from "../../lib/constant-time.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkToken } from "../../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../../mechanisms/tokens/keys.ts";
import { hashRefreshToken, readRefreshToken } from "../../mechanisms/tokens/refresh-token.ts";
import { issuerOf, poolIdOfIssuer } from "../issue-tokens.ts";
import type { AuthenticatedClient } from "./client/authenticate-client.ts";

/** RFC 7662 §2.2: what is said of a token that counts; of any other only that it does not. Times are seconds since 1970. */
export type Introspection = { active: false } | Active;

interface Active {
  active: true;
  scope: string;
  client_id: string;
  username?: string;
  /** Of access tokens only: it says how a token is used where something is asked for with it. */
  token_type?: "Bearer" | "DPoP";
  exp: number;
  iat: number;
  sub: string;
  aud?: string;
  iss: string;
  jti?: string;
  /** The key that an access token is bound to, by its thumbprint (RFC 9449 §6.2). */
  cnf?: { jkt: string };
}

type AccessClaims = Omit<Active, "active" | "scope" | "token_type"> & {
  scope?: string;
  origin_jti?: string;
  event_id?: string;
};

const INACTIVE = { active: false } as const;

/**
 * Whether a token counts at this moment, for a client of the same pool (RFC 7662 §2): any access token of the pool, and
 * refresh tokens of the client itself. One hop at most. Whatever else it is given is inactive, an ID token too, and never
 * says why, so that nobody can probe for tokens of others (RFC 7662 §4).
 * @throws Refusal invalid_client for a public client
 */
export async function introspectToken(
  call: Call,
  { client, pool }: AuthenticatedClient,
  text: string,
): Promise<Introspection> {
  // RFC 7662 §2.1: whoever may ask must have proved to be somebody.
  if (!isConfidential(client)) {
    throw new Refusal("invalid_client", "Client authentication failed.", { reason: "public client" });
  }
  const checked = await checkToken(signingKeys(call.settings.signingKeys), "access", text, call.now);
  if (typeof checked !== "string") {
    const claims = checked.claims as unknown as AccessClaims;
    if (poolIdOfIssuer(claims.iss) !== pool.id) return INACTIVE;
    const [alive, holder] = await Promise.all([
      isAlive(call, pool.id, claims),
      findClient(call.db, claims.client_id, call.now),
    ]);
    return alive && holder?.pool.id === pool.id ? describe(claims) : INACTIVE;
  }
  const token = await readRefreshToken(call.keyring, text);
  if (!token || token.poolId !== pool.id || token.clientId !== client.id) return INACTIVE;
  const { session, user } = await holderOf(call, pool.id, token.session, token.sub);
  if (!session || !user || session.expiresAt <= call.now || !isGood(session, await hashRefreshToken(text), call.now)) {
    return INACTIVE;
  }
  return {
    active: true,
    scope: session.scope,
    client_id: client.id,
    username: user.username,
    exp: Math.floor(session.expiresAt / 1000),
    iat: Math.floor(session.createdAt / 1000),
    sub: user.sub,
    iss: issuerOf(call, pool.id),
  };
}

/** The tokens of a client that acts for itself name no session: their signature is all there is to ask. */
async function isAlive(call: Call, poolId: string, claims: AccessClaims): Promise<boolean> {
  const id = claims.origin_jti ?? claims.event_id;
  if (id === undefined) return claims.sub === claims.client_id;
  const { session, user } = await holderOf(call, poolId, id, claims.sub);
  return session !== undefined && user !== undefined && claims.iat >= Math.floor(user.signedOutAt / 1000);
}

/** The session and its user, where the session is open and the user may sign in. */
async function holderOf(
  call: Call,
  poolId: string,
  id: string,
  sub: string,
): Promise<{ session: Session | undefined; user: User | undefined }> {
  const [[session], [user]] = await call.db.batch([sessionById(call.db, poolId, id), userBySub(call.db, poolId, sub)]);
  return session?.sub === sub && user?.enabled ? { session, user } : { session: undefined, user: undefined };
}

/** The family's current token, or the one before it while it may be sent again. */
const isGood = ({ tokenHash, previousHash, previousUntil }: Session, hash: string, now: number): boolean =>
  equalText(hash, tokenHash) || ((previousUntil ?? 0) > now && equalText(hash, previousHash ?? ""));

const describe = ({ scope, client_id, username, exp, iat, sub, aud, iss, jti, cnf }: AccessClaims): Introspection => ({
  active: true,
  scope: scope ?? "",
  client_id,
  ...(username !== undefined && { username }),
  token_type: cnf ? "DPoP" : "Bearer",
  exp,
  iat,
  sub,
  ...(aud !== undefined && { aud }),
  iss,
  ...(jti !== undefined && { jti }),
  ...(cnf && { cnf }),
});
