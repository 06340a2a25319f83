import type { JWTPayload } from "jose";
import { claimOf } from "./claims.ts";

// What a pre-token-generation trigger may change in tokens (Amazon Cognito: pre token generation Lambda trigger, claims
// and scopes reference). What it may not change is left as it is, without a word.

/** What typed languages leave unset is null. */
type Given<T> = T | null | undefined;

interface ClaimChanges {
  claimsToAddOrOverride?: Given<Record<string, unknown>>;
  claimsToSuppress?: Given<string[]>;
}

interface ScopeChanges {
  scopesToAdd?: Given<string[]>;
  scopesToSuppress?: Given<string[]>;
}

interface Groups {
  groupsToOverride?: Given<string[]>;
  iamRolesToOverride?: Given<string[]>;
  preferredRole?: Given<string>;
}

/** A trigger's answer: the first member to an event of version V1_0, the second to V2_0 and V3_0. */
export interface Overrides {
  claimsOverrideDetails?: Given<ClaimChanges & { groupOverrideDetails?: Given<Groups> }>;
  claimsAndScopeOverrideDetails?: Given<{
    idTokenGeneration?: Given<ClaimChanges>;
    accessTokenGeneration?: Given<ClaimChanges & ScopeChanges>;
    groupOverrideDetails?: Given<Groups>;
  }>;
}

const GROUPS = "cognito:groups";
const ROLES = "cognito:roles";
const PREFERRED_ROLE = "cognito:preferred_role";
const GROUP_CLAIMS = new Set([GROUPS, ROLES, PREFERRED_ROLE]);

/**
 * What a token is: by these it is checked, spent, revoked and told from another. `sid`, `c_hash` and `cnf` are not
 * Cognito's: OpenID Connect Back-Channel Logout 1.0 §2.1, OpenID Connect Core 1.0 §3.3.2.11, RFC 9449 §6.1.
 */
const FIXED = new Set([
  ...words("acr amr at_hash aud auth_time azp c_hash cnf event_id exp iat identities"),
  ...words("iss jti nbf nonce origin_jti sid sub token_use"),
]);

/** Of access tokens alone. Scopes have members of their own in the answer. */
const FIXED_IN_ACCESS = new Set(words("client_id device_key scope username version"));

/** The claims of ID tokens that have a form of their own, and cannot be anything else. */
const FORMED = new Set(["address", "email_verified", "phone_number_verified", "updated_at"]);

/** Group claims change as groups, and nothing else of Cognito's own names does. `dev:` attributes never show. */
const isReserved = (name: string): boolean => FIXED.has(name) || name.startsWith("cognito:") || name.startsWith("dev:");

/** An ID token's claims after a trigger has answered. */
export function overrideIdClaims(claims: JWTPayload, answer: Overrides): JWTPayload {
  const changes = answer.claimsOverrideDetails ?? answer.claimsAndScopeOverrideDetails?.idTokenGeneration;
  const changed = replaceGroups(claims, answer, (groups) => ({
    ...listed(ROLES, groups?.iamRolesToOverride),
    ...(groups?.preferredRole && { [PREFERRED_ROLE]: groups.preferredRole }),
  }));
  const added = entriesOf(changes?.claimsToAddOrOverride).flatMap(([name, value]) => {
    if (isReserved(name)) return [];
    const formed = FORMED.has(name) ? inForm(name, value) : value;
    return formed === undefined ? [] : [[name, formed] as const];
  });
  const suppressed = new Set((changes?.claimsToSuppress ?? []).filter((name) => !isReserved(name)));
  // The roles go with the groups, and by no name of their own.
  if (changes?.claimsToSuppress?.includes(GROUPS)) for (const name of GROUP_CLAIMS) suppressed.add(name);
  return without({ ...changed, ...Object.fromEntries(added) }, suppressed);
}

/**
 * An access token's claims after a trigger has answered. It may have an audience added, if that is its own client (the
 * same page, note 4): whoever checks audiences must never take it for a token for another.
 */
export function overrideAccessClaims(claims: JWTPayload, answer: Overrides): JWTPayload {
  const changes = answer.claimsAndScopeOverrideDetails?.accessTokenGeneration;
  const isFixed = (name: string) => isReserved(name) || FIXED_IN_ACCESS.has(name);
  const added = entriesOf(changes?.claimsToAddOrOverride).filter(
    ([name, value]) => !isFixed(name) || (name === "aud" && claims.aud === undefined && value === claims.client_id),
  );
  const suppressed = new Set((changes?.claimsToSuppress ?? []).filter((name) => !isFixed(name) || name === GROUPS));
  const scope = overrideScopes(claims.scope, changes);
  const { scope: _, ...others } = replaceGroups(claims, answer, () => ({}));
  return without({ ...others, ...(scope !== "" && { scope }), ...Object.fromEntries(added) }, suppressed);
}

function overrideScopes(scope: unknown, changes: Given<ScopeChanges>): string {
  const { scopesToAdd, scopesToSuppress } = changes ?? {};
  const granted = typeof scope === "string" ? scope.split(" ").filter((each) => each !== "") : [];
  const scopes = new Set([...granted, ...(scopesToAdd ?? [])]);
  for (const each of scopesToSuppress ?? []) scopes.delete(each);
  return [...scopes].join(" ");
}

/** Groups that are not mentioned stay; those that are take the place of all that were there, roles included. */
function replaceGroups(
  claims: JWTPayload,
  answer: Overrides,
  rolesOf: (groups: Groups | null) => JWTPayload,
): JWTPayload {
  const groups = (answer.claimsOverrideDetails ?? answer.claimsAndScopeOverrideDetails)?.groupOverrideDetails;
  // Of a client that acts for itself there are none.
  if (groups === undefined || claims.sub === claims.client_id) return claims;
  const rest = without(claims, GROUP_CLAIMS);
  return { ...rest, ...listed(GROUPS, groups?.groupsToOverride), ...rolesOf(groups) };
}

const listed = (name: string, list: Given<string[]>): JWTPayload => (list?.length ? { [name]: list } : {});

/** As OpenID Connect Core 1.0 §5.1 has it: read from text, or given so. What has no such form is left out. */
function inForm(name: string, value: unknown): unknown {
  if (typeof value !== "string") {
    return typeof value !== "object" && typeof value === typeof claimOf(name, "") ? value : undefined;
  }
  const formed = claimOf(name, value);
  return Number.isNaN(formed) ? undefined : formed;
}

const entriesOf = (claims: Given<Record<string, unknown>>) => Object.entries(claims ?? {});

const without = (claims: JWTPayload, names: ReadonlySet<string>): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !names.has(name)));

function words(text: string): string[] {
  return text.split(" ");
}
