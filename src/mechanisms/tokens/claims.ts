import type { JWTPayload } from "jose";
import type { Group } from "../../directory/groups.ts";
import type { Session } from "../../directory/sessions.ts";

/** What both tokens of a sign-in say. */
export interface TokenContext {
  issuer: string;
  clientId: string;
  user: { sub: string; username: string };
  groups: Group[];
  session: TokenSession;
  /** EnableTokenRevocation of the client: whether tokens name their family. */
  revocable: boolean;
  /** Seconds since 1970. */
  issuedAt: number;
}

/** What tokens say of the session that they belong to. */
export type TokenSession = Pick<Session, "id" | "authTime" | "scope" | "deviceKey" | "browserSession" | "terms">;

/** What is said once, of the very answer that an ID token comes with (OpenID Connect Core 1.0 §2, §3.3.2.11). */
export interface Binding {
  nonce?: string | undefined;
  /** Left half of the hash of the access token beside it, base64url. */
  atHash?: string | undefined;
  /** Likewise of the code. */
  cHash?: string | undefined;
}

const BOOLEANS = new Set(["email_verified", "phone_number_verified"]);

/**
 * An attribute as an ID token shows it: custom ones are text whatever their type; a few standard ones have their own form
 * (OpenID Connect Core 1.0 §5.1).
 */
export function claimOf(name: string, value: string): unknown {
  if (BOOLEANS.has(name)) return value.toLowerCase() === "true";
  if (name === "address") return { formatted: value };
  if (name === "updated_at") return Number(value);
  return value;
}

const groupNames = (groups: Group[]) =>
  groups.length > 0 ? { "cognito:groups": groups.map((group) => group.name) } : {};

/**
 * The roles that a user's groups bring, and the one of the strongest group unless several are equally strong (Amazon
 * Cognito: role-based access control, using tokens to assign roles).
 * @param groups strongest first
 */
export function rolesOf(groups: Group[]): { roles: string[]; preferred: string | undefined } {
  const roles = [...new Set(groups.flatMap((group) => group.roleArn ?? []))];
  const [strongest] = groups;
  const rivals = groups.filter((group) => group.precedence === strongest?.precedence);
  const candidates = new Set(rivals.flatMap((group) => group.roleArn ?? []));
  return { roles, preferred: candidates.size === 1 ? [...candidates][0] : undefined };
}

function roleClaims(groups: Group[]): JWTPayload {
  const { roles, preferred } = rolesOf(groups);
  if (roles.length === 0) return {};
  return { "cognito:roles": roles, ...(preferred !== undefined && { "cognito:preferred_role": preferred }) };
}

function common({ issuer, user, session, revocable, issuedAt }: TokenContext, lifetime: number): JWTPayload {
  return {
    sub: user.sub,
    iss: issuer,
    event_id: session.id,
    ...(revocable && { origin_jti: session.id }),
    auth_time: session.authTime,
    iat: issuedAt,
    exp: issuedAt + lifetime,
    ...(session.terms && { acr: session.terms.acr, amr: session.terms.amr }),
  };
}

/**
 * Claims of an ID token (Amazon Cognito: understanding the identity token).
 * @param attributes the user's attributes that it is to show
 * @param lifetime seconds
 */
export function idTokenClaims(
  context: TokenContext,
  attributes: Record<string, string>,
  lifetime: number,
  { nonce, atHash, cHash }: Binding = {},
): JWTPayload {
  const shown = Object.entries(attributes).filter(([name]) => !name.startsWith("dev:") && name !== "sub");
  const sid = context.session.browserSession;
  return {
    ...Object.fromEntries(shown.map(([name, value]) => [name, claimOf(name, value)])),
    ...common(context, lifetime),
    ...(sid !== null && { sid }),
    ...(nonce !== undefined && { nonce }),
    ...(atHash !== undefined && { at_hash: atHash }),
    ...(cHash !== undefined && { c_hash: cHash }),
    ...groupNames(context.groups),
    ...roleClaims(context.groups),
    aud: context.clientId,
    token_use: "id",
    "cognito:username": context.user.username,
    ...(context.revocable && { jti: crypto.randomUUID() }),
  };
}

/**
 * Claims of an access token (Amazon Cognito: understanding the access token). There is no `aud` unless one was asked for.
 * @param lifetime seconds
 * @param jkt thumbprint of the key that it is bound to (RFC 9449 §6.1)
 */
export function accessTokenClaims(context: TokenContext, lifetime: number, jkt?: string): JWTPayload {
  const { terms } = context.session;
  return {
    ...common(context, lifetime),
    ...groupNames(context.groups),
    client_id: context.clientId,
    token_use: "access",
    scope: context.session.scope,
    username: context.user.username,
    jti: crypto.randomUUID(),
    ...(context.session.deviceKey && { device_key: context.session.deviceKey }),
    ...(terms && { version: 2 }),
    ...(terms?.resource !== undefined && { aud: terms.resource }),
    ...(jkt !== undefined && { cnf: { jkt } }),
  };
}

/**
 * Claims of the access token of a client that acts for itself (Amazon Cognito: client credentials grants). It names no
 * user, session or family: that is how it is told from a user's.
 * @param lifetime seconds
 */
export const clientTokenClaims = (
  {
    issuer,
    clientId,
    issuedAt,
    scope,
    jkt,
  }: Pick<TokenContext, "issuer" | "clientId" | "issuedAt"> & { scope: string; jkt: string | undefined },
  lifetime: number,
): JWTPayload => ({
  sub: clientId,
  client_id: clientId,
  token_use: "access",
  scope,
  iss: issuer,
  auth_time: issuedAt,
  iat: issuedAt,
  exp: issuedAt + lifetime,
  version: 2,
  jti: crypto.randomUUID(),
  ...(jkt !== undefined && { cnf: { jkt } }),
});

/** Seconds (OpenID Connect Back-Channel Logout 1.0 §2.4: preferably at most two minutes). */
const LOGOUT_TOKEN_LIFETIME = 120;

/**
 * Claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). It must pass for no other token: there is never a
 * nonce, and its use is its own.
 * @param sid id of the browser session that has ended
 * @param issuedAt seconds since 1970
 */
export const logoutTokenClaims = (
  { issuer, clientId, sub, sid }: { issuer: string; clientId: string; sub: string; sid: string },
  issuedAt: number,
): JWTPayload => ({
  iss: issuer,
  aud: clientId,
  sub,
  sid,
  token_use: "logout",
  iat: issuedAt,
  exp: issuedAt + LOGOUT_TOKEN_LIFETIME,
  jti: crypto.randomUUID(),
  events: { "http://schemas.openid.net/event/backchannel-logout": {} },
});
