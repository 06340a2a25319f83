import type {
  EmailMfaSettingsType,
  SMSMfaSettingsType,
  SoftwareTokenMfaSettingsType,
  WebAuthnMfaSettingsType,
} from "@aws-sdk/client-cognito-identity-provider";
import { mfaMode } from "../../directory/pool.ts";
import type { Pool } from "../../directory/pools.ts";
import type { Factors, MfaFactor, User } from "../../directory/users.ts";
import { isEquipped, isUsable, poolFactors } from "../../flows/mfa.ts";
import { Refusal } from "../../lib/refusal.ts";

/** What a user is to be asked for; a member left out, and a setting left out of one, stays as it is. */
export interface Preferences {
  SMSMfaSettings?: SMSMfaSettingsType | undefined;
  SoftwareTokenMfaSettings?: SoftwareTokenMfaSettingsType | undefined;
  EmailMfaSettings?: EmailMfaSettingsType | undefined;
  WebAuthnMfaSettings?: WebAuthnMfaSettingsType | undefined;
}

const refuse = (message: string) => new Refusal("InvalidParameterException", message);

/**
 * Factors with this list of what is asked for. What hangs on it goes with it: the preference, and passkeys as both
 * factors.
 */
export function withMfa(factors: Factors, mfa: MfaFactor[]): Factors {
  const { mfa: _, preferred, passkeyIsMfa, ...others } = factors;
  return {
    ...others,
    ...(mfa.length > 0 && { mfa, ...(passkeyIsMfa && { passkeyIsMfa }) }),
    ...(preferred && mfa.includes(preferred) && { preferred }),
  };
}

/**
 * A user's factors as they are to be (Amazon Cognito API: SetUserMFAPreference, AdminSetUserMFAPreference). Where the
 * pool requires MFA, the last factor that the user can use stays on.
 * @throws Refusal InvalidParameterException
 */
export function prefer(pool: Pool, user: User, preferences: Preferences): Factors {
  const { SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings, WebAuthnMfaSettings: passkeys } = preferences;
  const asked = (
    [
      ["SOFTWARE_TOKEN_MFA", SoftwareTokenMfaSettings],
      ["EMAIL_OTP", EmailMfaSettings],
      ["SMS_MFA", SMSMfaSettings],
    ] as const
  ).flatMap(([factor, settings]) => (settings ? [{ factor, ...settings }] : []));
  for (const { factor, Enabled } of asked) if (Enabled) checkUsable(pool, user, factor);

  const before = user.factors.mfa ?? [];
  const off = asked.filter(({ Enabled }) => Enabled === false).map(({ factor }) => factor);
  const on = asked.filter(({ factor, Enabled }) => Enabled && !before.includes(factor)).map(({ factor }) => factor);
  const wanted = [...before.filter((factor) => !off.includes(factor)), ...on];
  const mfa = mayReplace(pool, user, before, wanted) ? wanted : before;

  const { preferred: held, ...factors } = user.factors;
  const dropped = asked.some(
    ({ factor, Enabled, PreferredMfa }) => factor === held && (Enabled === false || PreferredMfa === false),
  );
  const preferred = preferredOf(asked, wanted) ?? (dropped ? undefined : held);
  return withPasskeys(pool, user, withMfa({ ...factors, ...(preferred && { preferred }) }, mfa), passkeys);
}

/**
 * @throws Refusal InvalidParameterException for a factor that the pool does not offer, or that the user lacks something
 *   for
 */
function checkUsable(pool: Pool, user: User, factor: MfaFactor): void {
  if (!poolFactors(pool).includes(factor)) throw refuse(`${factor} is not enabled for the user pool.`);
  if (isEquipped(user, factor)) return;
  throw refuse(
    factor === "SOFTWARE_TOKEN_MFA" && user.factors.pendingToken
      ? "User has not verified software token mfa"
      : `User does not have delivery config set to turn on ${factor}`,
  );
}

/** The factor that is asked to come first. @throws Refusal InvalidParameterException for two, or one that is off */
function preferredOf(
  asked: readonly { factor: MfaFactor; PreferredMfa?: boolean | undefined }[],
  wanted: readonly MfaFactor[],
): MfaFactor | undefined {
  const [first, second] = asked.filter(({ PreferredMfa }) => PreferredMfa).map(({ factor }) => factor);
  if (second) throw refuse("Only one MFA factor can be preferred.");
  if (first && !wanted.includes(first)) throw refuse(`${first} cannot be preferred while it is not enabled.`);
  return first;
}

/** Whether a change leaves something to be asked for, where the pool requires that. */
function mayReplace(pool: Pool, user: User, before: readonly MfaFactor[], wanted: readonly MfaFactor[]): boolean {
  const usable = (factor: MfaFactor) => isUsable(pool, user, factor);
  return mfaMode(pool.settings) !== "ON" || !before.some(usable) || wanted.some(usable);
}

/**
 * @throws Refusal InvalidParameterException for passkeys as both factors where the pool does not have it, or without
 *   another factor
 */
function withPasskeys(
  pool: Pool,
  user: User,
  factors: Factors,
  passkeys: WebAuthnMfaSettingsType | undefined,
): Factors {
  if (passkeys?.Enabled === undefined) return factors;
  const { passkeyIsMfa: _, ...others } = factors;
  if (!passkeys.Enabled) return others;
  if (pool.settings.mfa?.webAuthn?.FactorConfiguration !== "MULTI_FACTOR_WITH_USER_VERIFICATION") {
    throw refuse("Passkey MFA is not enabled for the user pool.");
  }
  if (!factors.mfa?.some((factor) => isUsable(pool, user, factor))) {
    throw refuse("User must have another MFA factor enabled to turn on passkey MFA");
  }
  return { ...others, passkeyIsMfa: true };
}
