import type {
  CreateUserPoolClientCommandInput,
  UpdateUserPoolClientCommandInput,
} from "@aws-sdk/client-cognito-identity-provider";
import type { ClientSettings } from "../../directory/pool.ts";
import type { Checked } from "../operation.ts";

type Input = Checked<CreateUserPoolClientCommandInput> | Checked<UpdateUserPoolClientCommandInput>;

/** Lists of which an empty one says the same as none. Of attributes, an empty list permits none and no list permits all. */
const OPTIONAL_LISTS = [
  "ExplicitAuthFlows",
  "SupportedIdentityProviders",
  "CallbackURLs",
  "LogoutURLs",
  "AllowedOAuthFlows",
  "AllowedOAuthScopes",
];

/** The settings of a client: what was sent, without members that are kept elsewhere; lists name everything once. */
export function readSettings(input: Input): ClientSettings {
  const elsewhere = ["UserPoolId", "ClientId", "ClientName", "ClientSecret", "GenerateSecret"];
  const sent = Object.entries(input).filter(
    ([name, value]) =>
      !elsewhere.includes(name) && !(OPTIONAL_LISTS.includes(name) && Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(sent.map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)] : value]));
}
