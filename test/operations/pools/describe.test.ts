import { describe, expect, it } from "vitest";
import { operationModel, model } from "../../../src/endpoints/aws/model/model.ts";
import { call, makePool } from "../../client.ts";
import { MAXIMAL, MAXIMAL_SCHEMA } from "./maximal-pool.ts";

const describePool = async (UserPoolId: string) => (await call("DescribeUserPool", { UserPoolId })).UserPool;

const text = (Name: string, MinLength = "0", MaxLength = "2048") => ({
  Name,
  AttributeDataType: "String",
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
  StringAttributeConstraints: { MinLength, MaxLength },
});
const plain = (Name: string, AttributeDataType: string) => ({
  Name,
  AttributeDataType,
  DeveloperOnlyAttribute: false,
  Mutable: true,
  Required: false,
});

const STANDARD = [
  { ...text("sub", "1"), Mutable: false, Required: true },
  ...["name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile"].map((name) =>
    text(name),
  ),
  ...["picture", "website", "email"].map((name) => text(name)),
  plain("email_verified", "Boolean"),
  text("gender"),
  text("birthdate", "10", "10"),
  ...["zoneinfo", "locale", "phone_number"].map((name) => text(name)),
  plain("phone_number_verified", "Boolean"),
  text("address"),
  { ...plain("updated_at", "Number"), NumberAttributeConstraints: { MinValue: "0" } },
];

const minimal = (Id: string, Name: string) => ({
  Id,
  Name,
  Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${Id}`,
  CreationDate: expect.any(Number),
  LastModifiedDate: expect.any(Number),
  Policies: {
    PasswordPolicy: {
      MinimumLength: 8,
      RequireUppercase: true,
      RequireLowercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
      TemporaryPasswordValidityDays: 7,
    },
    SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD"] },
  },
  DeletionProtection: "INACTIVE",
  LambdaConfig: {},
  SchemaAttributes: STANDARD,
  VerificationMessageTemplate: { DefaultEmailOption: "CONFIRM_WITH_CODE" },
  MfaConfiguration: "OFF",
  EstimatedNumberOfUsers: 0,
  EmailConfiguration: { EmailSendingAccount: "COGNITO_DEFAULT" },
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 7 },
  UserPoolTier: "ESSENTIALS",
});

describe("the description of a pool", () => {
  it("has Cognito's defaults and nothing else when only a name was given", async () => {
    const { UserPool } = await call("CreateUserPool", { PoolName: "minimal" });
    expect(UserPool).toEqual(minimal(UserPool.Id, "minimal"));
    expect(UserPool.Id).toMatch(/^us-east-1_[0-9A-Za-z]{9}$/);
    expect(await describePool(UserPool.Id)).toEqual(UserPool);
  });

  it("gives back every member as it was sent", async () => {
    const { UserPool } = await call("CreateUserPool", { ...MAXIMAL, Schema: MAXIMAL_SCHEMA });
    const { PoolName, ...members } = MAXIMAL;
    expect(UserPool).toMatchObject({ ...members, Name: PoolName });
    expect(await describePool(UserPool.Id)).toEqual(UserPool);
    const members_ = model("cognito-idp").shapes[operationModel("cognito-idp", "CreateUserPool")?.input ?? ""];
    const known = members_?.type === "structure" ? Object.keys(members_.members) : [];
    const untested = known.filter((name) => !(name in MAXIMAL) && name !== "Schema" && name !== "UsernameAttributes");
    expect(untested).toEqual([]);
  });

  it("gives back what UpdateUserPool was sent, so that a description can be edited and sent again", async () => {
    const UserPoolId = await makePool({ ...MAXIMAL, Schema: MAXIMAL_SCHEMA });
    const before = await describePool(UserPoolId);
    await call("UpdateUserPool", { UserPoolId, ...before, PoolName: before.Name });
    expect(await describePool(UserPoolId)).toEqual({ ...before, LastModifiedDate: expect.any(Number) });
  });

  it("shows the texts of verification messages in both of their places, whichever was set", async () => {
    const texts = { SmsMessage: "S {####}", EmailMessage: "M {####}", EmailSubject: "T" };
    const old = {
      SmsVerificationMessage: "S {####}",
      EmailVerificationMessage: "M {####}",
      EmailVerificationSubject: "T",
    };
    for (const sent of [{ VerificationMessageTemplate: texts }, old]) {
      expect(await describePool(await makePool(sent))).toMatchObject({
        ...old,
        VerificationMessageTemplate: { ...texts, DefaultEmailOption: "CONFIRM_WITH_CODE" },
      });
    }
  });

  it("shows the trigger before token generation in both of its places, whichever was set", async () => {
    const LambdaArn = "arn:aws:lambda:us-east-1:000000000000:function:tokens";
    const V2 = { LambdaVersion: "V2_0", LambdaArn };
    const of = async (LambdaConfig: object) => (await describePool(await makePool({ LambdaConfig }))).LambdaConfig;
    expect(await of({ PreTokenGeneration: LambdaArn })).toEqual({
      PreTokenGeneration: LambdaArn,
      PreTokenGenerationConfig: { LambdaVersion: "V1_0", LambdaArn },
    });
    expect(await of({ PreTokenGenerationConfig: V2 })).toEqual({
      PreTokenGeneration: LambdaArn,
      PreTokenGenerationConfig: V2,
    });
  });

  it("asks nothing of passwords that a policy leaves out, and takes the legacy validity of temporary ones", async () => {
    const UserPoolId = await makePool({
      Policies: { PasswordPolicy: { MinimumLength: 6, RequireNumbers: true } },
      AdminCreateUserConfig: { UnusedAccountValidityDays: 30 },
    });
    const { Policies, AdminCreateUserConfig } = await describePool(UserPoolId);
    expect(Policies.PasswordPolicy).toEqual({
      MinimumLength: 6,
      RequireUppercase: false,
      RequireLowercase: false,
      RequireNumbers: true,
      RequireSymbols: false,
      TemporaryPasswordValidityDays: 30,
    });
    expect(AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 30 });
  });

  it("shows custom attributes after the standard ones, with defaults", async () => {
    const { SchemaAttributes } = await describePool(await makePool({ Schema: MAXIMAL_SCHEMA }));
    expect(SchemaAttributes.slice(STANDARD.length)).toEqual([
      { ...text("custom:team", "1", "20") },
      {
        ...plain("dev:custom:score", "Number"),
        DeveloperOnlyAttribute: true,
        Mutable: false,
        NumberAttributeConstraints: {},
      },
      plain("custom:since", "DateTime"),
    ]);
    expect(SchemaAttributes[10]).toEqual({ ...text("email"), Mutable: false, Required: true });
  });

  it("refuses a pool that does not exist", async () => {
    await expect(describePool("us-east-1_None")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "User pool us-east-1_None does not exist.",
    });
  });
});
