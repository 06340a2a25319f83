import { describe, expect, it } from "vitest";
import { readResponse, type Trigger } from "../../../src/mechanisms/triggers/responses.ts";

const EVENT = {
  version: "1",
  triggerSource: "PreSignUp_SignUp",
  region: "us-east-1",
  userPoolId: "us-east-1_Example",
  userName: "ann",
  callerContext: {},
  request: {},
};
const read = (trigger: Trigger, response: unknown, version = "1") =>
  readResponse(trigger, version, { ...EVENT, response });

const GROUPS = { groupsToOverride: ["red"], iamRolesToOverride: ["arn:aws:iam::0:role/a"], preferredRole: null };

/** Responses as the pages of the triggers show them, and as typed languages write what they leave unset. */
const UNDERSTOOD: [trigger: Trigger, version: string, responses: object[]][] = [
  ["PreSignUp", "1", [{}, { autoConfirmUser: true, autoVerifyEmail: false, autoVerifyPhone: true }]],
  ["PostConfirmation", "1", [{}]],
  ["PreAuthentication", "1", [{}]],
  ["PostAuthentication", "1", [{}]],
  [
    "DefineAuthChallenge",
    "1",
    [
      {},
      { challengeName: "CUSTOM_CHALLENGE", issueTokens: false, failAuthentication: false },
      { challengeName: null, issueTokens: true, failAuthentication: null },
    ],
  ],
  [
    "CreateAuthChallenge",
    "1",
    [
      {},
      { publicChallengeParameters: { a: "b" }, privateChallengeParameters: { c: "d" }, challengeMetadata: "e" },
      { publicChallengeParameters: null, privateChallengeParameters: null, challengeMetadata: null },
    ],
  ],
  ["VerifyAuthChallengeResponse", "1", [{}, { answerCorrect: true }, { answerCorrect: null }]],
  [
    "PreTokenGeneration",
    "1",
    [
      {},
      { claimsOverrideDetails: null },
      { claimsOverrideDetails: {} },
      {
        claimsOverrideDetails: {
          claimsToAddOrOverride: { plan: "gold" },
          claimsToSuppress: ["email"],
          groupOverrideDetails: GROUPS,
        },
      },
      {
        claimsOverrideDetails: { claimsToAddOrOverride: null, claimsToSuppress: null, groupOverrideDetails: null },
      },
    ],
  ],
  ...["2", "3"].map((version): [Trigger, string, object[]] => [
    "PreTokenGeneration",
    version,
    [
      {},
      { claimsAndScopeOverrideDetails: null },
      {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: {
            claimsToAddOrOverride: { plan: { level: 3, of: [1, null] } },
            claimsToSuppress: ["email"],
          },
          accessTokenGeneration: {
            claimsToAddOrOverride: { plan: 3 },
            claimsToSuppress: [],
            scopesToAdd: ["gold/read"],
            scopesToSuppress: ["aws.cognito.signin.user.admin"],
          },
          groupOverrideDetails: GROUPS,
        },
      },
      {
        claimsAndScopeOverrideDetails: {
          idTokenGeneration: null,
          accessTokenGeneration: { scopesToAdd: null },
          groupOverrideDetails: { groupsToOverride: [] },
        },
      },
    ],
  ]),
  [
    "UserMigration",
    "1",
    [
      {},
      {
        userAttributes: { email: "ann@example.com" },
        finalUserStatus: "CONFIRMED",
        messageAction: "SUPPRESS",
        desiredDeliveryMediums: ["SMS", "EMAIL"],
        forceAliasCreation: true,
        enableSMSMFA: false,
      },
      {
        userAttributes: null,
        finalUserStatus: "",
        messageAction: "",
        desiredDeliveryMediums: null,
        forceAliasCreation: null,
        enableSMSMFA: null,
      },
    ],
  ],
  [
    "CustomMessage",
    "1",
    [
      {},
      { smsMessage: "a", emailMessage: "b", emailSubject: "c" },
      { smsMessage: null, emailMessage: "", emailSubject: null },
    ],
  ],
  ["CustomEmailSender", "1", [{}]],
  ["CustomSMSSender", "1", [{}]],
  ["InboundFederation", "1", [{}, { userAttributesToMap: {} }, { userAttributesToMap: { email: "a@b.example" } }]],
];

describe("[Amazon Cognito: user pool Lambda triggers] a response is understood as documented:", () => {
  it.each(UNDERSTOOD)("%s, version %s", (trigger, version, responses) => {
    for (const response of responses) expect(read(trigger, response, version)).toEqual(response);
  });

  it.each(UNDERSTOOD)(
    "%s, version %s, with members that nobody knows, which fall away",
    (trigger, version, responses) => {
      for (const response of responses)
        expect(read(trigger, { ...response, else: { a: 1 } }, version)).toEqual(response);
    },
  );
});

const claims = (claimsOverrideDetails: unknown) => ({ claimsOverrideDetails });
const access = (accessTokenGeneration: unknown) => ({ claimsAndScopeOverrideDetails: { accessTokenGeneration } });

describe("a response of other types is not understood:", () => {
  it.each<[trigger: Trigger, version: string, response: object]>([
    ["PreSignUp", "1", { autoConfirmUser: "true" }],
    ["PreSignUp", "1", { autoVerifyPhone: null }],
    ["DefineAuthChallenge", "1", { challengeName: 1 }],
    ["DefineAuthChallenge", "1", { issueTokens: "true" }],
    ["DefineAuthChallenge", "1", { failAuthentication: 0 }],
    ["CreateAuthChallenge", "1", { publicChallengeParameters: { a: 1 } }],
    ["CreateAuthChallenge", "1", { privateChallengeParameters: "a" }],
    ["CreateAuthChallenge", "1", { challengeMetadata: {} }],
    ["VerifyAuthChallengeResponse", "1", { answerCorrect: "true" }],
    ["VerifyAuthChallengeResponse", "1", { answerCorrect: 1 }],
    ["PreTokenGeneration", "1", claims("none")],
    ["PreTokenGeneration", "1", claims({ claimsToAddOrOverride: { a: ["b"] } })],
    ["PreTokenGeneration", "1", claims({ claimsToAddOrOverride: { a: { b: "c" } } })],
    ["PreTokenGeneration", "1", claims({ claimsToAddOrOverride: { a: 1 } })],
    ["PreTokenGeneration", "1", claims({ claimsToSuppress: "email" })],
    ["PreTokenGeneration", "1", claims({ groupOverrideDetails: { groupsToOverride: "red" } })],
    ["PreTokenGeneration", "1", claims({ groupOverrideDetails: { preferredRole: [] } })],
    ["PreTokenGeneration", "2", access([])],
    ["PreTokenGeneration", "2", access({ claimsToAddOrOverride: [] })],
    ["PreTokenGeneration", "2", access({ claimsToSuppress: [1] })],
    ["PreTokenGeneration", "3", access({ scopesToAdd: "read" })],
    ["PreTokenGeneration", "3", access({ scopesToAdd: ["read write"] })],
    ["PreTokenGeneration", "3", access({ scopesToAdd: [""] })],
    ["UserMigration", "1", { userAttributes: [] }],
    ["UserMigration", "1", { userAttributes: { email_verified: true } }],
    ["UserMigration", "1", { finalUserStatus: true }],
    ["UserMigration", "1", { desiredDeliveryMediums: "SMS" }],
    ["UserMigration", "1", { forceAliasCreation: "false" }],
    ["CustomMessage", "1", { smsMessage: ["a"] }],
    ["InboundFederation", "1", { userAttributesToMap: { email: null } }],
  ])("%s, version %s, %j", (trigger, version, response) => {
    expect(read(trigger, response, version)).toBeUndefined();
  });
});

it("names that every object has are names like others", () => {
  const response = JSON.parse('{"userAttributes":{"constructor":"a","toString":"b"}}');
  expect(read("UserMigration", response)).toEqual(response);
});
