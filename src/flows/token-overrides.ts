import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import type { Group } from "../directory/groups.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import type { Overrides } from "../mechanisms/tokens/claim-overrides.ts";
import { rolesOf } from "../mechanisms/tokens/claims.ts";
import { arnOf, runTrigger } from "../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../mechanisms/triggers/user-attributes.ts";

/** The moment that tokens of a user are made at, as the trigger is told. */
export type TokenSource =
  | "TokenGeneration_HostedAuth"
  | "TokenGeneration_Authentication"
  | "TokenGeneration_NewPasswordChallenge"
  | "TokenGeneration_AuthenticateDevice"
  | "TokenGeneration_RefreshTokens";

const versionOf = (pool: Pool) => pool.settings.LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion ?? "V1_0";

/** Whether a pool has the trigger. */
export const asksForOverrides = ({ settings }: Pool): boolean =>
  arnOf(settings.LambdaConfig, "PreTokenGeneration") !== undefined;

/**
 * What the pre-token-generation trigger changes in the tokens of a user (Amazon Cognito: pre token generation Lambda
 * trigger). Versions V2_0 and V3_0 are told the scopes, too.
 * @param scope space-separated, as granted
 * @throws Refusal UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException
 */
export async function tokenOverrides(
  call: Call,
  { pool, client, user, groups }: { pool: Pool; client: Client; user: User; groups: Group[] },
  {
    source,
    scope,
    clientMetadata,
  }: { source: TokenSource; scope: string; clientMetadata?: Record<string, string> | undefined },
): Promise<Overrides> {
  const { roles, preferred } = rolesOf(groups);
  const isFirst = versionOf(pool) === "V1_0";
  return runTrigger(call, pool, "PreTokenGeneration", {
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
      ...(!isFirst && { scopes: scope.split(" ") }),
      ...(clientMetadata && { clientMetadata }),
    },
    response: isFirst ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
  });
}

/**
 * Likewise for the access token of a client that acts for itself, of which only a trigger of version V3_0 is asked.
 * @param scopes as granted
 * @throws Refusal UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException
 */
export async function clientTokenOverrides(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  scopes: readonly string[],
  clientMetadata: Record<string, string> | undefined,
): Promise<Overrides> {
  if (versionOf(pool) !== "V3_0") return {};
  return runTrigger(call, pool, "PreTokenGeneration", {
    source: "TokenGeneration_ClientCredentials",
    clientId: client.id,
    userName: "ClientCredentials",
    request: { userAttributes: {}, groupConfiguration: null, scopes, ...(clientMetadata && { clientMetadata }) },
    response: { claimsAndScopeOverrideDetails: null },
  });
}
