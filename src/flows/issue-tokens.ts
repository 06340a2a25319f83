// The only mint. Whatever entitles to tokens (a challenge, a code, a refresh token) is spent before this is reached.
import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import type { Statement } from "../directory/database.ts";
import type { Group } from "../directory/groups.ts";
import type { Pool } from "../directory/pools.ts";
import { openSession, type Session } from "../directory/sessions.ts";
import type { User } from "../directory/users.ts";
import { readable } from "../mechanisms/attributes/permissions.ts";
import { accessTokenClaims, clientTokenClaims, idTokenClaims, rolesOf } from "../mechanisms/tokens/claims.ts";
import { signToken } from "../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../mechanisms/tokens/keys.ts";
import { tokenLifetimes } from "../mechanisms/tokens/lifetimes.ts";
import { hashRefreshToken, newRefreshToken, writeRefreshToken } from "../mechanisms/tokens/refresh-token.ts";
import { runTrigger } from "../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../mechanisms/triggers/user-attributes.ts";

/** The moment that tokens are made at, as the trigger is told. */
export type TokenSource =
  | "TokenGeneration_HostedAuth"
  | "TokenGeneration_Authentication"
  | "TokenGeneration_NewPasswordChallenge"
  | "TokenGeneration_AuthenticateDevice"
  | "TokenGeneration_RefreshTokens";

export interface Tokens {
  accessToken: string;
  idToken: string;
  /** Absent where the caller keeps the one it has. */
  refreshToken?: string;
  /** Seconds that the access token lives. */
  expiresIn: number;
  /** Space-separated scopes of the access token. */
  scope: string;
}

/** Who the tokens are for. */
export interface Bearer {
  pool: Pool;
  client: Client;
  user: User;
  groups: Group[];
}

/** The issuer of a pool's tokens: what discovery and `iss` say. */
export const issuerOf = (call: Pick<Call, "origin">, poolId: string): string => `${call.origin}/${poolId}`;

/** The pool that an issuer of ours names, whatever the deployment's origin was when it was written. */
export const poolIdOfIssuer = (issuer: unknown): string => String(issuer).slice(String(issuer).lastIndexOf("/") + 1);

/**
 * Prepares a sign-in's session with its first refresh token. Nothing is stored until `statement` runs, whose result has a
 * row exactly when the user is still as the sign-in saw them.
 */
export async function newSession(
  call: Call,
  { pool, client, user }: Bearer,
  { scope, deviceKey = null }: { scope: string; deviceKey?: string | null },
): Promise<{ session: Session; refreshToken: string; statement: (revision: string) => Statement }> {
  const id = crypto.randomUUID();
  const token = newRefreshToken({ poolId: pool.id, clientId: client.id, sub: user.sub, session: id });
  const refreshToken = await writeRefreshToken(call.keyring, token);
  const session: Session = {
    id,
    poolId: pool.id,
    sub: user.sub,
    clientId: client.id,
    tokenHash: await hashRefreshToken(refreshToken),
    generation: 0,
    previousHash: null,
    previousUntil: null,
    scope,
    deviceKey,
    authTime: Math.floor(call.now / 1000),
    createdAt: call.now,
    expiresAt: call.now + tokenLifetimes(client.settings).refresh * 1000,
  };
  return { session, refreshToken, statement: (revision) => openSession(call.db, session, { revision }) };
}

/**
 * Makes ID and access token of an open session, after asking the pre-token-generation trigger.
 * @throws Refusal UnexpectedLambdaException
 */
export async function issueTokens(
  call: Call,
  bearer: Bearer,
  session: Pick<Session, "id" | "authTime" | "scope" | "deviceKey">,
  source: TokenSource,
  clientMetadata?: Record<string, string>,
): Promise<Tokens> {
  const { pool, client, user, groups } = bearer;
  const { roles, preferred } = rolesOf(groups);
  await runTrigger(call, pool, "PreTokenGeneration", {
    source,
    clientId: client.id,
    userName: user.username,
    request: {
      userAttributes: userAttributes(user),
      groupConfiguration: {
        groupsToOverride: groups.map((group) => group.name),
        iamRolesToOverride: roles,
        preferredRole: preferred ?? null,
      },
      ...(clientMetadata && { clientMetadata }),
    },
    response: { claimsOverrideDetails: null },
  });
  const lifetimes = tokenLifetimes(client.settings);
  const context = {
    issuer: issuerOf(call, pool.id),
    clientId: client.id,
    user,
    groups,
    session,
    revocable: client.settings.EnableTokenRevocation ?? true,
    issuedAt: Math.floor(call.now / 1000),
  };
  const keys = signingKeys(call.settings.signingKeys);
  const [idToken, accessToken] = await Promise.all([
    signToken(keys, "id", idTokenClaims(context, readable(pool, client, user), lifetimes.id), call.now),
    signToken(keys, "access", accessTokenClaims(context, lifetimes.access), call.now),
  ]);
  return { idToken, accessToken, expiresIn: lifetimes.access, scope: session.scope };
}

/**
 * Makes the access token of a client that acts for itself (RFC 6749 §4.4). There is no user, session or refresh token, so
 * nothing is stored. Only a pre-token-generation trigger of version V3_0 is asked (Amazon Cognito: pre token generation
 * Lambda trigger).
 * @throws Refusal UnexpectedLambdaException
 */
export async function issueClientToken(
  call: Call,
  { pool, client }: Pick<Bearer, "pool" | "client">,
  scopes: readonly string[],
  clientMetadata?: Record<string, string>,
): Promise<Pick<Tokens, "accessToken" | "expiresIn" | "scope">> {
  if (pool.settings.LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion === "V3_0") {
    await runTrigger(call, pool, "PreTokenGeneration", {
      source: "TokenGeneration_ClientCredentials",
      clientId: client.id,
      userName: "ClientCredentials",
      request: { userAttributes: {}, groupConfiguration: null, scopes, ...(clientMetadata && { clientMetadata }) },
      response: { claimsAndScopeOverrideDetails: null },
    });
  }
  const scope = scopes.join(" ");
  const lifetime = tokenLifetimes(client.settings).access;
  const context = {
    issuer: issuerOf(call, pool.id),
    clientId: client.id,
    scope,
    issuedAt: Math.floor(call.now / 1000),
  };
  const keys = signingKeys(call.settings.signingKeys);
  const accessToken = await signToken(keys, "access", clientTokenClaims(context, lifetime), call.now);
  return { accessToken, expiresIn: lifetime, scope };
}
