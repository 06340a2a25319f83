import type { PoolSettings } from "../directory/pool.ts";
import { Refusal } from "../lib/refusal.ts";

/**
 * Refuses to configure the sessions of a pool whose plan has no session management, even to turn it off (Amazon Cognito
 * API: SetUserPoolSessionConfiguration, SetUserPoolClientSessionConfiguration).
 * @throws Refusal FeatureUnavailableInTierException
 */
export function checkSessionTier({ settings }: { settings: PoolSettings }): void {
  if (settings.UserPoolTier !== "LITE") return;
  throw new Refusal("FeatureUnavailableInTierException", "Session management is not available in the LITE tier.");
}
