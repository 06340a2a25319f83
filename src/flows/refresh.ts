import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import { groupsOf } from "../directory/groups.ts";
import type { Pool } from "../directory/pools.ts";
import { closeSession, rotateSession, type Session, sessionById } from "../directory/sessions.ts";
import { type User, userBySub } from "../directory/users.ts";
import { equalText } from "../lib/constant-time.ts";
import { Refusal } from "../lib/refusal.ts";
import {
  hashRefreshToken,
  type RefreshToken,
  readRefreshToken,
  writeRefreshToken,
} from "../mechanisms/tokens/refresh-token.ts";
import { issueTokens, type Tokens } from "./issue-tokens.ts";

const refuse = (message: string, reason?: string) =>
  new Refusal("NotAuthorizedException", message, reason === undefined ? {} : { reason });

/** Whether the client trades its refresh token for a new one each time. */
export const rotates = (client: Client): boolean => client.settings.RefreshTokenRotation?.Feature === "ENABLED";

/**
 * New ID and access tokens for a refresh token, and a new refresh token where the client rotates them. One hop: with
 * rotation, the token is traded in the same transaction that reads session, user and groups, so it is spent before
 * anything is minted. A client that loses the answer can ask again within the grace period.
 * @param check refuses on grounds that need the user, such as the secret hash over the real username
 * @throws Refusal NotAuthorizedException, RefreshTokenReuseException (which also ends the family: OAuth 2.0 Security Best
 *   Current Practice, RFC 9700 §4.14.2)
 */
export async function refresh(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  text: string,
  {
    clientMetadata,
    check,
  }: { clientMetadata?: Record<string, string> | undefined; check?: (user: User) => Promise<void> } = {},
): Promise<Tokens> {
  const token = await readRefreshToken(call.keyring, text);
  if (!token || token.poolId !== pool.id) throw refuse("Invalid Refresh Token");
  if (token.clientId !== client.id) throw refuse("Invalid Refresh Token.");
  const hash = await hashRefreshToken(text);
  const { session, user, groups, refreshToken } = rotates(client)
    ? await trade(call, client, token, hash, check)
    : await look(call, token, hash, check);
  const tokens = await issueTokens(
    call,
    { pool, client, user, groups },
    session,
    "TokenGeneration_RefreshTokens",
    clientMetadata,
  );
  return refreshToken === undefined ? tokens : { ...tokens, refreshToken };
}

const reads = (call: Call, { poolId, sub, session }: RefreshToken) =>
  [sessionById(call.db, poolId, session), userBySub(call.db, poolId, sub), groupsOf(call.db, poolId, sub)] as const;

/** Without rotation the token stays good until its session ends. */
async function look(call: Call, token: RefreshToken, hash: string, check?: (user: User) => Promise<void>) {
  const [[session], [user], groups] = await call.db.batch([...reads(call, token)]);
  const held = checkHolder(call, session, user);
  await check?.(held.user);
  // A client that stopped rotating may still present the token before the current one.
  if (!equalText(hash, held.session.tokenHash)) throw refuse("Refresh Token has been revoked", "not the current token");
  return { ...held, groups, refreshToken: undefined };
}

async function trade(
  call: Call,
  client: Client,
  token: RefreshToken,
  hash: string,
  check?: (user: User) => Promise<void>,
) {
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
      poolId: token.poolId,
      id: token.session,
      hash,
      next,
      graceUntil: call.now + grace,
      now: call.now,
    }),
    ...reads(call, token),
  ]);
  const held = checkHolder(call, session, user);
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
