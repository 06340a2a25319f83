import type { Pool } from "../../directory/pools.ts";
import type { User } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import type { Destination } from "../deliver-code.ts";
import { addressOf, usableFactors } from "../mfa.ts";

type Attribute = Destination["attribute"];

const mechanismsOf = ({ settings }: Pool) => settings.AccountRecoverySetting?.RecoveryMechanisms ?? [];

/** Whether people may reset their passwords by themselves (Amazon Cognito API: RecoveryOptionType, `admin_only`). */
export const allowsRecovery = (pool: Pool): boolean => !mechanismsOf(pool).some(({ Name }) => Name === "admin_only");

/**
 * The attributes that a pool lets people recover their accounts by, preferred first (Amazon Cognito API:
 * AccountRecoverySettingType). Without the setting a phone comes before an e-mail address.
 * @throws Refusal NotAuthorizedException where only administrators reset passwords
 */
export function recoveryAttributes(pool: Pool): Attribute[] {
  const mechanisms = mechanismsOf(pool);
  if (mechanisms.length === 0) return ["phone_number", "email"];
  if (!allowsRecovery(pool)) throw new Refusal("NotAuthorizedException", "Contact administrator to reset password.");
  return [...mechanisms]
    .sort((a, b) => (a.Priority ?? 0) - (b.Priority ?? 0))
    .map(({ Name }) => (Name === "verified_email" ? "email" : "phone_number"));
}

/**
 * Where a user's reset code goes: the first of the pool's recovery attributes that the user has proven. Where the pool
 * says how accounts are recovered, an address that second factors go to is passed over: one mailbox, or one phone,
 * would be password and second factor at once (Amazon Cognito API: AccountRecoverySettingType).
 * @throws Refusal InvalidParameterException when there is none, NotAuthorizedException where only administrators reset
 */
export function recoveryDestination(pool: Pool, user: User): Destination {
  const factors = mechanismsOf(pool).length > 0 ? usableFactors(pool, user) : [];
  for (const attribute of recoveryAttributes(pool)) {
    const value = user.attributes[attribute];
    if (factors.some((factor) => addressOf[factor] === attribute)) continue;
    if (value && user.attributes[`${attribute}_verified`] === "true") return { attribute, value };
  }
  throw new Refusal(
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
  );
}

/**
 * Refuses a user whose password only an administrator, or an identity provider, can set.
 * @throws Refusal NotAuthorizedException
 */
export function checkResettable(user: Pick<User, "status" | "credentials">): void {
  if (user.status === "FORCE_CHANGE_PASSWORD" || (user.status === "EXTERNAL_PROVIDER" && !user.credentials)) {
    throw new Refusal("NotAuthorizedException", "User password cannot be reset in the current state.");
  }
}
