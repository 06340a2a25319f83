import type { Pool } from "../../directory/pools.ts";
import type { Destination } from "../deliver-code.ts";

/**
 * Where the code of a new user goes: the attribute that the pool verifies by itself, a phone before an e-mail address.
 * Undefined where the pool verifies nothing or the user lacks what it verifies.
 */
export function confirmationDestination(pool: Pool, attributes: Record<string, string>): Destination | undefined {
  for (const attribute of ["phone_number", "email"] as const) {
    const value = attributes[attribute];
    if (value && pool.settings.AutoVerifiedAttributes?.includes(attribute)) return { attribute, value };
  }
  return undefined;
}
