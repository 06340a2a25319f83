import type { ClientSettings } from "../directory/pool.ts";

/** What a client without ExplicitAuthFlows allows (Amazon Cognito API: CreateUserPoolClient). */
const DEFAULT = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];

/** The values of ExplicitAuthFlows, new and legacy, that open refreshing. */
export const REFRESH_FLOWS = [
  "ALLOW_REFRESH_TOKEN_AUTH",
  "ADMIN_NO_SRP_AUTH",
  "USER_PASSWORD_AUTH",
  "CUSTOM_AUTH_FLOW_ONLY",
];

/** Whether a client's ExplicitAuthFlows hold one of these values, or would by default. */
export function allowsAny(settings: ClientSettings, values: readonly string[]): boolean {
  const flows: readonly string[] = settings.ExplicitAuthFlows?.length ? settings.ExplicitAuthFlows : DEFAULT;
  return values.some((value) => flows.includes(value));
}
