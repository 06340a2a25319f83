import { type CognitoIdentityProviderClient, SignUpCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExampleFunction, type Reply } from "../triggers/control.ts";
import { isSigned, isSignedForAws } from "../triggers/verify.ts";
import { AWS_KEYS, type ExampleTriggers, startTriggers, WEBHOOK_SECRET } from "./example-triggers.ts";
import { makeApp, PASSWORD } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

let triggers: ExampleTriggers;
let server: Server;
let sdk: CognitoIdentityProviderClient;

beforeAll(async () => {
  triggers = await startTriggers();
  server = await startServer({ TRIGGERS: triggers.TRIGGERS });
  sdk = sdkFor(server.origin);
});
afterAll(async () => {
  await server.close();
  await triggers.close();
});

/** Signs somebody up in a pool of its own whose PreSignUp trigger is the function. */
async function signUp(fn: ExampleFunction) {
  const app = await makeApp(sdk, { LambdaConfig: { PreSignUp: fn.arn }, AutoVerifiedAttributes: [] });
  const UserAttributes = [{ Name: "email", Value: "ann@staff.example" }];
  const { ClientId } = app;
  return {
    app,
    answer: await sdk.send(new SignUpCommand({ ClientId, Username: "ann", Password: PASSWORD, UserAttributes })),
  };
}

const kinds: [kind: string, fn: () => ExampleFunction][] = [
  ["a webhook", () => triggers.webhook],
  ["AWS Lambda", () => triggers.newFunction()],
];

describe.each(kinds)("%s", (kind, make) => {
  it("[Amazon Cognito: common Lambda trigger parameters] gets the event, and its response takes effect", async () => {
    const fn = make();
    const { app, answer } = await signUp(fn);
    expect(answer.UserConfirmed).toBe(true);
    expect((await fn.events()).at(-1)).toEqual({
      version: "1",
      triggerSource: "PreSignUp_SignUp",
      region: "us-east-1",
      userPoolId: app.UserPoolId,
      userName: "ann",
      callerContext: { awsSdkVersion: expect.stringMatching(/^aws-sdk-js-3\.\d/), clientId: app.ClientId },
      request: { userAttributes: { email: "ann@staff.example" } },
      response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
    });
  });

  it.each<[what: string, reply: Reply, tries: number, name: string, message: string]>([
    [
      "returns an error",
      { error: "Not allowed" },
      1,
      "UserLambdaValidationException",
      "PreSignUp failed with error Not allowed.",
    ],
    [
      "does not let us in",
      { status: 403 },
      1,
      "UnexpectedLambdaException",
      "PreSignUp invocation failed due to error AccessDeniedException.",
    ],
    [
      "is not there",
      { status: 404 },
      1,
      "UnexpectedLambdaException",
      "PreSignUp invocation failed due to error ResourceNotFoundException.",
    ],
    [
      "has too much to do",
      { status: 429 },
      3,
      "UnexpectedLambdaException",
      "PreSignUp invocation failed due to error TooManyRequestsException.",
    ],
    [
      "is out of order",
      { status: 503 },
      3,
      "UnexpectedLambdaException",
      "PreSignUp invocation failed due to error ServiceException.",
    ],
    [
      "breaks the connection",
      { breaks: true },
      3,
      "UnexpectedLambdaException",
      "PreSignUp invocation failed due to error ServiceException.",
    ],
    ["returns no JSON", { body: "<p>Hello" }, 1, "InvalidLambdaResponseException", "Unrecognizable lambda output"],
    [
      "returns a wrong type",
      { response: { autoConfirmUser: "true" } },
      1,
      "InvalidLambdaResponseException",
      "Unrecognizable lambda output",
    ],
    [
      "never stops talking",
      { body: JSON.stringify(" ".repeat(6 * 1024 * 1024)) },
      1,
      "InvalidLambdaResponseException",
      "Unrecognizable lambda output",
    ],
  ])(
    "[Amazon Cognito: Lambda trigger errors] that %s refuses the operation",
    async (_, reply, tries, name, message) => {
      const fn = make();
      const before = (await fn.events()).length;
      await fn.script({ "*": reply });
      await expect(signUp(fn)).rejects.toMatchObject({ name, message });
      expect((await fn.events()).length - before).toBe(tries);
      await fn.script({});
    },
  );

  it("that failed once is asked again", async () => {
    const fn = make();
    const before = (await fn.events()).length;
    await fn.script({ "*": [{ breaks: true }, { status: 500 }, { response: { autoConfirmUser: true } }] });
    expect((await signUp(fn)).answer.UserConfirmed).toBe(true);
    const events = (await fn.events()).slice(before);
    expect(events).toHaveLength(3);
    expect(new Set(events.map((event) => JSON.stringify(event))).size).toBe(1);
    await fn.script({});
  });
});

it("[Amazon Cognito: considerations for Lambda triggers] either has five seconds, three times", async () => {
  await Promise.all(
    kinds.map(async ([, make]) => {
      const fn = make();
      const before = (await fn.events()).length;
      await fn.script({ "*": { delay: 8_000 } });
      const begun = Date.now();
      await expect(signUp(fn)).rejects.toMatchObject({
        name: "UnexpectedLambdaException",
        message: "PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.",
      });
      expect(Date.now() - begun).toBeGreaterThan(15_000);
      expect((await fn.events()).length - before).toBe(3);
      await fn.script({});
    }),
  );
});

it("[RFC 2104] a webhook knows us by the signature over timestamp and body", async () => {
  await signUp(triggers.webhook);
  const request = triggers.arrived.at(-1) as (typeof triggers.arrived)[number];
  expect(request.headers).toMatchObject({ "content-type": "application/json" });
  expect(isSigned(request, WEBHOOK_SECRET)).toBe(true);
  expect(isSigned(request, `${WEBHOOK_SECRET}.`)).toBe(false);
  expect(isSigned({ ...request, body: `${request.body} ` }, WEBHOOK_SECRET)).toBe(false);
  const headers = { ...request.headers, "limen-timestamp": String(Number(request.headers["limen-timestamp"]) + 1) };
  expect(isSigned({ ...request, headers }, WEBHOOK_SECRET)).toBe(false);
});

it("[AWS Lambda API: Invoke] Lambda knows us by the AWS signature, and answers at once", async () => {
  const fn = triggers.newFunction();
  await signUp(fn);
  const request = triggers.arrived.at(-1) as (typeof triggers.arrived)[number];
  expect(request.path).toBe(`/2015-03-31/functions/${encodeURIComponent(fn.arn)}/invocations`);
  expect(request.headers).toMatchObject({
    "x-amz-invocation-type": "RequestResponse",
    "x-amz-security-token": AWS_KEYS.sessionToken,
  });
  expect(request.headers.authorization).toContain(`Credential=${AWS_KEYS.accessKeyId}/`);
  expect(isSignedForAws(request, AWS_KEYS.secretAccessKey, "us-east-1")).toBe(true);
  expect(isSignedForAws({ ...request, body: "{}" }, AWS_KEYS.secretAccessKey, "us-east-1")).toBe(false);
  expect(isSignedForAws(request, "another", "us-east-1")).toBe(false);
});

it("what Lambda calls its own error is said", async () => {
  const fn = triggers.newFunction();
  await fn.script({ "*": { status: 400, headers: { "x-amzn-errortype": "KMSDisabledException:http://internal/" } } });
  await expect(signUp(fn)).rejects.toMatchObject({
    name: "UnexpectedLambdaException",
    message: "PreSignUp invocation failed due to error KMSDisabledException.",
  });
});
