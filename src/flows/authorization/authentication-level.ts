import type { Pool } from "../../directory/pools.ts";

/**
 * The level of assurance that a way of signing in reaches, under the name that the pool gives it (Amazon Cognito API:
 * AcrConfiguration; `acr` of OpenID Connect Core 1.0 §2). A password alone is the first; ways to higher ones are not built.
 */
export const acrOf = (pool: Pool): string => pool.settings.AcrConfiguration?.Level1?.AcrValue ?? "urn:cognito:loa:1";
