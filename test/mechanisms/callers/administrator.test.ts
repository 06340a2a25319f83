import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { utf8 } from "../../../src/lib/encoding.ts";
import { Refusal } from "../../../src/lib/refusal.ts";
import { type HttpRequest, signRequest } from "../../../src/lib/sigv4.ts";
import { parseAccessKeys } from "../../../src/mechanisms/callers/access-keys.ts";
import { type AdministratorCall, checkAdministrator } from "../../../src/mechanisms/callers/administrator.ts";

const NOW = Date.UTC(2026, 7, 30, 12, 0, 0);
const MINUTE = 60_000;
const POOL = "us-east-1_Ab1Cd2Ef3";
const IDENTITY_POOL = "eu-west-1:0b0d5a8c-1111-4222-8333-444455556666";
const TARGET = "AWSCognitoIdentityProviderService.AdminGetUser";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

const secret = (accessKeyId: string) => `secret of ${accessKeyId}`;
const accessKeys = parseAccessKeys(
  JSON.stringify(
    [
      { accessKeyId: "ROOT" },
      { accessKeyId: "EVERY", actions: ["*"] },
      { accessKeyId: "READER", actions: ["cognito-idp:AdminGetUser", "cognito-idp:List*"] },
      { accessKeyId: "IDENTITIES", actions: ["cognito-identity:*"] },
      { accessKeyId: "NOTHING", actions: [] },
      { accessKeyId: "TENANT", pools: [POOL, IDENTITY_POOL] },
      { accessKeyId: "NOWHERE", pools: [] },
      { accessKeyId: "NARROW", actions: ["cognito-idp:ListUsers"], pools: [POOL] },
    ].map((key) => ({ ...key, secretAccessKey: secret(key.accessKeyId) })),
  ),
);

const unsigned = (headers: Record<string, string> = {}): HttpRequest => ({
  method: "POST",
  url: "https://login.example.com/",
  headers: new Headers({ "content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET, ...headers }),
  body: utf8(`{"UserPoolId":"${POOL}","Username":"ann"}`),
});

interface Signing {
  accessKeyId?: string;
  secretAccessKey?: string;
  region?: string;
  service?: string;
  at?: number;
  request?: HttpRequest;
}

async function signed({ accessKeyId = "ROOT", region = "us-east-1", service = "cognito-idp", ...rest }: Signing = {}) {
  const credentials = { accessKeyId, secretAccessKey: rest.secretAccessKey ?? secret(accessKeyId) };
  const request = rest.request ?? unsigned();
  return { ...request, headers: await signRequest(request, credentials, { region, service }, rest.at ?? NOW) };
}

const check = (request: HttpRequest, change: Partial<AdministratorCall> = {}) =>
  checkAdministrator({
    request,
    accessKeys,
    service: "cognito-idp",
    operation: "AdminGetUser",
    poolId: POOL,
    accountId: "000000000000",
    now: NOW,
    ...change,
  });

async function refusal(request: HttpRequest, change: Partial<AdministratorCall> = {}): Promise<string> {
  const thrown: unknown = await check(request, change).then(
    () => "accepted",
    (error: unknown) => error,
  );
  if (!(thrown instanceof Refusal)) throw new Error(`no refusal, but ${String(thrown)}`);
  return `${thrown.name}: ${thrown.message}`;
}

/** The same request with one header changed after it was signed; null takes the header away. */
function altered(request: HttpRequest, name: string, value: string | null): HttpRequest {
  const headers = new Headers(request.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}

const authorization = (request: HttpRequest) => request.headers.get("authorization") ?? "";
const rewritten = (request: HttpRequest, from: string | RegExp, to: string) => {
  const header = authorization(request).replace(from, to);
  if (header === authorization(request)) throw new Error(`${String(from)} is not in the header`);
  return altered(request, "authorization", header);
};

describe("a signed request", () => {
  test("is accepted, and names an IAM user called like the access key", async () => {
    const arn = "arn:aws:iam::000000000000:user/ROOT";
    expect(await check(await signed())).toEqual({ accessKeyId: "ROOT", arn });
  });

  test("is accepted from any region, and with headers that nobody signed", async () => {
    const request = await signed({ region: "mars-north-7" });
    request.headers.set("x-forwarded-for", "127.0.0.1");
    request.headers.set("x-amz-security-token", "of no use here");
    expect(await check(request)).toMatchObject({ accessKeyId: "ROOT" });
  });

  test("is accepted with another spacing of the header", async () => {
    const request = await signed();
    expect(await check(rewritten(request, /, /g, ","))).toMatchObject({ accessKeyId: "ROOT" });
    expect(await check(rewritten(request, /, /g, " ,\t "))).toMatchObject({ accessKeyId: "ROOT" });
  });

  test("is accepted up to five minutes to either side", async () => {
    expect(await check(await signed({ at: NOW - 5 * MINUTE }))).toMatchObject({ accessKeyId: "ROOT" });
    expect(await check(await signed({ at: NOW + 5 * MINUTE }))).toMatchObject({ accessKeyId: "ROOT" });
  });
});

describe("refuses, as incomplete,", () => {
  test("a request without Authorization, for want of a token", async () => {
    const missing = "MissingAuthenticationTokenException: Missing Authentication Token";
    expect(await refusal(unsigned())).toBe(missing);
    expect(await refusal(altered(await signed(), "authorization", " "))).toBe(missing);
  });

  test("a signature in the query string, which is not supported", async () => {
    const url = "https://login.example.com/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00";
    expect(await refusal({ ...unsigned(), url })).toContain("MissingAuthenticationTokenException");
  });

  test("another scheme, saying all that is missing", async () => {
    expect(await refusal(altered(unsigned(), "authorization", "Bearer abc"))).toBe(
      "IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  });

  test.each([
    ["without a signature", /, Signature=.*/, "", "Authorization header requires 'Signature' parameter."],
    ["with a short signature", /..$/, "", "Signature must be 64 lower-case hexadecimal digits."],
    ["with a long signature", /$/, "00", "Signature must be 64 lower-case hexadecimal digits."],
    ["with a scheme in lower case", /^AWS4-HMAC-SHA256/, "aws4-hmac-sha256", "requires 'Credential' parameter."],
    ["with a credential of four parts", "/cognito-idp", "", "Credential must have exactly 5 slash-delimited elements"],
    ["with another terminator", "aws4_request", "aws5_request", "Credential should be scoped with a valid terminator"],
    ["with signed headers in upper case", ";host;", ";Host;", "SignedHeaders must be lower-case header names"],
  ])("a header %s", async (_, from, to, message) => {
    const found = await refusal(rewritten(await signed(), from, to));
    expect(found).toMatch(/^IncompleteSignatureException: /);
    expect(found).toContain(message);
  });

  test("a signature in upper-case hex", async () => {
    const request = await signed();
    const upper = authorization(request).replace(/[0-9a-f]{64}$/, (digits) => digits.toUpperCase());
    expect(await refusal(altered(request, "authorization", upper))).toContain("64 lower-case hexadecimal digits");
  });

  test("two Authorization headers, even when each alone is good", async () => {
    const request = await signed();
    request.headers.append("authorization", authorization(request));
    expect(await refusal(request)).toContain("once each, and nothing else");
  });

  test("a request without a date, or with one that is none", async () => {
    const request = await signed();
    expect(await refusal(altered(request, "x-amz-date", null))).toBe(
      "IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
    expect(await refusal(altered(request, "x-amz-date", "yesterday"))).toBe(
      "IncompleteSignatureException: Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
  });
});

describe("refuses, as invalid,", () => {
  let request: HttpRequest;
  beforeEach(async () => {
    request = await signed();
  });
  const invalid = `InvalidSignatureException: ${MISMATCH}`;

  test("a signature by another secret", async () => {
    expect(await refusal(await signed({ secretAccessKey: secret("READER") }))).toBe(invalid);
  });

  test("a body, method, path or query that was changed", async () => {
    expect(await refusal({ ...request, body: utf8("{}") })).toBe(invalid);
    expect(await refusal({ ...request, method: "PUT" })).toBe(invalid);
    expect(await refusal({ ...request, url: "https://login.example.com/other" })).toBe(invalid);
    expect(await refusal({ ...request, url: "https://login.example.com/?a=1" })).toBe(invalid);
    expect(await refusal({ ...request, url: "https://login.example.com/?a=%" })).toBe(invalid);
    expect(await refusal({ ...request, url: "https://other.example.com/" })).toBe(invalid);
  });

  test("a signed header that was changed or taken away", async () => {
    const other = TARGET.replace("AdminGetUser", "AdminDeleteUser");
    expect(await refusal(altered(request, "x-amz-target", other))).toBe(invalid);
    expect(await refusal(altered(request, "content-type", null))).toBe(invalid);
    expect(await refusal(altered(request, "x-amz-date", "20260830T120001Z"))).toBe(invalid);
  });

  test("a signature, region or access key id that was changed", async () => {
    const other = authorization(request).endsWith("0") ? "1" : "0";
    expect(await refusal(rewritten(request, /.$/, other))).toBe(invalid);
    expect(await refusal(rewritten(request, "us-east-1", "us-east-2"))).toBe(invalid);
    expect(await refusal(rewritten(request, "Credential=ROOT", "Credential=EVERY"))).toBe(invalid);
  });

  test("a payload that was left unsigned", async () => {
    for (const stated of ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"]) {
      const loose = unsigned({ "x-amz-content-sha256": stated });
      expect(await refusal(await signed({ request: loose }))).toBe(invalid);
    }
  });

  test("a request older than five minutes", async () => {
    expect(await refusal(await signed({ at: NOW - 5 * MINUTE - 1000 }))).toBe(
      "InvalidSignatureException: Signature expired: 20260830T115459Z is now earlier than 20260830T115500Z (20260830T120000Z - 5 min.)",
    );
  });

  test("a request from further ahead than five minutes", async () => {
    expect(await refusal(await signed({ at: NOW + 5 * MINUTE + 1000 }))).toBe(
      "InvalidSignatureException: Signature not yet current: 20260830T120501Z is still later than 20260830T120500Z (20260830T120000Z + 5 min.)",
    );
  });

  test("a scope of another day than the request's", async () => {
    expect(await refusal(rewritten(request, "/20260830/", "/20260829/"))).toBe(
      "InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260829' != '20260830', from '20260830T120000Z'.",
    );
  });

  test("a scope of another service, even one of ours", async () => {
    const scoped = "InvalidSignatureException: Credential should be scoped to correct service:";
    expect(await refusal(await signed({ service: "s3" }))).toBe(`${scoped} 'cognito-idp'.`);
    expect(await refusal(request, { service: "cognito-identity" })).toBe(`${scoped} 'cognito-identity'.`);
  });

  test.each([
    ["host", "'Host' or ':authority'"],
    ["x-amz-date", "'x-amz-date'"],
    ["x-amz-target", "'x-amz-target'"],
  ])("a signature that does not list %s", async (name, shown) => {
    const kept = ["content-type", "host", "x-amz-date", "x-amz-target"].filter((each) => each !== name).join(";");
    expect(await refusal(rewritten(request, /SignedHeaders=[^,]+/, `SignedHeaders=${kept}`))).toBe(
      `InvalidSignatureException: ${shown} must be a 'SignedHeader' in the AWS Authorization.`,
    );
  });

  test("a target that was put to a genuine signature afterwards", async () => {
    const bare = altered(unsigned(), "x-amz-target", null);
    const late = altered(await signed({ request: bare }), "x-amz-target", TARGET);
    expect(await refusal(late)).toContain("'x-amz-target' must be a 'SignedHeader'");
  });
});

describe("refuses an unknown access key", () => {
  const unknown = "UnrecognizedClientException: The security token included in the request is invalid.";

  test("whatever it was signed with, inherited names included", async () => {
    for (const accessKeyId of ["NOBODY", "constructor", "__proto__"]) {
      expect(await refusal(await signed({ accessKeyId }))).toBe(unknown);
    }
    expect(await refusal(await signed({ accessKeyId: "NOBODY", secretAccessKey: "0".repeat(40) }))).toBe(unknown);
    expect(await refusal(await signed(), { accessKeys: parseAccessKeys(undefined) })).toBe(unknown);
  });

  test("after the same work as a known one with a wrong signature", async () => {
    const hmac = vi.spyOn(crypto.subtle, "sign");
    const digest = vi.spyOn(crypto.subtle, "digest");
    const work = async (request: HttpRequest) => {
      hmac.mockClear();
      digest.mockClear();
      await refusal(request);
      return [hmac.mock.calls.length, digest.mock.calls.length];
    };
    const known = await signed({ secretAccessKey: "wrong" });
    const unknownKey = await signed({ accessKeyId: "NOBODY" });
    const first = await work(known);
    expect(first).toEqual([5, 2]);
    expect(await work(unknownKey)).toEqual(first);
    expect(await work(known)).toEqual(first);
  });

  afterEach(() => vi.restoreAllMocks());
});

describe("an access key with actions", () => {
  const may = async (accessKeyId: string, operation: string, service: AdministratorCall["service"] = "cognito-idp") =>
    check(await signed({ accessKeyId, service }), { operation, service }).then(
      () => true,
      (error: Refusal) => (error.name === "AccessDeniedException" ? false : Promise.reject(error)),
    );

  test("may do what it names and what a wildcard covers", async () => {
    expect(await may("READER", "AdminGetUser")).toBe(true);
    expect(await may("READER", "ListUsers")).toBe(true);
    expect(await may("READER", "ListUserPools")).toBe(true);
    expect(await may("IDENTITIES", "ListIdentities", "cognito-identity")).toBe(true);
    expect(await may("EVERY", "DeleteUserPool")).toBe(true);
    expect(await may("EVERY", "DeleteIdentityPool", "cognito-identity")).toBe(true);
  });

  test("may do nothing else, not even in the other service or with a longer name", async () => {
    expect(await may("READER", "AdminDeleteUser")).toBe(false);
    expect(await may("READER", "AdminGetUserX")).toBe(false);
    expect(await may("READER", "Lis")).toBe(false);
    expect(await may("READER", "AdminListGroupsForUser")).toBe(false);
    expect(await may("READER", "ListIdentities", "cognito-identity")).toBe(false);
    expect(await may("IDENTITIES", "ListUsers")).toBe(false);
    expect(await may("NOTHING", "ListUsers")).toBe(false);
  });

  test("is refused in IAM's words", async () => {
    expect(await refusal(await signed({ accessKeyId: "READER" }), { operation: "AdminDeleteUser" })).toBe(
      `AccessDeniedException: User: arn:aws:iam::000000000000:user/READER is not authorized to perform: cognito-idp:AdminDeleteUser on resource: arn:aws:cognito-idp:us-east-1:000000000000:userpool/${POOL} because no identity-based policy allows the cognito-idp:AdminDeleteUser action`,
    );
  });

  test("is refused only after its signature was found genuine", async () => {
    const forged = await signed({ accessKeyId: "NOTHING", secretAccessKey: "wrong" });
    expect(await refusal(forged)).toBe(`InvalidSignatureException: ${MISMATCH}`);
  });
});

describe("an access key with pools", () => {
  const resource = async (change: Partial<AdministratorCall>, accessKeyId = "TENANT") => {
    const request = await signed({ accessKeyId, service: change.service ?? "cognito-idp" });
    return /on resource: (\S+) because/.exec(await refusal(request, change))?.[1];
  };

  test("may act on these pools", async () => {
    expect(await check(await signed({ accessKeyId: "TENANT" }))).toMatchObject({ accessKeyId: "TENANT" });
    const service = "cognito-identity" as const;
    const request = await signed({ accessKeyId: "TENANT", service });
    expect(await check(request, { service, poolId: IDENTITY_POOL })).toMatchObject({ accessKeyId: "TENANT" });
  });

  test("may not act on another pool, nor where no pool is named", async () => {
    const other = "eu-west-1_Zz9Yy8Xx7";
    expect(await resource({ poolId: other })).toBe(`arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${other}`);
    expect(await resource({ poolId: undefined, operation: "ListUserPools" })).toBe("*");
    expect(await resource({ poolId: "" })).toBe("*");
    expect(await resource({ poolId: POOL }, "NOWHERE")).toContain(POOL);
    const identities = IDENTITY_POOL.replace("0b", "0c");
    expect(await resource({ service: "cognito-identity", poolId: identities })).toBe(
      `arn:aws:cognito-identity:eu-west-1:000000000000:identitypool/${identities}`,
    );
  });

  test("is not talked into a pool by its spelling, and a stranger's text is not repeated", async () => {
    expect(await resource({ poolId: POOL.toLowerCase() })).toContain(POOL.toLowerCase());
    const strange = [`${POOL} `, `${POOL}\n`, `${POOL}\r\nx: y`, "*", "__proto__.x", "<b>_b", `${"a".repeat(60)}_b`];
    for (const poolId of strange) expect(await resource({ poolId }), poolId).toBe("*");
  });

  test("needs both, when it has actions too", async () => {
    const request = await signed({ accessKeyId: "NARROW" });
    expect(await check(request, { operation: "ListUsers" })).toMatchObject({ accessKeyId: "NARROW" });
    expect(await resource({ operation: "AdminGetUser" }, "NARROW")).toContain(POOL);
    expect(await resource({ operation: "ListUsers", poolId: "us-east-1_Other1" }, "NARROW")).toContain("Other1");
  });
});
