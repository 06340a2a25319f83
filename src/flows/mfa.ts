import { mfaMode } from "../directory/pool.ts";
import type { Pool } from "../directory/pools.ts";
import type { Factors, MfaFactor, User } from "../directory/users.ts";

/** The attribute that a factor sends its codes to. */
export const addressOf: Partial<Record<MfaFactor, "email" | "phone_number">> = {
  SMS_MFA: "phone_number",
  EMAIL_OTP: "email",
};

/** The factors that a pool offers (Amazon Cognito API: SetUserPoolMfaConfig), whether or not they are asked for. */
export function poolFactors({ settings }: Pick<Pool, "settings">): MfaFactor[] {
  const { SmsConfiguration, mfa } = settings;
  const factors: MfaFactor[] = [];
  if (mfa?.softwareToken) factors.push("SOFTWARE_TOKEN_MFA");
  if (mfa?.email) factors.push("EMAIL_OTP");
  if (SmsConfiguration && mfa?.sms !== false) factors.push("SMS_MFA");
  return factors;
}

/** Factors with one more that is asked for; it is the preferred one, if none was before. */
export const withFactor = ({ mfa = [], preferred, ...others }: Factors, factor: MfaFactor): Factors => ({
  ...others,
  mfa: mfa.includes(factor) ? mfa : [...mfa, factor],
  preferred: preferred ?? factor,
});

/** Whether a user has what a factor needs: an authenticator app, or an address, verified or not. */
export const isEquipped = ({ factors, attributes }: User, factor: MfaFactor): boolean => {
  const address = addressOf[factor];
  return address ? Boolean(attributes[address]) : factors.softwareToken !== undefined;
};

/**
 * Whether a factor that is switched on for a user can be asked for. An authenticator app stays with its user where the
 * pool offers apps no more (Amazon Cognito: TOTP software token MFA).
 */
export const isUsable = (pool: Pool, user: User, factor: MfaFactor): boolean =>
  isEquipped(user, factor) && (factor === "SOFTWARE_TOKEN_MFA" || poolFactors(pool).includes(factor));

/**
 * The factors that a user can be asked for after the first one, the preferred one first; none where the pool has MFA
 * switched off. A factor whose address was deleted is left out. Where MFA is required, a phone number makes SMS a
 * factor of someone who has no other (Amazon Cognito: adding MFA).
 */
export function usableFactors(pool: Pool, user: User): MfaFactor[] {
  const mode = mfaMode(pool.settings);
  if (mode === "OFF") return [];
  const { mfa = [], preferred } = user.factors;
  const usable = mfa.filter((factor) => isUsable(pool, user, factor));
  if (usable.length === 0 && mode === "ON" && isUsable(pool, user, "SMS_MFA")) return ["SMS_MFA"];
  return usable.sort((a, b) => Number(b === preferred) - Number(a === preferred));
}

/**
 * What MFA_SETUP names: the pool's factors that the user has not yet. SMS_MFA is among them although it cannot be set
 * up while signing in: it says that a phone number would do.
 */
export function settableFactors(pool: Pool, user: User): MfaFactor[] {
  const usable = usableFactors(pool, user);
  return poolFactors(pool).filter((factor) => !usable.includes(factor));
}
