import * as identityPools from "@aws-sdk/client-cognito-identity";
import * as userPools from "@aws-sdk/client-cognito-identity-provider";
import { describe, expect, it } from "vitest";
import { type SdkType, sdkEnums, sdkOperations } from "../../../src/command/model/sdk.ts";
import {
  model,
  operationModel,
  type Service,
  serviceOfTarget,
  services,
  type Shape,
} from "../../../src/endpoints/aws/model/model.ts";

const sdks: Record<Service, Record<string, unknown>> = {
  "cognito-idp": { ...userPools },
  "cognito-identity": { ...identityPools },
};

/** Enumerations that occur in answers only, and so not in a model of inputs. One that is new must be looked at. */
const inAnswersOnly = new Set(
  `ChallengeName ChallengeResponse DomainStatusType EventResponseType EventType
   ReplicaRoleType ReplicaStatusType ResourceServerManagedByType RiskDecisionType RiskLevelType SessionTypeType
   UserImportJobStatusType UserStatusType VerifySoftwareTokenResponseType ErrorCode`.split(/\s+/),
);

/** Differences between a type of the SDK and a shape of the model, by path. */
function differences(service: Service, path: string, type: SdkType, name: string | undefined): string[] {
  const shape = name === undefined ? undefined : model(service).shapes[name];
  if (!shape) return [`${path}: missing`];
  const found = kinds[shape.type] === type.kind ? [] : [`${path}: is ${shape.type}, not ${type.kind}`];
  if (type.kind === "structure" && shape.type === "structure") {
    for (const [member, memberType] of type.members) {
      found.push(...differences(service, `${path}.${member}`, memberType, shape.members[member]));
    }
    for (const member of type.required) {
      if (!shape.required?.includes(member)) found.push(`${path}.${member}: is required`);
    }
    for (const member of shape.required ?? []) {
      if (!type.required.includes(member)) found.push(`${path}.${member}: is not required`);
    }
  }
  if (type.kind === "list" && shape.type === "list") {
    found.push(...differences(service, `${path}[]`, type.member, shape.member));
  }
  if (type.kind === "map" && shape.type === "map") {
    found.push(...differences(service, `${path}{}`, type.value, shape.value));
  }
  return found;
}

const kinds: Record<Shape["type"], SdkType["kind"]> = {
  structure: "structure",
  list: "list",
  map: "map",
  string: "string",
  integer: "number",
  long: "number",
  boolean: "boolean",
  timestamp: "timestamp",
  blob: "blob",
  document: "document",
};

describe.each(services)("the contract of %s", (service) => {
  const operations = sdkOperations(sdks[service]);

  it("has every operation of the installed SDK and no other", () => {
    const known = operations.map(({ name }) => name);
    expect(known.length).toBe(service === "cognito-idp" ? 140 : 23);
    expect(Object.keys(model(service).operations)).toEqual(known);
  });

  it("has every input member of the SDK, of the same type, required alike", () => {
    const all = operations.flatMap(({ name, input }) =>
      differences(service, name, input, operationModel(service, name)?.input),
    );
    expect(all).toEqual([]);
  });

  it("has every value of the SDK's enumerations", () => {
    const missing: string[] = [];
    for (const [name, values] of sdkEnums(sdks[service])) {
      const shape = model(service).shapes[name];
      if (shape?.type !== "string") {
        if (!inAnswersOnly.has(name)) missing.push(name);
        continue;
      }
      for (const value of values) if (!shape.enum?.includes(value)) missing.push(`${name}: ${value}`);
    }
    expect(missing).toEqual([]);
  });

  it("answers with no body exactly where the SDK has no output shape", () => {
    const empty = operations.filter(({ answers }) => !answers).map(({ name }) => name);
    const ours = operations.filter(({ name }) => operationModel(service, name)?.output === "empty");
    expect(ours.map(({ name }) => name)).toEqual(empty);
  });

  it("leaves unsigned what the SDK leaves unsigned", () => {
    const client =
      service === "cognito-idp"
        ? new userPools.CognitoIdentityProviderClient({ region: "us-east-1" })
        : new identityPools.CognitoIdentityClient({ region: "us-east-1" });
    const unsigned = operations.filter(({ name: operation }) =>
      client.config
        .httpAuthSchemeProvider({ operation, region: "us-east-1" })
        .some(({ schemeId }) => schemeId === "smithy.api#noAuth"),
    );
    const ours = operations.filter(({ name }) => operationModel(service, name)?.auth === "none");
    // Its secret is in the body, and its documentation says that no IAM policy applies; SDKs sign it all the same.
    const beyond = service === "cognito-idp" ? ["GetClientToken"] : [];
    expect(ours.map(({ name }) => name)).toEqual([...unsigned.map(({ name }) => name), ...beyond].sort());
  });

  it("names errors as exceptions, and holds no shape that no input reaches", () => {
    const reached = new Set<string>();
    const reach = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      const shape = model(service).shapes[name];
      if (shape?.type === "structure") Object.values(shape.members).forEach(reach);
      if (shape?.type === "list") reach(shape.member);
      if (shape?.type === "map") [shape.key, shape.value].forEach(reach);
    };
    for (const { input, errors } of Object.values(model(service).operations)) {
      reach(input);
      for (const error of errors) expect(error).toMatch(/^\w+Exception$/);
    }
    expect(Object.keys(model(service).shapes)).toEqual([...reached].sort());
  });
});

describe("looking up operations and services", () => {
  it("finds a service by its target prefix only", () => {
    expect(serviceOfTarget("AWSCognitoIdentityProviderService")).toBe("cognito-idp");
    expect(serviceOfTarget("AWSCognitoIdentityService")).toBe("cognito-identity");
    expect(serviceOfTarget("cognito-idp")).toBeUndefined();
    expect(serviceOfTarget("")).toBeUndefined();
  });

  it.each(["constructor", "__proto__", "toString", "signUp", ""])("knows no operation named %j", (name) => {
    expect(operationModel("cognito-idp", name)).toBeUndefined();
  });

  it("lets an owner change what Cognito freezes when a pool is made", () => {
    const { shapes } = model("cognito-idp");
    const [create, update] = [shapes["CreateUserPoolRequest"], shapes["UpdateUserPoolRequest"]];
    if (create?.type !== "structure" || update?.type !== "structure") throw new Error("no structures");
    for (const member of ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "Schema"]) {
      expect(update.members[member]).toBe(create.members[member]);
      expect(update.required).not.toContain(member);
    }
  });
});
