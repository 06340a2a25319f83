import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signRequest } from "../../src/lib/sigv4.ts";
import { type Server, startServer } from "./server.ts";

const PREFIX = "AWSCognitoIdentityProviderService";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LIMIT = 1_048_576;

let server: Server;
let UserPoolId: string;

beforeAll(async () => {
  server = await startServer();
  const made = await post("CreateUserPool", { PoolName: "raw" });
  UserPoolId = ((await made.json()) as { UserPool: { Id: string } }).UserPool.Id;
});
afterAll(() => server?.close());

/** A signed call, by nothing but HTTP. */
async function post(operation: string, input: object): Promise<Response> {
  const body = Buffer.from(JSON.stringify(input));
  const headers = new Headers({
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `${PREFIX}.${operation}`,
  });
  const request = { method: "POST", url: `${server.origin}/`, headers, body };
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const signed = await signRequest(request, credentials, { region: "us-east-1", service: "cognito-idp" }, Date.now());
  return fetch(request.url, { method: "POST", headers: signed, body });
}

const unsigned = (target: string | undefined, body: BodyInit = "{}", more: RequestInit = {}) =>
  fetch(`${server.origin}/`, {
    method: "POST",
    body,
    headers: { "content-type": "application/x-amz-json-1.1", ...(target !== undefined && { "x-amz-target": target }) },
    ...more,
  });

async function expectRefusal(response: Response, name: string, status = 400): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/x-amz-json-1.1");
  expect(response.headers.get("x-amzn-errortype")).toBe(`${name}:`);
  expect(response.headers.get("x-amzn-requestid")).toMatch(UUID);
  const body = (await response.json()) as { __type: string; message: string };
  expect(body.__type).toBe(name);
  expect(body.message).toBeTruthy();
  return body.message;
}

describe("an answer", () => {
  it("carries a fresh request id, its type, and what scripts of any origin may read", async () => {
    const [one, two] = [await post("ListUserPools", { MaxResults: 1 }), await post("ListUserPools", { MaxResults: 1 })];
    expect(one.status).toBe(200);
    expect(one.headers.get("content-type")).toBe("application/x-amz-json-1.1");
    expect(one.headers.get("x-amzn-requestid")).toMatch(UUID);
    expect(one.headers.get("x-amzn-requestid")).not.toBe(two.headers.get("x-amzn-requestid"));
    expect(one.headers.get("access-control-allow-origin")).toBe("*");
    expect(one.headers.get("cache-control")).toContain("no-store");
    await Promise.all([one.text(), two.text()]);
  });

  it("of an operation without output is empty, with a length of 0", async () => {
    const Username = "jane";
    const GroupName = "staff";
    await post("AdminCreateUser", { UserPoolId, Username, MessageAction: "SUPPRESS" });
    await post("CreateGroup", { UserPoolId, GroupName });
    for (const [operation, input] of [
      ["AdminAddUserToGroup", { UserPoolId, Username, GroupName }],
      ["AdminRemoveUserFromGroup", { UserPoolId, Username, GroupName }],
      ["DeleteGroup", { UserPoolId, GroupName }],
      ["AdminDeleteUser", { UserPoolId, Username }],
    ] as const) {
      const response = await post(operation, input);
      expect([operation, response.status]).toEqual([operation, 200]);
      expect([operation, response.headers.get("content-length")]).toEqual([operation, "0"]);
      expect([operation, await response.text()]).toEqual([operation, ""]);
      expect(response.headers.get("x-amzn-requestid")).toMatch(UUID);
    }
  });

  it("of an operation whose output has no members is an empty object", async () => {
    await post("AdminCreateUser", { UserPoolId, Username: "john", MessageAction: "SUPPRESS" });
    const response = await post("AdminDisableUser", { UserPoolId, Username: "john" });
    expect([response.status, await response.text()]).toEqual([200, "{}"]);
  });
});

describe("a refusal", () => {
  it("names its type in body and header, there with a trailing colon, and repeats the message in a header", async () => {
    const response = await post("DescribeUserPool", { UserPoolId: "us-east-1_NoSuchOne" });
    const told = response.headers.get("x-amzn-errormessage");
    expect(await expectRefusal(response, "ResourceNotFoundException")).toBe(told);
  });

  it("meets a target that is missing, unknown, of a wrong service, or inherited by every object", async () => {
    for (const target of [
      undefined,
      "",
      "NoSuchService.GetUser",
      `${PREFIX}.NoSuchOperation`,
      `${PREFIX}.GetUser.More`,
      `${PREFIX}.getUser`,
      "AWSCognitoIdentityService.GetUser",
      `${PREFIX}.__proto__`,
      `${PREFIX}.constructor`,
      "__proto__.GetUser",
    ]) {
      await expectRefusal(await unsigned(target), "UnknownOperationException");
    }
  });

  it("meets broken JSON, invalid UTF-8 and a body that is no object", async () => {
    for (const body of ["{", "[]", "null", '"text"', "1", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]) {
      await expectRefusal(await unsigned(`${PREFIX}.InitiateAuth`, body), "SerializationException");
    }
  });

  it("meets calls that are not signed, or signed with another secret", async () => {
    await expectRefusal(
      await unsigned(`${PREFIX}.ListUserPools`, '{"MaxResults":1}'),
      "MissingAuthenticationTokenException",
    );
    const body = Buffer.from('{"MaxResults":1}');
    const headers = new Headers({ "x-amz-target": `${PREFIX}.ListUserPools` });
    const request = { method: "POST", url: `${server.origin}/`, headers, body };
    const signed = await signRequest(
      request,
      { accessKeyId: "local", secretAccessKey: "guessed" },
      { region: "us-east-1", service: "cognito-idp" },
      Date.now(),
    );
    await expectRefusal(
      await fetch(request.url, { method: "POST", headers: signed, body }),
      "InvalidSignatureException",
    );
  });

  it("meets an operation that is not built: it never pretends", async () => {
    // Of the newest model, and of no use before there is a region to replicate to.
    const response = await post("ListUserPoolReplicas", { UserPoolId });
    await expectRefusal(response, "NotImplementedException", 501);
  });
});

describe("the limit of a mebibyte", () => {
  const padded = (length: number) => `{"a":"${"x".repeat(length - 8)}"}`;

  it("refuses a longer body by its announced length", async () => {
    const response = await unsigned(`${PREFIX}.InitiateAuth`, padded(LIMIT + 1));
    await expectRefusal(response, "RequestEntityTooLargeException", 413);
  });

  it("refuses a longer body that comes in chunks without a length", async () => {
    const piece = new Uint8Array(65_536).fill(0x20);
    let left = LIMIT / piece.length + 1;
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
    });
    const response = await unsigned(`${PREFIX}.InitiateAuth`, body, { duplex: "half" } as RequestInit);
    await expectRefusal(response, "RequestEntityTooLargeException", 413);
  });

  it("takes a body of just that length", async () => {
    await expectRefusal(await unsigned(`${PREFIX}.InitiateAuth`, padded(LIMIT)), "InvalidParameterException");
  });
});

describe("another path or method", () => {
  it("is not understood, as the front of Cognito says it", async () => {
    for (const [method, path] of [
      ["POST", "/nowhere"],
      ["PUT", "/"],
      ["DELETE", "/"],
      ["GET", `/${randomUUID()}`],
      ["GET", "/.dev.vars"],
    ] as const) {
      const response = await fetch(`${server.origin}${path}`, { method });
      expect([path, response.status]).toEqual([path, 400]);
      expect(await response.json()).toEqual({
        code: "BadRequest",
        message: "The server did not understand the operation that was requested.",
        type: "client",
      });
    }
  });
});
