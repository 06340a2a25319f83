import type { Client } from "../directory/clients.ts";
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

/** The one that opens a choice of first factors. */
export const CHOICE_FLOWS = ["ALLOW_USER_AUTH"];

/** Those that open the owner's own challenges and nothing else but refreshing. */
const CUSTOM_FLOWS = ["ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"];

/** Those that open a password, or a choice of first factors. */
const OTHER_FLOWS = [
  "ALLOW_USER_SRP_AUTH",
  "ALLOW_USER_PASSWORD_AUTH",
  "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  "ALLOW_USER_AUTH",
  "ADMIN_NO_SRP_AUTH",
  "USER_PASSWORD_AUTH",
];

/** Whether a client's users can sign in by CUSTOM_AUTH and by no other flow. */
export const signsInByCustom = ({ settings }: Pick<Client, "settings">): boolean =>
  allowsAny(settings, CUSTOM_FLOWS) && !allowsAny(settings, OTHER_FLOWS);

/** Whether a client's users can choose what they sign in with: USER_AUTH. */
export const allowsChoice = ({ settings }: Pick<Client, "settings">): boolean => allowsAny(settings, CHOICE_FLOWS);

/** Whether a client's ExplicitAuthFlows hold one of these values, or would by default. */
export function allowsAny(settings: ClientSettings, values: readonly string[]): boolean {
  const flows: readonly string[] = settings.ExplicitAuthFlows?.length ? settings.ExplicitAuthFlows : DEFAULT;
  return values.some((value) => flows.includes(value));
}
