import type { Client } from "../../directory/clients.ts";
import type { Pool } from "../../directory/pools.ts";
import type { User } from "../../directory/users.ts";
import { attributeOf, isAdministratorOnly, unauthorizedWrite } from "./schema.ts";

/**
 * Whether a client shows an attribute to its users (Amazon Cognito: attribute permissions and scopes). Without a list it
 * shows every one that is not for developers; `sub` is always shown.
 */
export function canRead(pool: Pool, client: Client, name: string): boolean {
  if (name === "sub") return true;
  const attribute = attributeOf(pool, name);
  if (!attribute || attribute.DeveloperOnlyAttribute) return false;
  return client.settings.ReadAttributes?.includes(name) ?? true;
}

/** Whether users may write an attribute through a client; without a list, every one that is not reserved to administrators. */
export function canWrite(pool: Pool, client: Client, name: string): boolean {
  const attribute = attributeOf(pool, name);
  if (!attribute || isAdministratorOnly(attribute)) return false;
  return client.settings.WriteAttributes?.includes(name) ?? true;
}

/**
 * Refuses a write to an attribute that the client may not write. What the schema does not know is left to `readAttributes`,
 * which says so.
 * @throws Refusal NotAuthorizedException
 */
export function checkWritable(pool: Pool, client: Client, names: readonly string[]): void {
  const refused = names.find((name) => attributeOf(pool, name) && !canWrite(pool, client, name));
  if (refused !== undefined) throw unauthorizedWrite(refused);
}

/** The attributes of a user that a client shows, without `sub`: a null-prototype record. */
export function readable(pool: Pool, client: Client, user: Pick<User, "attributes">): Record<string, string> {
  const shown = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(user.attributes)) if (canRead(pool, client, name)) shown[name] = value;
  return shown;
}
