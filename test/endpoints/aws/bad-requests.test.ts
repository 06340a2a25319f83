import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, ORIGIN, PASSWORD, requestOf, send, signIn } from "../../client.ts";
import { get } from "../../fetch.ts";
import { brokenInvariants, everything } from "../../invariants.ts";
import { signRequest } from "../../../src/lib/sigv4.ts";

const PREFIX = "AWSCognitoIdentityProviderService";
const AWKWARD = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"];

let pool: string;
let client: string;
let tokens: { AccessToken: string; IdToken: string; RefreshToken: string };
/** Another pool, with a user of the same name. */
let other: { pool: string; client: string; tokens: typeof tokens };

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane", { email: "jane@example.com", email_verified: "true" });
  tokens = (await signIn(client, "jane")).AuthenticationResult;
  const otherPool = await makePool();
  const otherClient = (await makeClient(otherPool)).ClientId;
  await makeUser(otherPool, "jane");
  other = { pool: otherPool, client: otherClient, tokens: (await signIn(otherClient, "jane")).AuthenticationResult };
});

/** Sends text that JSON.stringify would not write. */
async function sendText(operation: string, text: BodyInit): Promise<{ status: number; answer: any }> {
  const bytes = new Uint8Array(await new Response(text).arrayBuffer());
  const { headers } = await requestOf(operation, {});
  const signed = headers.authorization
    ? await signRequest(
        {
          method: "POST",
          url: `${ORIGIN}/`,
          headers: new Headers({
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": `${PREFIX}.${operation}`,
          }),
          body: bytes,
        },
        { accessKeyId: "local", secretAccessKey: "local" },
        { region: "us-east-1", service: "cognito-idp" },
        Date.now(),
      )
    : new Headers(headers);
  const response = await send(bytes, Object.fromEntries(signed));
  const body = await response.text();
  return { status: response.status, answer: body === "" ? undefined : JSON.parse(body) };
}

/** That all of this is refused by name, in these words if given, and changes nothing. */
async function expectRefused(
  attempts: (() => Promise<unknown>)[],
  refusal: { name?: string; message?: string } = {},
): Promise<void> {
  const before = await everything();
  for (const [at, attempt] of attempts.entries()) {
    const outcome = await attempt().then(
      () => ({ at, outcome: "taken" }),
      ({ name, message, status }) => ({ at, name, message, status }),
    );
    const expected = {
      at,
      name: expect.stringMatching(/^[A-Z]\w+Exception$/),
      message: expect.stringMatching(/./),
      status: 400,
    };
    expect(outcome).toEqual({ ...expected, ...refusal });
  }
  expect(await everything()).toEqual(before);
}

/** Takes an attempt at its word: it must not have been refused by the answer's status. */
const asCall = async ({ status, answer }: { status: number; answer: any }): Promise<any> => {
  if (status === 200) return answer;
  throw Object.assign(new Error(answer.message), { name: answer.__type, status });
};

describe("names that every object inherits", () => {
  it("are no parameters: they neither stand in for missing ones nor disturb given ones", async () => {
    await expectRefused(
      AWKWARD.flatMap((key) => [
        async () =>
          asCall(
            await sendText(
              "InitiateAuth",
              `{"ClientId":"${client}","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"${key}":"jane"}}`,
            ),
          ),
        async () =>
          asCall(
            await sendText(
              "InitiateAuth",
              `{"ClientId":"${client}","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"jane","${key}":"x"}}`,
            ),
          ),
        async () =>
          asCall(
            await sendText(
              "RespondToAuthChallenge",
              `{"ClientId":"${client}","ChallengeName":"PASSWORD_VERIFIER","ChallengeResponses":{"${key}":"x","USERNAME":"jane"}}`,
            ),
          ),
      ]),
    );
    const parameters = AWKWARD.map((key) => `"${key}":"x"`).join(",");
    const { status } = await sendText(
      "InitiateAuth",
      `{"ClientId":"${client}","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{${parameters},"USERNAME":"jane","PASSWORD":"${PASSWORD}"},"ClientMetadata":{${parameters}}}`,
    );
    expect(status).toBe(200);
  });

  it("are no members of an input", async () => {
    const { status, answer } = await sendText(
      "AdminGetUser",
      `{"__proto__":{"Username":"jane"},"UserPoolId":"${pool}"}`,
    );
    expect({ status, type: answer.__type }).toEqual({ status: 400, type: "InvalidParameterException" });
  });

  it("are no attributes that anybody has", async () => {
    await expectRefused(
      AWKWARD.flatMap((Name) => [
        () =>
          call("SignUp", {
            ClientId: client,
            Username: "mallory",
            Password: PASSWORD,
            UserAttributes: [{ Name, Value: "x" }],
          }),
        () =>
          call("AdminUpdateUserAttributes", {
            UserPoolId: pool,
            Username: "jane",
            UserAttributes: [{ Name, Value: "x" }],
          }),
        () => call("UpdateUserAttributes", { AccessToken: tokens.AccessToken, UserAttributes: [{ Name, Value: "x" }] }),
        () => call("ListUsers", { UserPoolId: pool, Filter: `${Name} = "x"` }),
      ]),
      { name: "InvalidParameterException" },
    );
  });

  it("are no flows and no challenges", async () => {
    await expectRefused(
      AWKWARD.flatMap((name) => [
        () =>
          call("InitiateAuth", { ClientId: client, AuthFlow: name, AuthParameters: { USERNAME: "jane", PASSWORD } }),
        () =>
          call("RespondToAuthChallenge", {
            ClientId: client,
            ChallengeName: name,
            ChallengeResponses: { USERNAME: "jane" },
          }),
      ]),
      { name: "InvalidParameterException" },
    );
  });

  it("are users, groups and tags like any others", async () => {
    const apart = await makePool();
    const { ClientId } = await makeClient(apart);
    for (const name of AWKWARD) {
      await makeUser(apart, name, { name });
      await call("CreateGroup", { UserPoolId: apart, GroupName: name });
      await call("AdminAddUserToGroup", { UserPoolId: apart, GroupName: name, Username: name });
      const { Groups } = await call("AdminListGroupsForUser", { UserPoolId: apart, Username: name });
      expect(Groups.map(({ GroupName }: { GroupName: string }) => GroupName)).toEqual([name]);
      expect((await signIn(ClientId, name)).AuthenticationResult.IdToken).toBeTruthy();
      await expect(signIn(ClientId, `${name}_`)).rejects.toMatchObject({ name: "UserNotFoundException" });
    }
    expect(await brokenInvariants()).toEqual([]);
  });
});

describe("bodies that are no input", () => {
  const nested = (depth: number, open: string, close: string) =>
    `{"ClientMetadata":${open.repeat(depth)}1${close.repeat(depth)}}`;

  it("are refused as not serialised", async () => {
    const texts: BodyInit[] = [
      "{",
      '{"ClientId":}',
      '{"ClientId":"a"}}',
      "{'ClientId':'a'}",
      "undefined",
      "NaN",
      "[]",
      '"{}"',
      "null",
      "\u0000{}",
      new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
      new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
      new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
      '{"ClientId":1}',
      '{"ClientId":["a"]}',
      '{"AuthParameters":[]}',
      '{"AuthParameters":{"USERNAME":{"a":1}}}',
      '{"AuthParameters":{"USERNAME":null,"PASSWORD":1}}',
      '{"ClientMetadata":"{}"}',
      '{"ClientId":"\\ud800"}',
      nested(10_000, "[", "]"),
      nested(10_000, '{"a":', "}"),
    ];
    await expectRefused(
      texts.map((text) => async () => asCall(await sendText("InitiateAuth", text))),
      { name: "SerializationException" },
    );
  });

  it("are refused where texts are longer than the model allows, however long", async () => {
    const long = "a".repeat(900_000);
    const of = { ClientId: client, AuthFlow: "USER_PASSWORD_AUTH" };
    await expectRefused(
      [
        () => call("GetUser", { AccessToken: long }),
        () => call("SignUp", { ClientId: client, Username: long, Password: PASSWORD }),
        () => call("SignUp", { ClientId: client, Username: "mallory", Password: `Aa1!${long}` }),
        () => call("InitiateAuth", { ...of, AuthParameters: { USERNAME: long, PASSWORD } }),
        () => call("InitiateAuth", { ...of, AuthParameters: { USERNAME: "jane", PASSWORD: long } }),
        () =>
          call("InitiateAuth", { ...of, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME: "jane", SRP_A: long } }),
        () => call("InitiateAuth", { ...of, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: long } }),
        () => call("GetTokensFromRefreshToken", { ClientId: client, RefreshToken: long }),
        () => call("ListUsers", { UserPoolId: pool, Filter: `name = "${long}"` }),
        () => call("ListUsers", { UserPoolId: pool, PaginationToken: long }),
        () =>
          call("AdminUpdateUserAttributes", {
            UserPoolId: pool,
            Username: "jane",
            UserAttributes: [{ Name: "name", Value: long }],
          }),
      ],
      {},
    );
  });
});

describe("tokens that do not belong here", () => {
  const parts = (token: string) => token.split(".") as [string, string, string];
  const encode = (value: object) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const claims = (token: string) => JSON.parse(atob(parts(token)[1].replaceAll("-", "+").replaceAll("_", "/")));

  it("open nobody's account: other kinds, altered, unsigned, or signed by nobody", async () => {
    const { AccessToken, IdToken, RefreshToken } = tokens;
    const [header, body, signature] = parts(AccessToken);
    const flipped = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    const forged = [
      IdToken,
      RefreshToken,
      `${header}.${body}.`,
      `${header}.${body}`,
      `${header}.${body}.${flipped(signature, 10)}`,
      `${header}.${flipped(body, 20)}.${signature}`,
      `${header}.${encode({ ...claims(AccessToken), username: "john", sub: crypto.randomUUID() })}.${signature}`,
      `${encode({ alg: "none" })}.${body}.`,
      `${encode({ alg: "none", kid: "test-access" })}.${body}.${signature}`,
      `${encode({ alg: "HS256", kid: "test-access" })}.${body}.${signature}`,
      `${encode({ alg: "RS256", kid: "test-id" })}.${body}.${signature}`,
      `${encode({ alg: "RS256", kid: "__proto__" })}.${body}.${signature}`,
      `${parts(IdToken)[0]}.${body}.${signature}`,
      `${AccessToken}.${signature}`,
      "a.b.c",
      "..",
    ];
    for (const operation of ["GetUser", "GlobalSignOut", "DeleteUser"]) {
      await expectRefused(
        forged.map((token) => () => call(operation, { AccessToken: token })),
        { name: "NotAuthorizedException", message: "Invalid Access Token" },
      );
    }
  });

  it("refresh nothing for another client, another pool, or after the change of a single character", async () => {
    const { RefreshToken } = tokens;
    const swap = (at: number) =>
      RefreshToken.slice(0, at) + (RefreshToken[at] === "A" ? "B" : "A") + RefreshToken.slice(at + 1);
    const spots = Array.from({ length: 12 }, (_, at) => Math.floor((at * (RefreshToken.length - 1)) / 12));
    await expectRefused(
      [
        ...spots.map((at) => () => call("GetTokensFromRefreshToken", { ClientId: client, RefreshToken: swap(at) })),
        () => call("GetTokensFromRefreshToken", { ClientId: other.client, RefreshToken }),
        () => call("GetTokensFromRefreshToken", { ClientId: client, RefreshToken: other.tokens.RefreshToken }),
        () => call("GetTokensFromRefreshToken", { ClientId: client, RefreshToken: tokens.AccessToken }),
        () => call("RevokeToken", { ClientId: other.client, Token: RefreshToken }),
      ],
      {},
    );
  });

  it("page nothing but the list they were made for", async () => {
    for (const name of ["a", "b", "c"]) await makeUser(other.pool, name);
    const { PaginationToken } = await call("ListUsers", { UserPoolId: other.pool, Limit: 1 });
    expect(PaginationToken).toBeTruthy();
    await expectRefused(
      [
        () => call("ListUsers", { UserPoolId: pool, Limit: 1, PaginationToken }),
        () => call("ListUsers", { UserPoolId: other.pool, Limit: 1, Filter: 'username ^= "a"', PaginationToken }),
        () => call("ListUsers", { UserPoolId: other.pool, Limit: 1, PaginationToken: `${PaginationToken}A` }),
        () => call("ListGroups", { UserPoolId: other.pool, Limit: 1, NextToken: PaginationToken }),
      ],
      { name: "InvalidParameterException" },
    );
  });
});

describe("signatures", () => {
  it("of administrators fit one body, one operation and one secret", async () => {
    const { body, headers } = await requestOf("AdminDeleteUser", { UserPoolId: pool, Username: "jane" });
    const sendWith = async (text: string, changed: Record<string, string>) => {
      const response = await send(text, { ...headers, ...changed });
      const answer = (await response.json()) as { message: string; __type: string };
      return asCall({ status: response.status, answer });
    };
    const signature = headers.authorization as string;
    await expectRefused([
      () => sendWith(body.replace("jane", "john"), {}),
      () => sendWith(body, { "x-amz-target": `${PREFIX}.AdminDisableUser` }),
      () => sendWith(body, { "x-amz-date": "20200101T000000Z" }),
      () => sendWith(body, { authorization: signature.replace(/.$/, (last) => (last === "0" ? "1" : "0")) }),
      () => sendWith(body, { authorization: signature.replace("Credential=local/", "Credential=other/") }),
      () => sendWith(body, { authorization: signature.replace(/SignedHeaders=[^,]*/, "SignedHeaders=host") }),
      () => sendWith(body, { authorization: "" }),
      () => sendWith(body, { authorization: "Bearer local" }),
      () => call("AdminDeleteUser", { UserPoolId: pool, Username: "jane" }, { secretAccessKey: "guessed" }),
    ]);
  });
});

describe("an access key limited to a pool", () => {
  const scoped = { accessKeyId: "tenant", secretAccessKey: "tenant" };
  const ask = async (operation: string, input: object) => {
    const { body, headers } = await requestOf(operation, input, scoped);
    const ADMIN_KEYS = JSON.stringify([{ ...scoped, pools: [pool] }]);
    const response = await get("/", { method: "POST", body, headers }, { ADMIN_KEYS });
    const text = await response.text();
    return response.ok ? "allowed" : (JSON.parse(text) as { __type: string }).__type;
  };
  const arnOf = async (UserPoolId: string) => (await call("DescribeUserPool", { UserPoolId })).UserPool.Arn as string;

  it("acts on that pool, by id and by ARN", async () => {
    expect(await ask("DescribeUserPool", { UserPoolId: pool })).toBe("allowed");
    expect(await ask("ListTagsForResource", { ResourceArn: await arnOf(pool) })).toBe("allowed");
  });

  it("is not let in by a member that the operation does not know, while another one names the pool, or none does", async () => {
    const ResourceArn = await arnOf(other.pool);
    const before = await everything();
    for (const [operation, input] of [
      ["ListTagsForResource", { ResourceArn }],
      ["TagResource", { ResourceArn, Tags: { owner: "mallory" } }],
      ["UntagResource", { ResourceArn, TagKeys: ["owner"] }],
      ["DescribeUserPool", { UserPoolId: other.pool, ResourceArn: await arnOf(pool), IdentityPoolId: pool }],
      ["ListUserPools", { MaxResults: 10 }],
      ["CreateUserPool", { PoolName: "mallory" }],
    ] as const) {
      expect([operation, await ask(operation, { UserPoolId: pool, ...input })]).toEqual([
        operation,
        "AccessDeniedException",
      ]);
    }
    expect(await everything()).toEqual(before);
  });
});
