import { CognitoIdentityProviderClient, ListUsersCommand } from "@aws-sdk/client-cognito-identity-provider";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../src/lib/encoding.ts";
import { sha256 } from "../../src/lib/hash.ts";
import {
  type Authorization,
  canonicalRequest,
  type HttpRequest,
  parseAuthorization,
  requestTime,
  signRequest,
  verifySignature,
} from "../../src/lib/sigv4.ts";

// The published suite: aws-sig-v4-test-suite, all with these credentials, region "us-east-1" and service "service".
const SUITE = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const SUITE_SCOPE = { region: "us-east-1", service: "service" };
const SUITE_TIME = Date.UTC(2015, 7, 30, 12, 36, 0);
const UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM = "application/x-www-form-urlencoded";

interface Vector {
  name: string;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signature: string;
}

const vectors: Vector[] = [
  {
    name: "get-vanilla",
    method: "GET",
    path: "/",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "get-vanilla-query-order-key",
    method: "GET",
    path: "/?Param1=value2&Param1=Value1",
    signature: "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1",
  },
  {
    name: "get-vanilla-query-order-key-case",
    method: "GET",
    path: "/?Param2=value2&Param1=value1",
    signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  },
  {
    name: "get-vanilla-query-unreserved",
    method: "GET",
    path: `/?${UNRESERVED}=${UNRESERVED}`,
    signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
  },
  {
    name: "get-vanilla-utf8-query",
    method: "GET",
    path: "/?%E1%88%B4=bar",
    signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  },
  {
    name: "get-unreserved",
    method: "GET",
    path: `/${UNRESERVED}`,
    signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  },
  {
    name: "get-relative",
    method: "GET",
    path: "/example/..",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "get-header-value-trim",
    method: "GET",
    path: "/",
    headers: { "My-Header1": " value1", "My-Header2": ' "a   b   c"' },
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  },
  {
    name: "post-vanilla",
    method: "POST",
    path: "/",
    signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  },
  {
    name: "post-vanilla-query",
    method: "POST",
    path: "/?Param1=value1",
    signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
  },
  {
    name: "post-x-www-form-urlencoded",
    method: "POST",
    path: "/",
    headers: { "Content-Type": FORM },
    body: "Param1=value1",
    signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  },
  {
    name: "post-x-www-form-urlencoded-parameters",
    method: "POST",
    path: "/",
    headers: { "Content-Type": `${FORM}; charset=utf8` },
    body: "Param1=value1",
    signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
  },
];

const toRequest = ({ method, path, headers, body }: Omit<Vector, "name" | "signature">): HttpRequest => ({
  method,
  url: `https://example.amazonaws.com${path}`,
  headers: new Headers(headers),
  body: utf8(body ?? ""),
});

function parse(headers: Headers): Authorization {
  const parsed = parseAuthorization(headers.get("authorization") ?? "");
  if ("faults" in parsed) throw new Error(parsed.faults.join(" "));
  return parsed;
}

const verifies = (request: HttpRequest, secret = SUITE.secretAccessKey) =>
  verifySignature(request, parse(request.headers), secret);

const signed = async (request: HttpRequest): Promise<HttpRequest> => ({
  ...request,
  headers: await signRequest(request, SUITE, SUITE_SCOPE, SUITE_TIME),
});

describe("AWS's published test suite", () => {
  test.each(vectors)("signs $name as published, and accepts it", async (vector) => {
    const request = await signed(toRequest(vector));
    expect(parse(request.headers).signature).toBe(vector.signature);
    expect(await verifies(request)).toBe(true);
  });

  test("builds the canonical request of post-x-www-form-urlencoded as published", async () => {
    const body = utf8("Param1=value1");
    const headers = new Headers({ "content-type": FORM, "x-amz-date": "20150830T123600Z" });
    const request = { method: "POST", url: "https://example.amazonaws.com/", headers, body };
    const payloadHash = toHex(await sha256(body));
    expect(canonicalRequest(request, ["content-type", "host", "x-amz-date"], payloadHash)).toBe(
      `POST\n/\n\ncontent-type:${FORM}\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\ncontent-type;host;x-amz-date\n9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e`,
    );
  });
});

describe("canonical form", () => {
  const lines = (path: string) => canonicalRequest(toRequest({ method: "GET", path }), ["host"], "")?.split("\n") ?? [];

  test("encodes the path twice, as every service but S3 wants it", () => {
    expect(lines("/2015-03-31/functions/arn%3Aaws%3Alambda/invocations")[1]).toBe(
      "/2015-03-31/functions/arn%253Aaws%253Alambda/invocations",
    );
  });

  test("orders the query by name before value, and gives a bare name an empty value", () => {
    expect(lines("/?a-=1&a=2&b&a=1")[2]).toBe("a=1&a=2&a-=1&b=");
  });

  test("escapes all but unreserved characters in the query, a plus sign included", () => {
    expect(lines("/?k=!'()*+%20%7E")[2]).toBe("k=%21%27%28%29%2A%2B%20~");
  });

  test("has none for a query with a broken escape, nor for a signed header that is missing", async () => {
    expect(lines("/?a=%zz")).toEqual([]);
    expect(canonicalRequest(toRequest({ method: "GET", path: "/" }), ["x-missing"], "")).toBeUndefined();
    await expect(signed(toRequest({ method: "GET", path: "/?a=%zz" }))).rejects.toThrow(TypeError);
  });
});

describe("verifying", () => {
  const post = () => signed(toRequest({ method: "POST", path: "/", headers: { "x-amz-target": "A.B" }, body: "{}" }));

  test("refuses another secret, method, URL, body, signed header or time", async () => {
    const request = await post();
    const url = "https://example.amazonaws.com";
    const withHeader = (name: string, value: string) => {
      const headers = new Headers(request.headers);
      headers.set(name, value);
      return { ...request, headers };
    };
    expect(await verifies(request)).toBe(true);
    expect(await verifies(request, "another")).toBe(false);
    expect(await verifies({ ...request, method: "PUT" })).toBe(false);
    expect(await verifies({ ...request, url: `${url}/x` })).toBe(false);
    expect(await verifies({ ...request, url: `${url}/?x=1` })).toBe(false);
    expect(await verifies({ ...request, url: "https://elsewhere.test/" })).toBe(false);
    expect(await verifies({ ...request, body: utf8("{ }") })).toBe(false);
    expect(await verifies(withHeader("x-amz-target", "A.C"))).toBe(false);
    expect(await verifies(withHeader("x-amz-date", "20150830T123601Z"))).toBe(false);
    expect(await verifies(withHeader("host", "elsewhere.test"))).toBe(false);
  });

  test("hashes the body itself, whatever x-amz-content-sha256 says", async () => {
    const emptyHash = toHex(await sha256(utf8("")));
    for (const stated of ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", emptyHash, ""]) {
      const request = await signed(
        toRequest({ method: "POST", path: "/", headers: { "x-amz-content-sha256": stated }, body: "{}" }),
      );
      expect(await verifies(request), stated).toBe(false);
    }
    const bodyHash = toHex(await sha256(utf8("{}")));
    const headers = { "x-amz-content-sha256": bodyHash };
    expect(await verifies(await signed(toRequest({ method: "POST", path: "/", headers, body: "{}" })))).toBe(true);
  });

  test("allows more headers than were signed, but not fewer", async () => {
    const request = await post();
    request.headers.set("x-forwarded-for", "127.0.0.1");
    expect(await verifies(request)).toBe(true);
    request.headers.delete("x-amz-target");
    expect(await verifies(request)).toBe(false);
  });
});

describe("the Authorization header", () => {
  const credential = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
  const names = "SignedHeaders=host;x-amz-date";
  const signature = `Signature=${"0f".repeat(32)}`;
  const read = (...parts: string[]) => parseAuthorization(`AWS4-HMAC-SHA256 ${parts.join(", ")}`);
  const faults = (header: string) => {
    const parsed = parseAuthorization(header);
    return "faults" in parsed ? parsed.faults.join(" ") : "none";
  };

  test("is read in any order and with any space around its commas", () => {
    const expected = {
      accessKeyId: "AKIDEXAMPLE",
      date: "20150830",
      region: "us-east-1",
      service: "service",
      signedHeaders: ["host", "x-amz-date"],
      signature: "0f".repeat(32),
    };
    expect(read(credential, names, signature)).toEqual(expected);
    expect(read(signature, credential, names)).toEqual(expected);
    expect(parseAuthorization(`  AWS4-HMAC-SHA256 \t${credential},${names} ,\t${signature} `)).toEqual(expected);
  });

  test.each([
    ["Credential", [names, signature]],
    ["SignedHeaders", [credential, signature]],
    ["Signature", [credential, names]],
  ])("names %s when it is missing", (missing, parts) => {
    expect(read(...parts)).toEqual({ faults: [`Authorization header requires '${missing}' parameter.`] });
  });

  test("is refused in another case", () => {
    const whole = `AWS4-HMAC-SHA256 ${credential}, ${names}, ${signature}`;
    expect(faults(whole)).toBe("none");
    expect(faults(whole.replace("AWS4-HMAC-SHA256", "aws4-hmac-sha256"))).toContain("requires 'Credential'");
    expect(faults(whole.replace("Credential", "credential"))).toContain("requires 'Credential'");
    expect(faults(whole.replace("SignedHeaders", "signedheaders"))).toContain("requires 'SignedHeaders'");
    expect(faults(whole.replace("x-amz-date", "X-Amz-Date"))).toContain("SignedHeaders must be lower-case");
    expect(faults(whole.replace(/0f/g, "0F"))).toContain("Signature must be 64 lower-case hexadecimal digits");
  });

  test("is refused with another algorithm or scheme", () => {
    expect(faults(`AWS4-HMAC-SHA512 ${credential}, ${names}, ${signature}`)).toContain("Unsupported AWS 'algorithm'");
    expect(faults(`AWS4-ECDSA-P256-SHA256 ${credential}, ${names}, ${signature}`)).toContain("Unsupported AWS");
    expect(faults("Bearer abc")).toContain("requires 'Credential' parameter");
    expect(faults("AWS4-HMAC-SHA256")).toContain("requires 'Signature' parameter");
  });

  test("is refused when a part comes twice, is foreign, or two headers were joined", () => {
    const whole = `AWS4-HMAC-SHA256 ${credential}, ${names}, ${signature}`;
    for (const extra of [credential, signature, "Other=1", "junk", "", whole]) {
      expect(faults(`${whole}, ${extra}`), extra).toContain("once each, and nothing else");
    }
  });

  test.each([
    ["four elements", "Credential=AKIDEXAMPLE/20150830/us-east-1/service", "exactly 5 slash-delimited elements"],
    ["six elements", `${credential}/x`, "exactly 5 slash-delimited elements"],
    ["no key id", "Credential=/20150830/us-east-1/service/aws4_request", "access key id"],
    ["a date that is none", "Credential=AKIDEXAMPLE/2015083/us-east-1/service/aws4_request", "YYYYMMDD"],
    ["no region", "Credential=AKIDEXAMPLE/20150830//service/aws4_request", "valid region"],
    ["no service", "Credential=AKIDEXAMPLE/20150830/us-east-1//aws4_request", "correct service"],
    ["another terminator", "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws5_request", "valid terminator"],
  ])("is refused when the credential has %s, without repeating it", (_, sent, fault) => {
    const found = faults(`AWS4-HMAC-SHA256 ${sent}, ${names}, ${signature}`);
    expect(found).toContain(fault);
    expect(found).not.toContain("AKIDEXAMPLE");
  });

  test("is refused when signed headers are out of order, repeated or empty", () => {
    for (const list of ["x-amz-date;host", "host;host", "host;", ";host", "host;x y"]) {
      expect(faults(`AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${list}, ${signature}`), list).not.toBe("none");
    }
  });

  test("is refused with a signature of another length", () => {
    for (const digits of ["0f".repeat(31), "0f".repeat(33), `${"0f".repeat(31)}0g`]) {
      expect(read(credential, names, `Signature=${digits}`)).toHaveProperty("faults");
    }
  });
});

describe("the time of a request", () => {
  const time = (headers: Record<string, string>) => requestTime(new Headers(headers));

  test("is x-amz-date, else date in either form", () => {
    const date = "Sun, 30 Aug 2015 12:36:00 GMT";
    expect(time({})).toBeUndefined();
    expect(time({ date })).toEqual({ header: "date", time: SUITE_TIME });
    expect(time({ date: "20150830T123600Z" })).toEqual({ header: "date", time: SUITE_TIME });
    expect(time({ date, "x-amz-date": "20150830T123601Z" })).toEqual({ header: "x-amz-date", time: SUITE_TIME + 1000 });
  });

  test("is no number when it is not a time, or in no form that was asked for", () => {
    for (const text of [
      "20150231T000000Z",
      "20150830T250000Z",
      "2015-08-30T12:36:00Z",
      "20150830T123600",
      "1440938160",
    ]) {
      expect(time({ "x-amz-date": text })?.time, text).toBeNaN();
    }
    expect(time({ "x-amz-date": "Sun, 30 Aug 2015 12:36:00 GMT" })?.time).toBeNaN();
    expect(time({ date: "30 August 2015" })?.time).toBeNaN();
  });
});

/** The request that AWS's own SDK would have sent, caught before it leaves. */
async function signedBySdk(input: { pool: string; filter: string; region: string; secret: string; endpoint: string }) {
  let caught: HttpRequest | undefined;
  const client = new CognitoIdentityProviderClient({
    region: input.region,
    endpoint: input.endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: input.secret },
    requestHandler: {
      handle(request: { method: string; path: string; headers: Record<string, string>; body: string | Uint8Array }) {
        const body = typeof request.body === "string" ? utf8(request.body) : new Uint8Array(request.body);
        const headers = new Headers(request.headers);
        caught = { method: request.method, url: new URL(request.path, input.endpoint).href, headers, body };
        return Promise.reject(new Error("caught"));
      },
    },
  });
  const command = new ListUsersCommand({ UserPoolId: input.pool, Filter: input.filter });
  await expect(client.send(command)).rejects.toThrow("caught");
  if (!caught) throw new Error("the SDK sent nothing");
  return caught;
}

test("accepts whatever the AWS SDK signs, and no longer once a byte of it has changed", async () => {
  const inputs = fc.record({
    pool: fc.string({ minLength: 1 }),
    filter: fc.string({ unit: "binary" }),
    region: fc.constantFrom("us-east-1", "eu-central-1", "auto"),
    secret: fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 }),
    endpoint: fc.constantFrom(
      "http://127.0.0.1:8787",
      "https://login.example.com",
      "https://login.example.com/a/b%20c",
    ),
  });
  await fc.assert(
    fc.asyncProperty(inputs, fc.nat(), async (input, at) => {
      const request = await signedBySdk(input);
      expect(await verifies(request, input.secret)).toBe(true);
      const body = Uint8Array.from(request.body, (byte, i) => (i === at % request.body.length ? byte ^ 1 : byte));
      expect(await verifies({ ...request, body }, input.secret)).toBe(false);
      expect(await verifies(request, `${input.secret}x`)).toBe(false);
    }),
    { numRuns: 40 },
  );
});

test("what it signs for others verifies, whatever the path, query, headers and body", async () => {
  const requests = fc.record({
    path: fc.webPath(),
    query: fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }))),
    value: fc.string({ unit: "grapheme-ascii" }),
    body: fc.uint8Array(),
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ path, query, value, body }) => {
      const search = query.map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`).join("&");
      const request = await signed({
        method: "POST",
        url: `https://lambda.us-east-1.amazonaws.com${path}?${search}`,
        headers: new Headers({ "x-value": value }),
        body: Uint8Array.from(body),
      });
      expect(await verifies(request)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
