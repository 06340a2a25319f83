import type {
  LambdaConfigType,
  UserPoolDescriptionType,
  UserPoolPolicyType,
  UserPoolType,
  VerificationMessageTemplateType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Domain } from "../../directory/domains.ts";
import { mfaMode, type PoolSettings } from "../../directory/pool.ts";
import type { Pool } from "../../directory/pools.ts";
import { poolArn } from "../pool-arn.ts";

/** Days for which a temporary password works. */
const TEMPORARY_DAYS = 7;

/**
 * A pool as CreateUserPool and DescribeUserPool show one: its settings as sent, with Cognito's defaults filled in.
 * @param domains of the pool; a new one has none
 */
export function toUserPoolType(call: Call, pool: Pool, domains: readonly Domain[] = []): UserPoolType {
  const { mfa: _, sessions: __, ...settings } = pool.settings;
  const prefix = domains.find(({ kind }) => kind === "prefix");
  const custom = domains.find(({ kind }) => kind === "custom");
  const days = temporaryDays(settings);
  return {
    ...settings,
    Id: pool.id,
    Name: pool.name,
    Arn: poolArn(call, pool.id),
    CreationDate: new Date(pool.createdAt),
    LastModifiedDate: new Date(pool.updatedAt),
    Policies: policiesOf(settings.Policies, days),
    DeletionProtection: settings.DeletionProtection ?? "INACTIVE",
    LambdaConfig: lambdaConfigOf(settings.LambdaConfig),
    SchemaAttributes: pool.attributes,
    ...messagesOf(settings),
    MfaConfiguration: mfaMode(pool.settings),
    ...(prefix && { Domain: prefix.domain }),
    ...(custom && { CustomDomain: custom.domain }),
    EstimatedNumberOfUsers: pool.users,
    EmailConfiguration: { EmailSendingAccount: "COGNITO_DEFAULT", ...settings.EmailConfiguration },
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: false,
      ...settings.AdminCreateUserConfig,
      UnusedAccountValidityDays: days,
    },
    UserPoolTier: settings.UserPoolTier ?? "ESSENTIALS",
    ...(Object.keys(pool.tags).length > 0 && { UserPoolTags: pool.tags }),
  };
}

/** A pool as ListUserPools shows one. */
export const toUserPoolDescription = (pool: Pool): UserPoolDescriptionType => ({
  Id: pool.id,
  Name: pool.name,
  LambdaConfig: lambdaConfigOf(pool.settings.LambdaConfig),
  CreationDate: new Date(pool.createdAt),
  LastModifiedDate: new Date(pool.updatedAt),
});

/** 0 stands for the default in both members; the second is the first one's predecessor. */
const temporaryDays = ({ Policies, AdminCreateUserConfig }: PoolSettings): number =>
  Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ||
  AdminCreateUserConfig?.UnusedAccountValidityDays ||
  TEMPORARY_DAYS;

/** A pool without password policy asks for everything; in a policy that was sent, what it leaves out is not asked for. */
function policiesOf(policies: UserPoolPolicyType | undefined, days: number): UserPoolPolicyType {
  const sent = policies?.PasswordPolicy;
  const asked = sent === undefined;
  return {
    PasswordPolicy: {
      MinimumLength: 8,
      RequireUppercase: asked,
      RequireLowercase: asked,
      RequireNumbers: asked,
      RequireSymbols: asked,
      ...sent,
      TemporaryPasswordValidityDays: days,
    },
    SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD"], ...policies?.SignInPolicy },
  };
}

/** The trigger before token generation has two members, which show the same function whichever was set. */
function lambdaConfigOf(config: LambdaConfigType = {}): LambdaConfigType {
  const { PreTokenGeneration: legacy, PreTokenGenerationConfig: current } = config;
  const LambdaArn = current?.LambdaArn ?? legacy;
  if (LambdaArn === undefined) return config;
  return {
    ...config,
    PreTokenGeneration: LambdaArn,
    PreTokenGenerationConfig: current ?? { LambdaVersion: "V1_0", LambdaArn },
  };
}

/** The texts of verification messages have an old place and a new one, which show the same, whichever was set. */
function messagesOf(settings: PoolSettings): Partial<UserPoolType> {
  const sent = settings.VerificationMessageTemplate;
  const sms = sent?.SmsMessage ?? settings.SmsVerificationMessage;
  const message = sent?.EmailMessage ?? settings.EmailVerificationMessage;
  const subject = sent?.EmailSubject ?? settings.EmailVerificationSubject;
  const template: VerificationMessageTemplateType = {
    DefaultEmailOption: "CONFIRM_WITH_CODE",
    ...sent,
    ...(sms !== undefined && { SmsMessage: sms }),
    // One template has a text with a code or one with a link: what is described can be sent back.
    ...(message !== undefined && sent?.EmailMessageByLink === undefined && { EmailMessage: message }),
    ...(subject !== undefined && { EmailSubject: subject }),
  };
  return {
    ...(sms !== undefined && { SmsVerificationMessage: sms }),
    ...(message !== undefined && { EmailVerificationMessage: message }),
    ...(subject !== undefined && { EmailVerificationSubject: subject }),
    VerificationMessageTemplate: template,
  };
}
