import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, makeClient, makePool, PASSWORD } from "../../client.ts";
import { type Event, type ExampleFunction, newFunction, type Reply } from "../../triggers/functions.ts";

const UNRECOGNIZABLE = { name: "InvalidLambdaResponseException", message: "Unrecognizable lambda output" };
const unreachable = (why: string) => ({
  name: "UnexpectedLambdaException",
  message: `PreSignUp invocation failed due to ${why}.`,
});

let fn: ExampleFunction;
let ClientId: string;
beforeAll(async () => {
  fn = newFunction();
  ({ ClientId } = await makeClient(await makePool({ LambdaConfig: { PreSignUp: fn.arn } })));
});
let log: { mock: { calls: unknown[][] } };
beforeEach(() => {
  log = vi.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => void vi.restoreAllMocks());

const signUp = (Username = crypto.randomUUID()) => call("SignUp", { ClientId, Username, Password: PASSWORD });

/** What an act came to, and how often the function was asked meanwhile. */
async function asked(act: () => Promise<unknown>): Promise<{ refusal: Error | undefined; tries: number }> {
  const before = (await fn.events()).length;
  const refusal: Error | undefined = await act().then(
    () => undefined,
    (error) => error,
  );
  return { refusal, tries: (await fn.events()).length - before };
}

/** A reply that is the event but for a change. */
const replyOf = (change: (event: Partial<Event>) => unknown): Reply => {
  const event: Event = {
    version: "1",
    triggerSource: "PreSignUp_SignUp",
    region: "us-east-1",
    userPoolId: "us-east-1_Example",
    userName: "ann",
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
    request: {},
    response: {},
  };
  return { body: JSON.stringify(change(event) ?? event) };
};

describe("[Amazon Cognito: considerations for Lambda triggers] a function that", () => {
  it.each<[what: string, reply: () => Reply, refusal: { name: string; message: string }, tries: number]>([
    [
      "returns an error refuses, in its own words",
      () => ({ error: "Not allowed" }),
      { name: "UserLambdaValidationException", message: "PreSignUp failed with error Not allowed." },
      1,
    ],
    [
      "returns an error with a status of its own faults does likewise",
      () => ({ error: "Sorry", status: 500 }),
      { name: "UserLambdaValidationException", message: "PreSignUp failed with error Sorry." },
      1,
    ],
    [
      "returns an endless error is cut short",
      () => ({ error: "x".repeat(5_000) }),
      { name: "UserLambdaValidationException", message: `PreSignUp failed with error ${"x".repeat(4_096)}.` },
      1,
    ],
    ["lets nobody in is asked once", () => ({ status: 401 }), unreachable("error AccessDeniedException"), 1],
    ["forbids it is asked once", () => ({ status: 403 }), unreachable("error AccessDeniedException"), 1],
    ["is not there is asked once", () => ({ status: 404 }), unreachable("error ResourceNotFoundException"), 1],
    ["takes no such request is asked once", () => ({ status: 415 }), unreachable("configuration"), 1],
    [
      "leads elsewhere is not followed",
      () => ({ status: 307, headers: { location: "https://elsewhere.example/" } }),
      unreachable("configuration"),
      1,
    ],
    [
      "has too much to do is asked three times",
      () => ({ status: 429 }),
      unreachable("error TooManyRequestsException"),
      3,
    ],
    ["is out of order is asked three times", () => ({ status: 502 }), unreachable("error ServiceException"), 3],
    ["throws is asked three times", () => ({ breaks: true }), unreachable("error ServiceException"), 3],
    ["says nothing is not understood", () => ({ body: "" }), UNRECOGNIZABLE, 1],
    ["says what is no JSON is not understood", () => ({ body: "{" }), UNRECOGNIZABLE, 1],
    ["returns null is not understood", () => ({ body: "null" }), UNRECOGNIZABLE, 1],
    ["returns a list is not understood", () => ({ body: "[]" }), UNRECOGNIZABLE, 1],
    ["returns its response alone is not understood", () => ({ body: '{"autoConfirmUser":true}' }), UNRECOGNIZABLE, 1],
    [
      "returns an error as if it were a reply is not understood",
      () => ({ body: '{"errorMessage":"No"}' }),
      UNRECOGNIZABLE,
      1,
    ],
    [
      "returns a null response is not understood",
      () => replyOf((event) => ({ ...event, response: null })),
      UNRECOGNIZABLE,
      1,
    ],
    [
      "returns a list as response is not understood",
      () => replyOf((event) => ({ ...event, response: [] })),
      UNRECOGNIZABLE,
      1,
    ],
    [
      "returns a text for a truth is not understood",
      () => ({ response: { autoConfirmUser: "true" } }),
      UNRECOGNIZABLE,
      1,
    ],
    [
      "returns a null for a truth is not understood",
      () => ({ response: { autoVerifyEmail: null } }),
      UNRECOGNIZABLE,
      1,
    ],
    [
      "returns more than six megabytes is not understood",
      () => replyOf((event) => ({ ...event, request: { padding: "x".repeat(6 * 1024 * 1024) } })),
      UNRECOGNIZABLE,
      1,
    ],
  ])("%s", async (_, reply, refusal, tries) => {
    await fn.script({ "*": reply() });
    const Username = crypto.randomUUID();
    const came = await asked(() => signUp(Username));
    expect(came.refusal).toMatchObject(refusal);
    expect(came.tries).toBe(tries);
    // Nobody was made of it.
    const { results } = await env.DB.prepare("select * from users where username = ?").bind(Username).all();
    expect(results).toEqual([]);
  });

  it.each([
    "version",
    "triggerSource",
    "region",
    "userPoolId",
    "userName",
    "callerContext",
    "request",
    "response",
  ] as const)("leaves out %s, or nulls it, is not understood", async (member) => {
    const { [member]: _, ...rest } = JSON.parse(replyOf((event) => event).body as string);
    for (const event of [rest, { ...rest, [member]: null }, { ...rest, [member]: 1 }]) {
      await fn.script({ "*": { body: JSON.stringify(event) } });
      expect((await asked(() => signUp())).refusal).toMatchObject(UNRECOGNIZABLE);
    }
  });

  it("returns members that nobody knows is understood", async () => {
    await fn.script({ "*": { response: { autoConfirmUser: true, somethingNew: { a: 1 } } } });
    expect((await signUp()).UserConfirmed).toBe(true);
  });

  it("leaves members of the response out has them as they were preset", async () => {
    await fn.script({ "*": replyOf((event) => ({ ...event, response: {} })) });
    expect((await signUp()).UserConfirmed).toBe(false);
  });

  it("is back at the third try was asked the same three times", async () => {
    const before = (await fn.events()).length;
    await fn.script({ "*": [{ breaks: true }, { status: 503 }, { response: { autoConfirmUser: true } }] });
    expect((await signUp()).UserConfirmed).toBe(true);
    const events = (await fn.events()).slice(before);
    expect(events).toHaveLength(3);
    expect(events).toEqual([events[0], events[0], events[0]]);
  });

  it("does not answer has five seconds, three times", async () => {
    await fn.script({ "*": { delay: 2_000 } });
    const wait = globalThis.setTimeout;
    const waits: unknown[] = [];
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms: number) => {
      waits.push(ms);
      return wait(work, ms === 5_000 ? 50 : ms);
    }) as never);
    const { refusal, tries } = await asked(() => signUp());
    expect(refusal).toMatchObject(unreachable("error Socket timeout while invoking Lambda function"));
    expect(tries).toBe(3);
    expect(waits.filter((ms) => ms === 5_000)).toHaveLength(3);
  });
});

it("what went wrong is logged by the names of trigger and function, and with nothing of the event", async () => {
  await fn.script({ "*": [{ status: 404 }, { error: "secret words" }, { body: '"secret words"' }] });
  for (let round = 0; round < 3; round++) await expect(signUp("secret-name")).rejects.toThrow();
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
  const about = { trigger: "PreSignUp", source: "PreSignUp_SignUp", arn: fn.arn, requestId: expect.any(String) };
  expect(lines.filter(({ event }) => String(event).startsWith("trigger"))).toEqual([
    { event: "trigger-unreachable", ...about },
    { event: "trigger-failed", ...about },
    { event: "trigger-unrecognizable", ...about },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/secret|Corr3ct/);
});
