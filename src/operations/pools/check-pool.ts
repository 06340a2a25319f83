import type { Pool } from "../../directory/pools.ts";
import { aliasAttributes } from "../../directory/names.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkMfa } from "./check-mfa.ts";
import { checkPoolSettings } from "./check-settings.ts";
import { checkTier } from "./check-tier.ts";

/**
 * Refuses a pool, as it would be, whose settings cannot stand together.
 * @throws Refusal InvalidParameterException, FeatureUnavailableInTierException
 */
export function checkPool(pool: Pool): void {
  checkPoolSettings(pool.settings);
  checkTier(pool.settings);
  checkMfa(pool.settings);
  // Users choose it once their account is confirmed, and must be able to sign up without.
  const isRequired = pool.attributes.some(({ Name, Required }) => Name === "preferred_username" && Required);
  if (isRequired && aliasAttributes(pool).includes("preferred_username")) {
    throw new Refusal("InvalidParameterException", "preferred_username cannot be required while it is an alias.");
  }
}
