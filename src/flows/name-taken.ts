import { usernameAttributes } from "../directory/names.ts";
import type { Pool } from "../directory/pools.ts";
import type { NameKind } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";

/**
 * What is said where a user cannot be created because others have these names (Amazon Cognito API: AdminCreateUser):
 * UsernameExistsException of a username or what stands for one, AliasExistsException of an alias.
 */
export function nameTaken(pool: Pool, kinds: readonly NameKind[]): Refusal {
  if (kinds.includes("username")) return new Refusal("UsernameExistsException", "User account already exists");
  const name = usernameAttributes(pool).find((attribute) => kinds.includes(attribute));
  return name
    ? new Refusal("UsernameExistsException", `An account with the given ${name} already exists.`)
    : new Refusal("AliasExistsException", `An account with the ${kinds[0]} already exists.`);
}
