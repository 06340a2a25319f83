import type { LambdaConfigType } from "@aws-sdk/client-cognito-identity-provider";
import type { PoolSettings } from "../../directory/pool.ts";
import { Refusal } from "../../lib/refusal.ts";

/** One rule: what is wrong, or undefined. */
type Rule = (settings: PoolSettings) => string | false | undefined;

/**
 * Refuses settings of a pool that contradict each other (Amazon Cognito API: CreateUserPool).
 * @throws Refusal InvalidParameterException with the first fault
 */
export function checkPoolSettings(settings: PoolSettings): void {
  for (const rule of RULES) {
    const fault = rule(settings);
    if (fault) throw new Refusal("InvalidParameterException", fault);
  }
}

const RULES: readonly Rule[] = [
  noDuplicates,
  ({ AliasAttributes, UsernameAttributes }) =>
    AliasAttributes !== undefined &&
    UsernameAttributes !== undefined &&
    "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
  ({ UserAttributeUpdateSettings, AutoVerifiedAttributes }) =>
    !isWithin(UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate, AutoVerifiedAttributes) &&
    "AttributesRequireVerificationBeforeUpdate must be a subset of AutoVerifiedAttributes.",
  recovery,
  ({ VerificationMessageTemplate: template }) =>
    template?.EmailMessage !== undefined &&
    template.EmailMessageByLink !== undefined &&
    "Only one of EmailMessage and EmailMessageByLink can be set in a VerificationMessageTemplate.",
  firstFactors,
  temporaryPasswords,
  ({ LambdaConfig }) => LambdaConfig && triggers(LambdaConfig),
  ({ SmsConfiguration }) =>
    SmsConfiguration?.SnsCallerArn !== undefined &&
    SmsConfiguration.EumsSms !== undefined &&
    "Only one of SnsCallerArn and EumsSms can be set in an SmsConfiguration.",
  assuranceLevels,
];

const hasDuplicates = (list: readonly unknown[]): boolean => new Set(list).size < list.length;

const isWithin = (some: readonly string[] = [], all: readonly string[] = []): boolean =>
  some.every((each) => all.includes(each));

function noDuplicates(settings: PoolSettings): string | undefined {
  const lists: Record<string, readonly string[] | undefined> = {
    AutoVerifiedAttributes: settings.AutoVerifiedAttributes,
    AliasAttributes: settings.AliasAttributes,
    UsernameAttributes: settings.UsernameAttributes,
    AttributesRequireVerificationBeforeUpdate:
      settings.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate,
    AllowedFirstAuthFactors: settings.Policies?.SignInPolicy?.AllowedFirstAuthFactors,
  };
  const [name] = Object.entries(lists).find(([, list]) => list && hasDuplicates(list)) ?? [];
  return name && `${name} must not name anything twice.`;
}

function recovery({ AccountRecoverySetting }: PoolSettings): string | undefined {
  const mechanisms = AccountRecoverySetting?.RecoveryMechanisms ?? [];
  const names = mechanisms.map(({ Name }) => Name);
  if (names.includes("admin_only") && names.length > 1) {
    return "Recovery mechanism admin_only cannot be combined with other recovery mechanisms.";
  }
  if (hasDuplicates(names) || hasDuplicates(mechanisms.map(({ Priority }) => Priority))) {
    return "Recovery mechanisms must differ in name and in priority.";
  }
  return undefined;
}

function firstFactors({ Policies }: PoolSettings): string | undefined {
  const factors = Policies?.SignInPolicy?.AllowedFirstAuthFactors;
  if (!factors) return undefined;
  if (!factors.includes("PASSWORD")) return "AllowedFirstAuthFactors must contain PASSWORD.";
  return factors.includes("SOFTWARE_TOKEN") ? "SOFTWARE_TOKEN cannot be a first auth factor." : undefined;
}

function temporaryPasswords({ Policies, AdminCreateUserConfig }: PoolSettings): string | undefined {
  const days = Policies?.PasswordPolicy?.TemporaryPasswordValidityDays;
  const legacy = AdminCreateUserConfig?.UnusedAccountValidityDays;
  return days && legacy && days !== legacy
    ? "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"
    : undefined;
}

function triggers({
  PreTokenGeneration: legacy,
  PreTokenGenerationConfig: current,
  CustomEmailSender,
  CustomSMSSender,
  KMSKeyID,
}: LambdaConfigType): string | undefined {
  if (legacy !== undefined && current && legacy !== current.LambdaArn) {
    return "PreTokenGeneration and PreTokenGenerationConfig must name the same Lambda function.";
  }
  // Without a key, codes and temporary passwords would reach the sender in clear.
  return (CustomEmailSender || CustomSMSSender) && KMSKeyID === undefined
    ? "KMSKeyID is required when a custom sender is configured."
    : undefined;
}

/** Names of levels, those that levels without one go by included, tell the levels apart. */
function assuranceLevels({ AcrConfiguration }: PoolSettings): string | false {
  const names = [1, 2, 3, 4].map((n) => AcrConfiguration?.[`Level${n}`]?.AcrValue ?? `urn:cognito:loa:${n}`);
  return hasDuplicates(names) && "AcrConfiguration must give every level a name of its own.";
}
