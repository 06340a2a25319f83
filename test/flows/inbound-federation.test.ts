import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { openCall } from "../../src/call.ts";
import { findPool, type Pool } from "../../src/directory/pools.ts";
import { inboundFederation, type ProviderAnswer } from "../../src/flows/inbound-federation.ts";
import { makePool, ORIGIN } from "../client.ts";
import { type ExampleFunction, newFunction } from "../triggers/functions.ts";

const OIDC: ProviderAnswer = {
  clientId: "1example23456789",
  userName: "Corporate_12345",
  providerName: "Corporate",
  providerType: "OIDC",
  parts: {
    tokenResponse: { access_token: "opaque", token_type: "Bearer", expires_in: "3600" },
    idToken: { sub: "12345", email: "ann@example.com" },
    userInfo: { email: "ann@example.com", given_name: "Ann", groups: "a,b" },
  },
  attributes: { sub: "12345", email: "ann@example.com", given_name: "Ann", groups: "a,b" },
};
const SAML: ProviderAnswer = {
  ...OIDC,
  providerType: "SAML",
  parts: { samlResponse: { email: "ann@example.com", department: "Engineering" } },
  attributes: { email: "ann@example.com", department: "Engineering" },
};

let fn: ExampleFunction;
let UserPoolId: string;

beforeEach(async () => {
  fn = newFunction();
  const InboundFederation = { LambdaVersion: "V1_0", LambdaArn: fn.arn };
  UserPoolId = await makePool({ LambdaConfig: { InboundFederation } });
});

async function ask(about: ProviderAnswer, poolId = UserPoolId) {
  const call = await openCall(new Request(ORIGIN), env, createExecutionContext());
  return inboundFederation(call, (await findPool(call.db, poolId, call.now)) as Pool, about);
}
const answer = (userAttributesToMap: unknown) =>
  fn.script({ InboundFederation: { response: { userAttributesToMap } } });

describe("[Amazon Cognito: inbound federation Lambda trigger]", () => {
  test.each([
    ["an OIDC provider", OIDC],
    ["a SAML provider", SAML],
  ])("is told what %s said, part by part", async (_, about) => {
    await ask(about);
    expect(await fn.events()).toEqual([
      {
        version: "1",
        triggerSource: "InboundFederation_ExternalProvider",
        region: "us-east-1",
        userPoolId: UserPoolId,
        userName: "Corporate_12345",
        callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: "1example23456789" },
        request: { providerName: "Corporate", providerType: about.providerType, attributes: about.parts },
        response: { userAttributesToMap: {} },
      },
    ]);
  });

  test("leaves what it names, changed or new, and drops the rest", async () => {
    await answer({ sub: "12345", email: "Ann@example.com", "custom:groups": "a" });
    expect(await ask(OIDC)).toEqual({ sub: "12345", email: "Ann@example.com", "custom:groups": "a" });
  });

  test.each([
    ["an empty object", {}],
    ["null", null],
  ])("leaves everything where it answers with %s", async (_, named) => {
    await answer(named);
    expect(await ask(OIDC)).toEqual(OIDC.attributes);
  });

  test("leaves everything where the pool has none", async () => {
    expect(await ask(SAML, await makePool())).toEqual(SAML.attributes);
  });

  test("keeps out whom it refuses", async () => {
    await fn.script({ InboundFederation: { error: "Not from there" } });
    await expect(ask(OIDC)).rejects.toMatchObject({
      name: "UserLambdaValidationException",
      message: "InboundFederation failed with error Not from there.",
    });
  });

  test("names attributes by texts, and by nothing else", async () => {
    await answer({ email: 5 });
    await expect(ask(OIDC)).rejects.toMatchObject({ name: "InvalidLambdaResponseException" });
  });
});
