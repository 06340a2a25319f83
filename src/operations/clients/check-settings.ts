import { hasKeys } from "../../directory/clients.ts";
import type { ClientSettings } from "../../directory/pool.ts";
import type { Pool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { attributeOf, isAdministratorOnly } from "../../mechanisms/attributes/schema.ts";
import { tokenLifetimes } from "../../mechanisms/tokens/lifetimes.ts";
import { checkOAuth } from "./check-oauth.ts";

const MINUTE = 60;
const DAY = 86_400;

/** The values of before 2019, which stand for other sets of flows than the ones that begin with ALLOW_. */
const LEGACY_FLOWS = ["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"];

const refuse = (message: string): Refusal => new Refusal("InvalidParameterException", message);

/**
 * Refuses settings of a client that contradict each other or its pool (Amazon Cognito API: CreateUserPoolClient).
 * @param confidential whether the client has, or is to have, a secret
 * @param scopes those that the pool's resource servers have, as `customScopes` reads them
 * @throws Refusal InvalidParameterException, InvalidOAuthFlowException, ScopeDoesNotExistException,
 *   FeatureUnavailableInTierException
 */
export function checkClientSettings(
  pool: Pool,
  settings: ClientSettings,
  { confidential, scopes, on }: { confidential: boolean; scopes: ReadonlySet<string>; on: "creating" | "updating" },
): void {
  checkLifetimes(settings);
  checkFlows(pool, settings, confidential);
  checkAttributes(pool, settings, on);
  checkOAuth(settings, scopes, confidential || hasKeys(settings));
  if (settings.EnablePropagateAdditionalUserContextData && !confidential) {
    throw refuse("EnablePropagateAdditionalUserContextData is allowed only for app clients with a client secret.");
  }
}

/** Ranges hold after conversion of units. */
function checkLifetimes(settings: ClientSettings): void {
  const { access, id, refresh } = tokenLifetimes(settings);
  const isWithin = (seconds: number, least: number, most: number) => seconds >= least && seconds <= most;
  if (
    !isWithin(access, 5 * MINUTE, DAY) ||
    !isWithin(id, 5 * MINUTE, DAY) ||
    !isWithin(refresh, 60 * MINUTE, 3650 * DAY)
  ) {
    throw refuse("Invalid range for token validity.");
  }
}

function checkFlows(
  pool: Pool,
  { ExplicitAuthFlows: flows = [], RefreshTokenRotation }: ClientSettings,
  confidential: boolean,
): void {
  const legacy = flows.filter((flow) => LEGACY_FLOWS.includes(flow));
  if (legacy.length > 0 && legacy.length < flows.length) {
    throw refuse("ExplicitAuthFlows cannot mix values that begin with ALLOW_ with others.");
  }
  if (flows.some((flow: string) => flow === "ALLOW_CLIENT_TOKEN_AUTH")) {
    if (flows.length > 1) throw refuse("ALLOW_CLIENT_TOKEN_AUTH must be the only value of ExplicitAuthFlows.");
    if (!confidential) throw refuse("ALLOW_CLIENT_TOKEN_AUTH is allowed only for app clients with a client secret.");
  }
  if (RefreshTokenRotation?.Feature === "ENABLED" && flows.includes("ALLOW_REFRESH_TOKEN_AUTH")) {
    throw refuse("ALLOW_REFRESH_TOKEN_AUTH cannot be set while refresh token rotation is enabled.");
  }
  if (flows.includes("ALLOW_USER_AUTH") && pool.settings.UserPoolTier === "LITE") {
    throw new Refusal("FeatureUnavailableInTierException", "ALLOW_USER_AUTH is not available in the LITE tier.");
  }
}

/** Amazon Cognito: attribute permissions and scopes. */
function checkAttributes(pool: Pool, { ReadAttributes, WriteAttributes }: ClientSettings, on: string): void {
  const isReadable = (name: string) => attributeOf(pool, name)?.DeveloperOnlyAttribute === false;
  if (ReadAttributes && !ReadAttributes.every(isReadable)) {
    throw refuse(`Invalid read attributes specified while ${on} a client`);
  }
  if (!WriteAttributes) return;
  const isWritable = (name: string) => {
    const attribute = attributeOf(pool, name);
    return attribute !== undefined && !isAdministratorOnly(attribute);
  };
  // Whoever signs up through the client must be able to give what is required.
  const isMissing = pool.attributes.some(
    ({ Name, Required }) => Required && isWritable(Name) && !WriteAttributes.includes(Name),
  );
  if (isMissing || !WriteAttributes.every(isWritable)) {
    throw refuse(`Invalid write attributes specified while ${on} a client`);
  }
}
