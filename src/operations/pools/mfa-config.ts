import type {
  SetUserPoolMfaConfigCommandInput,
  SetUserPoolMfaConfigResponse,
} from "@aws-sdk/client-cognito-identity-provider";
import { mfaMode, type PoolSettings } from "../../directory/pool.ts";
import { poolFactors } from "../../flows/mfa.ts";
import { Refusal } from "../../lib/refusal.ts";
import type { Checked } from "../operation.ts";

const refuse = (message: string) => new Refusal("InvalidParameterException", message);

/**
 * The settings of a pool with another choice of second factors (Amazon Cognito API: SetUserPoolMfaConfig). A factor
 * that is left out is off, as is MFA without a mode, beside which no factor may be. How messages are sent stays as it
 * is where nothing is said of it, and what is said of passkeys, too.
 * @throws Refusal InvalidParameterException
 */
export function withMfaConfig(
  before: PoolSettings,
  input: Omit<Checked<SetUserPoolMfaConfigCommandInput>, "UserPoolId">,
): PoolSettings {
  const { SmsMfaConfiguration: sms, EmailMfaConfiguration: email, MfaConfiguration = "OFF" } = input;
  const { SmsConfiguration, SmsAuthenticationMessage, mfa, ...others } = before;
  const sender = sms?.SmsConfiguration ?? SmsConfiguration;
  const text = sms ? sms.SmsAuthenticationMessage : SmsAuthenticationMessage;
  const webAuthn = input.WebAuthnConfiguration ?? mfa?.webAuthn;
  if (MfaConfiguration === "OFF" && (sms || email || input.SoftwareTokenMfaConfiguration)) {
    throw refuse("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.");
  }
  if (sms && !sender) throw refuse("SmsConfiguration is required for SMS MFA.");
  if (webAuthn?.RelyingPartyId !== undefined && !isDomain(webAuthn.RelyingPartyId)) {
    throw refuse("RelyingPartyId must be a domain name.");
  }
  const settings: PoolSettings = {
    ...others,
    ...(sender && { SmsConfiguration: sender }),
    ...(text !== undefined && { SmsAuthenticationMessage: text }),
    MfaConfiguration,
    mfa: {
      ...(!sms && { sms: false }),
      ...(input.SoftwareTokenMfaConfiguration?.Enabled && { softwareToken: true }),
      ...(email && { email }),
      ...(webAuthn && { webAuthn }),
    },
  };
  if (MfaConfiguration !== "OFF" && poolFactors({ settings }).length === 0) {
    throw refuse("Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.");
  }
  return settings;
}

/** A relying party identifier is a domain, and no address (Web Authentication Level 3 §4). */
const isDomain = (text: string): boolean =>
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);

/** A pool's choice of second factors as GetUserPoolMfaConfig shows it; what is not configured is absent. */
export function toMfaConfig(settings: PoolSettings): SetUserPoolMfaConfigResponse {
  const { SmsConfiguration, SmsAuthenticationMessage, mfa } = settings;
  return {
    ...(poolFactors({ settings }).includes("SMS_MFA") && {
      SmsMfaConfiguration: {
        ...(SmsAuthenticationMessage !== undefined && { SmsAuthenticationMessage }),
        SmsConfiguration,
      },
    }),
    ...(mfa?.softwareToken && { SoftwareTokenMfaConfiguration: { Enabled: true } }),
    ...(mfa?.email && { EmailMfaConfiguration: mfa.email }),
    MfaConfiguration: mfaMode(settings),
    ...(mfa?.webAuthn && { WebAuthnConfiguration: { UserVerification: "preferred", ...mfa.webAuthn } }),
  };
}
