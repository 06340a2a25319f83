import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MOST_BYTES } from "../../../src/endpoints/aws/body.ts";
import {
  model,
  operationModel,
  type Service,
  services,
  type StructureShape,
} from "../../../src/endpoints/aws/model/model.ts";
import { utf8 } from "../../../src/lib/encoding.ts";
import { identityPools } from "../../../src/operations/identity-pools.ts";
import { userPools } from "../../../src/operations/user-pools.ts";
import { call, makeClient, makePool, makeUser, PASSWORD, requestOf, send, signIn } from "../../client.ts";
import { brokenInvariants, everything } from "../../invariants.ts";
import { brokenInput, validInput } from "./arbitrary-input.ts";

/** A failure prints it with the path to the smallest case. */
const seed = 20_260_119;
const RUNS = 25;

const built: Record<Service, ReadonlyMap<string, unknown>> = {
  "cognito-idp": userPools,
  "cognito-identity": identityPools,
};

// What the worker logs here would fill pages.
beforeAll(() => void vi.spyOn(console, "log").mockImplementation(() => undefined));
afterAll(() => void vi.restoreAllMocks());

/** In place of a value: the member is left out. */
const ABSENT = Symbol("absent");

/** Values that exist, by the members that carry them: most operations refuse others before they do anything. */
async function existing(): Promise<Record<string, unknown[]>> {
  const UserPoolId = await makePool({ AutoVerifiedAttributes: ["email"] });
  const { ClientId } = await makeClient(UserPoolId);
  await makeUser(UserPoolId, "jane", { email: "jane@example.com", email_verified: "true" });
  await call("SignUp", { ClientId, Username: "ulla", Password: PASSWORD });
  await call("CreateGroup", { UserPoolId, GroupName: "staff" });
  await call("AdminAddUserToGroup", { UserPoolId, GroupName: "staff", Username: "jane" });
  const { AccessToken, RefreshToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
  const { UserPool } = await call("DescribeUserPool", { UserPoolId });
  const parameters = { USERNAME: "jane", PASSWORD, SRP_A: "2", REFRESH_TOKEN: RefreshToken };
  return {
    UserPoolId: [UserPoolId],
    ClientId: [ClientId],
    Username: ["jane", "jane", "ulla"],
    AccessToken: [AccessToken],
    RefreshToken: [RefreshToken],
    Token: [RefreshToken, AccessToken],
    GroupName: ["staff"],
    ResourceArn: [UserPool.Arn],
    Password: [PASSWORD],
    PreviousPassword: [PASSWORD],
    ProposedPassword: ["An0ther-Horse!"],
    AuthParameters: [parameters],
    ChallengeResponses: [{ ...parameters, NEW_PASSWORD: "An0ther-Horse!" }],
    UserAttributes: [[{ Name: "email", Value: "joan@example.com" }], [{ Name: "name", Value: "Joan" }]],
    UserAttributeNames: [["email"], ["name"]],
    AttributeName: ["email"],
    Filter: ['username ^= "j"'],
    Limit: [3],
    // Made up ones are refused at once, and the client has no secret.
    SecretHash: [ABSENT],
    ClientSecret: [ABSENT],
    NextToken: [ABSENT],
    PaginationToken: [ABSENT],
  };
}

const shapeOf = (service: Service, operation: string): StructureShape => {
  const { input } = operationModel(service, operation) as { input: string };
  return model(service).shapes[input] as StructureShape;
};

/** Which members of an input are replaced by existing values, mostly: each is left as it is now and then. */
function replacements(service: Service, operation: string, values: Record<string, unknown[]>) {
  const { members } = shapeOf(service, operation);
  const known = Object.keys(values).filter((name) => Object.hasOwn(members, name));
  const choices = known.map((name) => [
    name,
    fc.option(fc.constantFrom(...(values[name] as unknown[])), { freq: 4, nil: undefined }),
  ]);
  return fc.record(Object.fromEntries(choices) as Record<string, fc.Arbitrary<unknown>>, { noNullPrototype: true });
}

/** Valid inputs, half of them with few optional members: where there are many, some combination is always refused. */
function plausibleInput(service: Service, operation: string, values: Record<string, unknown[]>) {
  const { members, required = [] } = shapeOf(service, operation);
  const optional = Object.keys(members).filter((name) => !required.includes(name));
  const few = fc.subarray(optional, { maxLength: Math.min(2, optional.length) });
  return fc
    .tuple(validInput(service, operation), replacements(service, operation, values), fc.option(few, { freq: 2 }))
    .map(([input, replaced, kept]) => {
      const sparse = Object.entries(input).filter(
        ([name]) => kept === null || required.includes(name) || kept.includes(name),
      );
      return withReplaced(Object.fromEntries(sparse), replaced);
    });
}

function withReplaced(input: object, replaced: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(replaced).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    Object.entries({ ...input, ...Object.fromEntries(given) }).filter(([, value]) => value !== ABSENT),
  );
}

const names = Object.fromEntries(
  services.map((service) => [
    service,
    new Set(Object.values(model(service).operations).flatMap(({ errors }) => errors)),
  ]),
);

async function answerTo(service: Service, operation: string, input: unknown) {
  const { body, headers } = await requestOf(operation, input, { service });
  const response = await send(body, headers);
  const text = await response.text();
  return { status: response.status, answer: text === "" ? undefined : JSON.parse(text) };
}

describe.each(services)("%s", (service) => {
  const operations = Object.keys(model(service).operations);
  const here = operations.filter((operation) => built[service].has(operation));
  const missing = operations.filter((operation) => !built[service].has(operation));

  it.skipIf(here.length === 0).each(here)(
    "%s answers any valid input, and leaves the directory whole",
    async (operation) => {
      const values = await existing();
      await fc.assert(
        fc.asyncProperty(plausibleInput(service, operation, values), async (input) => {
          const { status, answer } = await answerTo(service, operation, input);
          if (status === 200) return;
          // What is not built of an operation says so itself.
          const missing = answer.__type === "NotImplementedException";
          expect({ status, answer }).toEqual({
            status: missing ? 501 : 400,
            answer: { __type: expect.any(String), message: expect.any(String) },
          });
          if (!missing) expect(names[service]).toContain(answer.__type);
        }),
        { seed, numRuns: RUNS },
      );
      expect(await brokenInvariants()).toEqual([]);
    },
  );

  // One for all of them, since none may change it.
  let unchanged: ReturnType<typeof existing> | undefined;
  it.skipIf(here.length === 0).each(here)(
    "%s refuses any broken input by name, and changes nothing",
    async (operation) => {
      const values = await (unchanged ??= existing());
      const inputs = fc
        .tuple(brokenInput(service, operation), replacements(service, operation, values))
        .map(([{ input, fault, refusal }, replaced]) => {
          const others = Object.fromEntries(Object.entries(replaced).filter(([name]) => !fault.includes(name)));
          const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
          return { input: isObject ? withReplaced(input, others) : input, fault, refusal };
        });
      const before = await everything();
      await fc.assert(
        fc.asyncProperty(inputs, async ({ input, refusal }) => {
          const { status, answer } = await answerTo(service, operation, input);
          const tooLarge = utf8(JSON.stringify(input)).length > MOST_BYTES;
          expect({ status, ...answer }).toEqual({
            status: tooLarge ? 413 : 400,
            __type: tooLarge ? "RequestEntityTooLargeException" : refusal,
            message: expect.any(String),
          });
        }),
        { seed, numRuns: RUNS },
      );
      expect(await everything()).toEqual(before);
    },
  );

  it("answers what is not built with 501 and its name, never with a made-up success", async () => {
    const before = await everything();
    for (const operation of missing) {
      const [input] = fc.sample(validInput(service, operation), { numRuns: 1, seed });
      expect({ operation, ...(await answerTo(service, operation, input)) }).toEqual({
        operation,
        status: 501,
        answer: { __type: "NotImplementedException", message: expect.stringContaining(operation) },
      });
    }
    expect(await everything()).toEqual(before);
  });
});
