import type { UserPoolTierType } from "@aws-sdk/client-cognito-identity-provider";
import type { PoolSettings } from "../../directory/pool.ts";
import { tracksSessions } from "../../directory/session-settings.ts";
import { allowsPasswordless } from "../../flows/passwordless.ts";
import { Refusal } from "../../lib/refusal.ts";

interface Feature {
  name: string;
  from: "ESSENTIALS" | "PLUS";
  isOn: (settings: PoolSettings) => boolean;
}

/** Amazon Cognito: user pool feature plans. */
const FEATURES: readonly Feature[] = [
  {
    name: "Choice-based sign-in",
    from: "ESSENTIALS",
    isOn: (settings) => allowsPasswordless({ settings }),
  },
  { name: "E-mail MFA", from: "ESSENTIALS", isOn: ({ mfa }) => mfa?.email !== undefined },
  {
    name: "Passkey MFA",
    from: "ESSENTIALS",
    isOn: ({ mfa }) => mfa?.webAuthn?.FactorConfiguration === "MULTI_FACTOR_WITH_USER_VERIFICATION",
  },
  {
    name: "Password history",
    from: "ESSENTIALS",
    isOn: ({ Policies }) => (Policies?.PasswordPolicy?.PasswordHistorySize ?? 0) > 0,
  },
  {
    name: "Access token customization",
    from: "ESSENTIALS",
    isOn: ({ LambdaConfig }) => (LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion ?? "V1_0") !== "V1_0",
  },
  { name: "Naming ACR levels", from: "ESSENTIALS", isOn: ({ AcrConfiguration }) => AcrConfiguration !== undefined },
  {
    name: "Dynamic client registration",
    from: "ESSENTIALS",
    isOn: ({ DcrConfiguration }) => DcrConfiguration !== undefined && DcrConfiguration.EnableStatus !== "Disabled",
  },
  { name: "Session tracking", from: "ESSENTIALS", isOn: tracksSessions },
  {
    name: "Threat protection",
    from: "PLUS",
    isOn: ({ UserPoolAddOns }) =>
      (UserPoolAddOns?.AdvancedSecurityMode ?? "OFF") !== "OFF" ||
      UserPoolAddOns?.AdvancedSecurityAdditionalFlows?.CustomAuthMode !== undefined,
  },
];

const RANK: Record<UserPoolTierType, number> = { LITE: 0, ESSENTIALS: 1, PLUS: 2 };

/**
 * Refuses features that the pool's plan does not have.
 * @throws Refusal FeatureUnavailableInTierException
 */
export function checkTier(settings: PoolSettings): void {
  const tier = settings.UserPoolTier ?? "ESSENTIALS";
  const beyond = FEATURES.find(({ from, isOn }) => RANK[from] > RANK[tier] && isOn(settings));
  if (beyond) {
    throw new Refusal("FeatureUnavailableInTierException", `${beyond.name} is not available in the ${tier} tier.`);
  }
}
