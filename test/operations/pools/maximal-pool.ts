const lambda = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const ROLE = "arn:aws:iam::000000000000:role/sender";
const KEY = "arn:aws:kms:us-east-1:000000000000:key/4b0f7b0c-6a0e-4a5f-9f0e-111111111111";

/** A pool with every member that CreateUserPool takes, none at its default. Members that describe otherwise are left to tests. */
export const MAXIMAL = {
  PoolName: "Every member, at once",
  OAuthConfiguration: { Conformance: "OPENID" },
  Policies: {
    PasswordPolicy: {
      MinimumLength: 12,
      RequireUppercase: false,
      RequireLowercase: true,
      RequireNumbers: false,
      RequireSymbols: true,
      PasswordHistorySize: 5,
      TemporaryPasswordValidityDays: 3,
    },
    SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"] },
  },
  DeletionProtection: "ACTIVE",
  LambdaConfig: {
    PreSignUp: lambda("pre-sign-up"),
    CustomMessage: lambda("custom-message"),
    PostConfirmation: lambda("post-confirmation"),
    PreAuthentication: lambda("pre-authentication"),
    PostAuthentication: lambda("post-authentication"),
    DefineAuthChallenge: lambda("define"),
    CreateAuthChallenge: lambda("create"),
    VerifyAuthChallengeResponse: lambda("verify"),
    PreTokenGeneration: lambda("tokens"),
    PreTokenGenerationConfig: { LambdaVersion: "V2_0", LambdaArn: lambda("tokens") },
    UserMigration: lambda("migration"),
    CustomSMSSender: { LambdaVersion: "V1_0", LambdaArn: lambda("sms") },
    CustomEmailSender: { LambdaVersion: "V1_0", LambdaArn: lambda("email") },
    InboundFederation: { LambdaVersion: "V1_0", LambdaArn: lambda("federation") },
    KMSKeyID: KEY,
  },
  AutoVerifiedAttributes: ["email", "phone_number"],
  AliasAttributes: ["email", "phone_number", "preferred_username"],
  SmsVerificationMessage: "SMS {####}",
  EmailVerificationMessage: "Mail {####}",
  EmailVerificationSubject: "Subject",
  VerificationMessageTemplate: {
    SmsMessage: "SMS {####}",
    EmailMessage: "Mail {####}",
    EmailSubject: "Subject",
    EmailSubjectByLink: "Subject of a link",
    DefaultEmailOption: "CONFIRM_WITH_CODE",
  },
  SmsAuthenticationMessage: "Authenticate with {####}",
  MfaConfiguration: "OPTIONAL",
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
  DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
  EmailConfiguration: {
    SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/limen.test",
    ReplyToEmailAddress: "reply@limen.test",
    EmailSendingAccount: "DEVELOPER",
    From: "Limen <from@limen.test>",
    ConfigurationSet: "set",
  },
  SmsConfiguration: { SnsCallerArn: ROLE, ExternalId: "external", SnsRegion: "eu-west-1" },
  UserPoolTags: { team: "identity", "cost center": "é/1" },
  AdminCreateUserConfig: {
    AllowAdminCreateUserOnly: true,
    UnusedAccountValidityDays: 3,
    InviteMessageTemplate: {
      SMSMessage: "{username} {####}",
      EmailMessage: "{username} {####}",
      EmailSubject: "Welcome",
    },
  },
  UserPoolAddOns: { AdvancedSecurityMode: "AUDIT", AdvancedSecurityAdditionalFlows: { CustomAuthMode: "ENFORCED" } },
  DcrConfiguration: {
    EnableStatus: "Enabled",
    OpenDcrEnabled: true,
    AuthenticatedGrantTypes: ["code"],
    OpenDcrGrantTypes: ["code"],
    AllowedScopes: ["openid"],
  },
  UsernameConfiguration: { CaseSensitive: false },
  AccountRecoverySetting: {
    RecoveryMechanisms: [
      { Priority: 1, Name: "verified_phone_number" },
      { Priority: 2, Name: "verified_email" },
    ],
  },
  UserPoolTier: "PLUS",
  KeyConfiguration: { KeyType: "CUSTOMER_MANAGED_KEY", KmsKeyArn: KEY },
  IssuerConfiguration: { Type: "UPDATED" },
  AcrConfiguration: { Level1: { AcrValue: "urn:limen:low" }, Level4: { AcrValue: "urn:limen:high" } },
};

export const MAXIMAL_SCHEMA = [
  { Name: "email", AttributeDataType: "String", Mutable: false, Required: true },
  { Name: "team", AttributeDataType: "String", StringAttributeConstraints: { MinLength: "1", MaxLength: "20" } },
  { Name: "score", AttributeDataType: "Number", DeveloperOnlyAttribute: true, Mutable: false },
  { Name: "since", AttributeDataType: "DateTime" },
];
