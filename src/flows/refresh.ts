import type { Call } from "../call.ts";
import { type Client, isConfidential } from "../directory/clients.ts";
import { groupsOf } from "../directory/groups.ts";
import type { Pool } from "../directory/pools.ts";
import { tracksSessions } from "../directory/session-settings.ts";
import {
  closeSession,
  noteUse,
  type PresentedToken,
  rotateSession,
  type Session,
  sessionById,
} from "../directory/sessions.ts";
import { type User, userBySub } from "../directory/users.ts";
import { equalText } from "../lib/constant-time.ts";
import { Refusal } from "../lib/refusal.ts";
import {
  hashRefreshToken,
  type RefreshToken,
  readRefreshToken,
  writeRefreshToken,
} from "../mechanisms/tokens/refresh-token.ts";
import { checkBound, issueTokens, type Tokens } from "./issue-tokens.ts";

const refuse = (message: string, reason?: string) =>
  new Refusal("NotAuthorizedException", message, reason === undefined ? {} : { reason });

/** Whether the client trades its refresh token for a new one each time. */
export const rotates = (client: Client): boolean => client.settings.RefreshTokenRotation?.Feature === "ENABLED";

/** What comes with a refresh token. */
interface Presented {
  clientMetadata?: Record<string, string> | undefined;
  /** Refuses on grounds that need the user, such as the secret hash over the real username. */
  check?: ((user: User) => Promise<void>) | undefined;
  /** Thumbprint of the key that the request proved to hold: the access token is bound to it (RFC 9449 §5). */
  jkt?: string | undefined;
  /** RFC 8707 §2.2 */
  resource?: string | undefined;
  /** DEVICE_KEY of the client. */
  deviceKey?: string | undefined;
  /** Spends what must not be used twice: before the refresh token, and for one alone that is the client's. */
  spend?: (() => Promise<void>) | undefined;
}

interface Terms extends Pick<Presented, "check" | "jkt" | "resource"> {
  /** Undefined where it may be any. */
  deviceKey: string | undefined;
}

/** New tokens of a sign-in. */
export interface Renewed extends Tokens {
  /** Whether that was at the pages, where scopes are asked for. */
  atPages: boolean;
}

/**
 * New ID and access tokens for a refresh token, and a new refresh token where the client rotates them. One hop: with
 * rotation, the token is traded in the same transaction that reads session, user and groups, so it is spent before
 * anything is minted. A client that loses the answer can ask again within the grace period.
 * @throws Refusal NotAuthorizedException, invalid_target, what `spend` throws, RefreshTokenReuseException (which also ends
 *   the family: OAuth 2.0 Security Best Current Practice, RFC 9700 §4.14.2)
 */
export async function refresh(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  text: string,
  { clientMetadata, check, jkt, resource, deviceKey, spend }: Presented = {},
): Promise<Renewed> {
  checkBound(client, jkt);
  const token = await readRefreshToken(call.keyring, text);
  if (!token || token.poolId !== pool.id) throw refuse("Invalid Refresh Token");
  if (token.clientId !== client.id) throw refuse("Invalid Refresh Token.");
  await spend?.();
  const hash = await hashRefreshToken(text);
  // Amazon Cognito: a pool that no longer remembers devices binds nothing to them. No device has the empty key.
  const terms: Terms = { check, jkt, resource, deviceKey: pool.settings.DeviceConfiguration && (deviceKey ?? "") };
  const { session, user, groups, refreshToken } = rotates(client)
    ? await trade(call, { pool, client }, token, hash, terms)
    : await look(call, pool, token, hash, terms);
  const tokens = await issueTokens(call, { pool, client, user, groups }, session, "TokenGeneration_RefreshTokens", {
    clientMetadata,
    jkt,
  });
  return { ...tokens, ...(refreshToken !== undefined && { refreshToken }), atPages: session.terms !== null };
}

const reads = (call: Call, { poolId, sub, session }: RefreshToken) =>
  [sessionById(call.db, poolId, session), userBySub(call.db, poolId, sub), groupsOf(call.db, poolId, sub)] as const;

const presented = (
  { now }: Call,
  { poolId, session: id }: RefreshToken,
  hash: string,
  { jkt, resource, deviceKey }: Terms,
): PresentedToken => ({ poolId, id, hash, now, jkt, resource, deviceKey });

/** Without rotation the token stays good until its session ends. */
async function look(call: Call, { settings }: Pool, token: RefreshToken, hash: string, terms: Terms) {
  const note = tracksSessions(settings) ? [noteUse(call.db, presented(call, token, hash, terms))] : [];
  const [[session], [user], groups] = await call.db.batch([...reads(call, token), ...note]);
  const held = checkHolder(call, session, user);
  checkTerms(held.session, terms);
  await terms.check?.(held.user);
  // A client that stopped rotating may still present the token before the current one.
  if (!equalText(hash, held.session.tokenHash)) throw refuse("Refresh Token has been revoked", "not the current token");
  return { ...held, groups, refreshToken: undefined };
}

async function trade(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  token: RefreshToken,
  hash: string,
  terms: Terms,
) {
  const { check } = terms;
  if (check) {
    // The proof of the client needs the user's name and must come before the token is spent: a hop more, for clients with secret hash only.
    const [user] = await userBySub(call.db, token.poolId, token.sub);
    if (user) await check(user);
  }
  const successor = await writeRefreshToken(call.keyring, { ...token, generation: token.generation + 1 });
  const next = await hashRefreshToken(successor);
  const grace = (client.settings.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0) * 1000;
  const [traded, [session], [user], groups] = await call.db.batch([
    rotateSession(call.db, {
      ...presented(call, token, hash, terms),
      next,
      graceUntil: call.now + grace,
      // RFC 9449 §5: a confidential client proves itself anyway, so its refresh tokens are bound to no key.
      bind: !isConfidential(client),
      track: tracksSessions(pool.settings),
    }),
    ...reads(call, token),
  ]);
  const held = checkHolder(call, session, user);
  // Nothing was traded for whoever is refused here, so the family goes on.
  checkTerms(held.session, terms);
  const retried =
    held.session.previousHash === hash &&
    (held.session.previousUntil ?? 0) > call.now &&
    equalText(next, held.session.tokenHash);
  if (traded.length === 0 && !retried) {
    await closeSession(call.db, token.poolId, token.session);
    call.log("refresh-token-reuse", { session: token.session, sub: token.sub });
    throw new Refusal("RefreshTokenReuseException", "Refresh token has been used before.", {
      reason: "family revoked",
    });
  }
  return { ...held, groups, refreshToken: successor };
}

/** @throws Refusal NotAuthorizedException, invalid_target */
function checkTerms({ terms, deviceKey: bound }: Session, { jkt, resource, deviceKey }: Terms): void {
  // Amazon Cognito: device tracking. The token endpoint knows no devices, so it refreshes nothing that is bound to one.
  if (bound !== null && deviceKey !== undefined && !equalText(deviceKey, bound)) {
    throw refuse("Invalid Refresh Token", "bound to another device");
  }
  // RFC 9449 §5: wherever it is presented, at the API too, which knows no proofs.
  if (terms?.jkt !== undefined && terms.jkt !== jkt) throw refuse("Invalid Refresh Token", "bound to another key");
  if (resource !== undefined && resource !== terms?.resource) {
    throw new Refusal("invalid_target", "resource differs from that of the authorization request.");
  }
}

function checkHolder(
  { now }: Call,
  session: Session | undefined,
  user: User | undefined,
): { session: Session; user: User } {
  // A closed session and a deleted user look alike: neither tells which.
  if (!session || !user || session.sub !== user.sub) throw refuse("Refresh Token has been revoked");
  if (session.expiresAt <= now) throw refuse("Refresh Token has expired");
  if (!user.enabled) throw refuse("User is disabled.");
  return { session, user };
}
