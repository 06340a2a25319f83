// The only mint. Whatever entitles to tokens (a challenge, a code, a refresh token) is spent before this is reached.
import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import type { Statement } from "../directory/database.ts";
import type { Group } from "../directory/groups.ts";
import { isOpenIdConformant } from "../directory/pool.ts";
import type { Pool } from "../directory/pools.ts";
import { sessionsPerUser, tracksSessions } from "../directory/session-settings.ts";
import { makeRoom, openSession, type Session } from "../directory/sessions.ts";
import type { User } from "../directory/users.ts";
import { toBase64Url, utf8 } from "../lib/encoding.ts";
import { sha256 } from "../lib/hash.ts";
import { Refusal } from "../lib/refusal.ts";
import { readable } from "../mechanisms/attributes/permissions.ts";
import { overrideAccessClaims, overrideIdClaims } from "../mechanisms/tokens/claim-overrides.ts";
import { accessTokenClaims, clientTokenClaims, idTokenClaims, type TokenSession } from "../mechanisms/tokens/claims.ts";
import { signToken } from "../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../mechanisms/tokens/keys.ts";
import { tokenLifetimes } from "../mechanisms/tokens/lifetimes.ts";
import { hashRefreshToken, newRefreshToken, writeRefreshToken } from "../mechanisms/tokens/refresh-token.ts";
import { attributesOfScopes } from "../mechanisms/tokens/scope-claims.ts";
import type { Overrides } from "../mechanisms/tokens/claim-overrides.ts";
import { clientTokenOverrides, type TokenSource, tokenOverrides } from "./token-overrides.ts";

export interface Tokens {
  accessToken: string;
  idToken: string;
  /** Absent where the caller keeps the one it has. */
  refreshToken?: string;
  /** A device that the client may remember from now on. */
  newDevice?: { key: string; groupKey: string };
  /** Seconds that the access token lives. */
  expiresIn: number;
  /**
   * Space-separated scopes of the access token, as they are after the trigger was asked; empty where it took all away.
   */
  scope: string;
  /** Those that the sign-in was granted, and its later tokens begin with. */
  granted: string;
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
 * Prepares a sign-in's session with its first refresh token. Nothing is stored until `statements` run, at the end of
 * one batch: the result of the last has a row exactly when the user is still as the sign-in saw them. In a pool that
 * tracks sessions, the one before makes room for the session, and only then, too.
 */
export async function newSession(
  call: Call,
  { pool, client, user }: Bearer,
  {
    scope,
    id = crypto.randomUUID(),
    authTime = Math.floor(call.now / 1000),
    deviceKey = null,
    browserSession = null,
    terms = null,
  }: Pick<Session, "scope"> & Partial<Pick<Session, "id" | "authTime" | "deviceKey" | "browserSession" | "terms">>,
): Promise<{
  session: Session;
  refreshToken: string;
  statements: (revision: string) => [Statement, ...Statement[]];
}> {
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
    browserSession,
    terms,
    authTime,
    createdAt: call.now,
    lastActiveAt: call.now,
    expiresAt: call.now + tokenLifetimes(client.settings).refresh * 1000,
  };
  const open = (revision: string) => openSession(call.db, session, { revision });
  // Amazon Cognito API: UserPoolTokenSessionConfigType, "before it creates the new session".
  const evict = (revision: string) => makeRoom(call.db, session, { revision }, sessionsPerUser(pool.settings));
  return {
    session,
    refreshToken,
    statements: (revision) => (tracksSessions(pool.settings) ? [evict(revision), open(revision)] : [open(revision)]),
  };
}

/** What the tokens of one answer are made for, beside their session. */
export interface Minting {
  clientMetadata?: Record<string, string> | undefined;
  nonce?: string | undefined;
  /** The code that leaves in the same answer (hybrid flow). */
  code?: string | undefined;
  /** Thumbprint of the key that the access token is bound to (RFC 9449 §6). */
  jkt?: string | undefined;
  /** What the trigger has said already; it is asked unless said. */
  overrides?: Overrides | undefined;
  /** Whether the access token leaves, too; userInfo then tells what the scopes are about. */
  withAccessToken?: boolean;
}

/**
 * Refuses an access token that is bound to no key to a client which wants none such: what is given where no key is asked for,
 * by the API above all, is bound to none (RFC 9449 §5.2).
 * @param jkt thumbprint of the key
 * @throws Refusal NotAuthorizedException
 */
export function checkBound({ settings }: Client, jkt: string | undefined): void {
  if (settings.OAuthConfiguration?.RequireDPoP && jkt === undefined) {
    throw new Refusal(
      "NotAuthorizedException",
      "Tokens of the client are bound to a key, at the token endpoint alone.",
    );
  }
}

/**
 * Makes ID and access token of an open session, with what the pre-token-generation trigger changes in them. The session
 * stays as it was granted: the trigger is asked anew at each refresh.
 * @throws Refusal NotAuthorizedException, UserLambdaValidationException, UnexpectedLambdaException,
 *   InvalidLambdaResponseException
 */
export async function issueTokens(
  call: Call,
  bearer: Bearer,
  session: TokenSession,
  source: TokenSource,
  { clientMetadata, nonce, code, jkt, overrides: said, withAccessToken = true }: Minting = {},
): Promise<Tokens> {
  const { pool, client, user, groups } = bearer;
  if (withAccessToken) checkBound(client, jkt);
  const overrides = said ?? (await tokenOverrides(call, bearer, { source, scope: session.scope, clientMetadata }));
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
  const accessClaims = overrideAccessClaims(accessTokenClaims(context, lifetimes.access, jkt), overrides);
  const accessToken = await signToken(keys, "access", accessClaims, call.now);
  const binding = {
    nonce,
    ...(session.terms && withAccessToken && { atHash: await halfHash(accessToken) }),
    ...(code !== undefined && { cHash: await halfHash(code) }),
  };
  // A code is as good as an access token here, since it becomes one (OpenID Connect Core 1.0 §5.4).
  const shown = shownInIdToken(bearer, session, withAccessToken || code !== undefined);
  const idClaims = overrideIdClaims(idTokenClaims(context, shown, lifetimes.id, binding), overrides);
  const idToken = await signToken(keys, "id", idClaims, call.now);
  const scope = scopeOf(accessClaims);
  return { idToken, accessToken, expiresIn: lifetimes.access, scope, granted: session.scope };
}

const scopeOf = ({ scope }: Record<string, unknown>): string => (typeof scope === "string" ? scope : "");

/**
 * The attributes in an ID token. A sign-in by the API shows all; one at the pages those of its scopes, which the standard
 * leaves to userInfo where that can be asked (OpenID Connect Core 1.0 §5.4).
 */
function shownInIdToken(
  { pool, client, user }: Bearer,
  { scope, terms }: TokenSession,
  withAccessToken: boolean,
): Record<string, string> {
  const attributes = readable(pool, client, user);
  if (!terms) return attributes;
  const conformant = isOpenIdConformant(pool.settings);
  const scopes = conformant && withAccessToken ? [] : scope.split(" ");
  return attributesOfScopes(scopes, attributes, {
    // Without openid nobody asked who the user is: what the API gives for a refresh token of such a sign-in says no more.
    alone: conformant || !scopes.includes("openid") ? "none" : "all",
    also: terms.claims?.idToken,
  });
}

/** OpenID Connect Core 1.0 §3.1.3.6: of a hash as wide as the signature's, the left half. RS256 and ES256 sign SHA-256. */
const halfHash = async (text: string): Promise<string> =>
  toBase64Url((await sha256(utf8(text))).subarray(0, 16) as Uint8Array<ArrayBuffer>);

/**
 * Makes the access token of a client that acts for itself (RFC 6749 §4.4). There is no user, session or refresh token, so
 * nothing is stored.
 * @throws Refusal NotAuthorizedException, UserLambdaValidationException, UnexpectedLambdaException,
 *   InvalidLambdaResponseException
 */
export async function issueClientToken(
  call: Call,
  { pool, client }: Pick<Bearer, "pool" | "client">,
  scopes: readonly string[],
  { clientMetadata, jkt }: Pick<Minting, "clientMetadata" | "jkt"> = {},
): Promise<Pick<Tokens, "accessToken" | "expiresIn" | "scope">> {
  checkBound(client, jkt);
  const overrides = await clientTokenOverrides(call, { pool, client }, scopes, clientMetadata);
  const lifetime = tokenLifetimes(client.settings).access;
  const context = {
    issuer: issuerOf(call, pool.id),
    clientId: client.id,
    scope: scopes.join(" "),
    jkt,
    issuedAt: Math.floor(call.now / 1000),
  };
  const keys = signingKeys(call.settings.signingKeys);
  const claims = overrideAccessClaims(clientTokenClaims(context, lifetime), overrides);
  const accessToken = await signToken(keys, "access", claims, call.now);
  return { accessToken, expiresIn: lifetime, scope: scopeOf(claims) };
}
