import { describe, expect, it } from "vitest";
import { call, makeClient, makePool } from "../../client.ts";

const LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:one";
const ROLE = "arn:aws:iam::000000000000:role/sender";
const SmsConfiguration = { SnsCallerArn: ROLE };
const factors = (...AllowedFirstAuthFactors: string[]) => ({ Policies: { SignInPolicy: { AllowedFirstAuthFactors } } });
const recovery = (...names: string[]) => ({
  AccountRecoverySetting: { RecoveryMechanisms: names.map((Name, index) => ({ Name, Priority: index + 1 })) },
});
const PARAMETER = "InvalidParameterException";
const TIER = "FeatureUnavailableInTierException";

const contradictions: [rule: string, settings: object, name: string, message: string | RegExp][] = [
  [
    "aliases beside names that are attributes",
    { AliasAttributes: ["email"], UsernameAttributes: ["email"] },
    PARAMETER,
    "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
  ],
  [
    "the same attribute verified twice",
    { AutoVerifiedAttributes: ["email", "email"] },
    PARAMETER,
    /AutoVerifiedAttributes/,
  ],
  ["the same alias twice", { AliasAttributes: ["email", "email"] }, PARAMETER, /AliasAttributes/],
  ["the same name twice", { UsernameAttributes: ["email", "email"] }, PARAMETER, /UsernameAttributes/],
  ["the same first factor twice", factors("PASSWORD", "PASSWORD"), PARAMETER, /AllowedFirstAuthFactors/],
  [
    "verification before update of what is not verified by itself",
    {
      AutoVerifiedAttributes: ["phone_number"],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
    },
    PARAMETER,
    /subset of AutoVerifiedAttributes/,
  ],
  ["admin_only beside other recovery", recovery("admin_only", "verified_email"), PARAMETER, /admin_only/],
  ["the same recovery twice", recovery("verified_email", "verified_email"), PARAMETER, /differ/],
  [
    "two ways of recovery of one priority",
    {
      AccountRecoverySetting: {
        RecoveryMechanisms: [
          { Name: "verified_email", Priority: 1 },
          { Name: "verified_phone_number", Priority: 1 },
        ],
      },
    },
    PARAMETER,
    /differ/,
  ],
  [
    "one template with a code and a link",
    { VerificationMessageTemplate: { EmailMessage: "Code {####}", EmailMessageByLink: "{##Click##}" } },
    PARAMETER,
    /EmailMessageByLink/,
  ],
  [
    "MFA without a way to send codes",
    { MfaConfiguration: "ON", AutoVerifiedAttributes: ["phone_number"] },
    PARAMETER,
    "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
  ],
  [
    "optional MFA without a way to send codes",
    { MfaConfiguration: "OPTIONAL" },
    PARAMETER,
    "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
  ],
  [
    "a code as first factor where a second is demanded",
    { MfaConfiguration: "ON", SmsConfiguration, ...factors("PASSWORD", "SMS_OTP") },
    PARAMETER,
    "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
  ],
  ["first factors without password", factors("EMAIL_OTP"), PARAMETER, /must contain PASSWORD/],
  ["a software token as first factor", factors("PASSWORD", "SOFTWARE_TOKEN"), PARAMETER, /SOFTWARE_TOKEN/],
  [
    "both validities of temporary passwords when they differ",
    {
      Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 3 } },
      AdminCreateUserConfig: { UnusedAccountValidityDays: 4 },
    },
    PARAMETER,
    "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
  ],
  [
    "two functions before token generation",
    {
      LambdaConfig: {
        PreTokenGeneration: `${LAMBDA}-else`,
        PreTokenGenerationConfig: { LambdaVersion: "V1_0", LambdaArn: LAMBDA },
      },
    },
    PARAMETER,
    /PreTokenGeneration/,
  ],
  [
    "a custom sender without a key for its secrets",
    { LambdaConfig: { CustomEmailSender: { LambdaVersion: "V1_0", LambdaArn: LAMBDA } } },
    PARAMETER,
    /KMSKeyID/,
  ],
  [
    "two services for SMS",
    { SmsConfiguration: { SnsCallerArn: ROLE, EumsSms: { CallerArn: ROLE } } },
    PARAMETER,
    /EumsSms/,
  ],
  [
    "a level of assurance that is named as another one is by default",
    { AcrConfiguration: { Level1: { AcrValue: "urn:cognito:loa:2" } } },
    PARAMETER,
    /AcrConfiguration/,
  ],
  [
    "preferred_username as alias when it is required",
    { AliasAttributes: ["preferred_username"], Schema: [{ Name: "preferred_username", Required: true }] },
    PARAMETER,
    /preferred_username/,
  ],
  ["passwordless sign-in in LITE", { UserPoolTier: "LITE", ...factors("PASSWORD", "EMAIL_OTP") }, TIER, /LITE/],
  [
    "password history in LITE",
    { UserPoolTier: "LITE", Policies: { PasswordPolicy: { PasswordHistorySize: 1 } } },
    TIER,
    /LITE/,
  ],
  [
    "access token customization in LITE",
    {
      UserPoolTier: "LITE",
      LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: "V2_0", LambdaArn: LAMBDA } },
    },
    TIER,
    /LITE/,
  ],
  [
    "threat protection below PLUS",
    { UserPoolTier: "ESSENTIALS", UserPoolAddOns: { AdvancedSecurityMode: "ENFORCED" } },
    TIER,
    /ESSENTIALS/,
  ],
  ["a reserved tag", { UserPoolTags: { "AWS:x": "y" } }, "UserPoolTaggingException", /aws:/],
  ["a tag with other signs", { UserPoolTags: { key: "a;b" } }, "UserPoolTaggingException", /letters, digits/],
  [
    "more than fifty tags",
    { UserPoolTags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ""])) },
    "UserPoolTaggingException",
    /50/,
  ],
];

describe.each(["CreateUserPool", "UpdateUserPool"])("%s", (operation) => {
  it.each(contradictions)("refuses %s", async (_, settings, name, message) => {
    const target = operation === "CreateUserPool" ? { PoolName: "x" } : { UserPoolId: await makePool() };
    await expect(call(operation, { ...target, ...settings })).rejects.toMatchObject({
      name,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });

  it("accepts features in the plan that has them, and MFA by SMS", async () => {
    const target = operation === "CreateUserPool" ? { PoolName: "x" } : { UserPoolId: await makePool() };
    await call(operation, {
      ...target,
      UserPoolTier: "PLUS",
      UserPoolAddOns: { AdvancedSecurityMode: "ENFORCED" },
      MfaConfiguration: "ON",
      SmsConfiguration,
      ...factors("PASSWORD", "WEB_AUTHN"),
    });
  });
});

it("refuses the LITE plan while a client lets users choose how to sign in", async () => {
  const UserPoolId = await makePool();
  const { ClientId } = await makeClient(UserPoolId, { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] });
  const downgrade = () => call("UpdateUserPool", { UserPoolId, UserPoolTier: "LITE" });
  await expect(downgrade()).rejects.toMatchObject({ name: "TierChangeNotAllowedException" });
  await call("UpdateUserPoolClient", { UserPoolId, ClientId });
  await downgrade();
  await expect(makeClient(UserPoolId, { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] })).rejects.toMatchObject({
    name: TIER,
  });
});
