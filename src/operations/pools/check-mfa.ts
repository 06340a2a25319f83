import { allowedFirstFactors, mfaMode, type PoolSettings } from "../../directory/pool.ts";
import { poolFactors } from "../../flows/mfa.ts";
import { Refusal } from "../../lib/refusal.ts";

const refuse = (message: string): Refusal => new Refusal("InvalidParameterException", message);

/**
 * Refuses a second factor that nobody could use, and first factors that go round it (Amazon Cognito: adding MFA).
 * CreateUserPool and UpdateUserPool can switch on SMS only; factors that SetUserPoolMfaConfig configured before count too,
 * so that describing a pool and sending it back does not turn its MFA off.
 * @throws Refusal InvalidParameterException
 */
export function checkMfa(settings: PoolSettings): void {
  const mode = mfaMode(settings);
  if (mode === "OFF") return;
  if (poolFactors({ settings }).length === 0) {
    throw refuse("SMS configuration and Auto verification for phone_number are required when MFA is required/optional");
  }
  if (mode === "ON") checkFirstFactors(settings);
}

function checkFirstFactors(settings: PoolSettings): void {
  const factors = allowedFirstFactors(settings);
  if (factors.includes("EMAIL_OTP") || factors.includes("SMS_OTP")) {
    throw refuse("Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled");
  }
  if (factors.includes("WEB_AUTHN") && settings.mfa?.webAuthn?.FactorConfiguration === "SINGLE_FACTOR") {
    throw refuse(
      "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    );
  }
}
