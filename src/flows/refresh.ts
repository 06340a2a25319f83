import type { Call } from "../call.ts";
import { type Client, isConfidential } from "../directory/clients.ts";
import { type Group, groupsOf } from "../directory/groups.ts";
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
import type { Overrides } from "../mechanisms/tokens/claim-overrides.ts";
import {
  hashRefreshToken,
  type RefreshToken,
  readRefreshToken,
  writeRefreshToken,
} from "../mechanisms/tokens/refresh-token.ts";
import { checkBound, issueTokens, type Tokens } from "./issue-tokens.ts";
import { asksForOverrides, tokenOverrides } from "./token-overrides.ts";

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

/** Whose a refresh token is. */
interface Holder {
  session: Session;
  user: User;
  groups: Group[];
}

/** New tokens of a sign-in. */
export interface Renewed extends Tokens {
  /** Whether that was at the pages, where scopes are asked for. */
  atPages: boolean;
}

/**
 * New ID and access tokens for a refresh token, and a new refresh token where the client rotates them. One hop: with
 * rotation, the token is traded in the same transaction that reads session, user and groups, so it is spent before
 * anything is minted. A client that loses the answer can ask again within the grace period. What may refuse for reasons of
 * its own is asked before the trade, a hop earlier: a trigger that fails must not cost the client its only token.
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
  const source = "TokenGeneration_RefreshTokens";
  const ask = ({ session, ...holder }: Holder) =>
    tokenOverrides(call, { pool, client, ...holder }, { source, scope: session.scope, clientMetadata });
  const { session, user, groups, refreshToken, overrides } = rotates(client)
    ? await trade(call, { pool, client }, token, hash, { ...terms, ask: asksForOverrides(pool) ? ask : undefined })
    : await look(call, pool, token, hash, terms);
  const bearer = { pool, client, user, groups };
  const tokens = await issueTokens(call, bearer, session, source, { clientMetadata, jkt, overrides });
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
  return { ...held, groups, refreshToken: undefined, overrides: undefined };
}

async function trade(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  token: RefreshToken,
  hash: string,
  { ask, ...terms }: Terms & { ask: ((holder: Holder) => Promise<Overrides>) | undefined },
) {
  const successor = await writeRefreshToken(call.keyring, { ...token, generation: token.generation + 1 });
  const next = await hashRefreshToken(successor);
  let overrides: Overrides | undefined;
  if (terms.check || ask) {
    const [[seen], [owner], memberships] = await call.db.batch([...reads(call, token)]);
    // The proof of a client with secret hash needs the user's name.
    if (owner) await terms.check?.(owner);
    // Nobody is asked about a token that gives nothing.
    if (seen && (equalText(hash, seen.tokenHash) || isRetried(call, seen, hash, next))) {
      const holder = checkHolder(call, seen, owner);
      checkTerms(holder.session, terms);
      overrides = await ask?.({ ...holder, groups: memberships });
    }
  }
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
  if (traded.length === 0 && !isRetried(call, held.session, hash, next)) {
    await closeSession(call.db, token.poolId, token.session);
    call.log("refresh-token-reuse", { session: token.session, sub: token.sub });
    throw new Refusal("RefreshTokenReuseException", "Refresh token has been used before.", {
      reason: "family revoked",
    });
  }
  return { ...held, groups, refreshToken: successor, overrides };
}

/** Whether it is the token of just before that comes again, by a client that the answer to it did not reach. */
const isRetried = ({ now }: Call, session: Session, hash: string, next: string): boolean =>
  session.previousHash === hash && (session.previousUntil ?? 0) > now && equalText(next, session.tokenHash);

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
