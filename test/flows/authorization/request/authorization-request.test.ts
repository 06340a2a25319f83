import { beforeAll, describe, expect, test } from "vitest";
import { call, makePool, makeUser, PASSWORD } from "../../../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, PKCE, WEB } from "../../../endpoints/login/person.ts";
import { API, type Fields, makeApi } from "../../../endpoints/oauth/requests.ts";
import { get } from "../../../fetch.ts";

const { verifier: _, ...CHALLENGE } = PKCE;
const WITH_QUERY = "https://app.test/callback?tenant=a%20b&x=";

let pool: string;
let client: string;
/** Has the implicit flow, too. */
let implicit: string;
/** Signed in. */
let ada: Person;

beforeAll(async () => {
  pool = await makePool();
  await makeApi(pool);
  const CallbackURLs = [
    CALLBACK,
    WITH_QUERY,
    "myapp://signed-in",
    "com.example.app:/signed-in",
    "http://localhost:3000/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:8080/cb",
  ];
  const AllowedOAuthScopes = [...WEB.AllowedOAuthScopes, `${API}/read`];
  client = (await makeWebClient(pool, { CallbackURLs, AllowedOAuthScopes })).ClientId;
  implicit = (await makeWebClient(pool, { AllowedOAuthFlows: ["code", "implicit"] })).ClientId;
  await makeUser(pool, "ada");
  ada = new Person();
  await ada.visit(authorizeUrl(client));
  await ada.submit({ username: "ada", password: PASSWORD });
});

/** What the client is told; `location` is where. */
async function answerTo(
  parameters: Fields,
  id = client,
  path?: string,
): Promise<Record<string, string> & { location: string }> {
  const response = await ada.visit(authorizeUrl(id, { prompt: "none", ...parameters }, path));
  return { ...ada.sentToClient(), location: response.headers.get("location") ?? "" };
}

/** Whether someone who is not signed in is asked to sign in: the request was right. */
async function isAsked(parameters: Fields, id = client): Promise<boolean> {
  const person = new Person();
  await person.visit(authorizeUrl(id, parameters));
  return person.fields().has("password");
}

describe("[Amazon Cognito: authorize endpoint] of two faults the first in this order is told", () => {
  /** Each is a fault by itself, and all of them together are the first. */
  const FAULTS: [error: string, fault: Fields][] = [
    ["request_not_supported", { request: "e30.e30." }],
    ["invalid_request", { response_type: "codes" }],
    ["unauthorized_client", { response_type: "token" }],
    ["invalid_request", { code_challenge: "x" }],
    ["invalid_scope", { scope: "openid none" }],
    ["invalid_target", { resource: "none" }],
    ["invalid_request", { identity_provider: "Google" }],
  ];

  test.each(FAULTS.map(([error, fault], at) => ({ error, at, named: JSON.stringify(fault) })))(
    "$named is $error, whatever else is wrong after it",
    async ({ error, at }) => {
      for (const [, last] of FAULTS.slice(at)) {
        const both: Fields = { ...last, ...FAULTS[at]?.[1] };
        const { location, ...told } = await answerTo({ ...both, state: "s 1" });
        expect(told).toMatchObject({ error, state: "s 1", iss: expect.stringContaining(pool) });
        expect(location).toContain(CALLBACK);
      }
    },
  );

  test.each<[string, string, Fields]>([
    ["the client", "invalid_request", { client_id: "" }],
    ["the client", "invalid_client", { client_id: "none" }],
    ["the address", "redirect_mismatch", { redirect_uri: `${CALLBACK}/` }],
    ["the address", "redirect_mismatch", { redirect_uri: "" }],
  ])("%s comes before all of them: %s, on a page of ours", async (_, error, fault) => {
    const all = Object.assign({}, ...FAULTS.map(([, each]) => each).reverse()) as Fields;
    const response = await get(authorizeUrl(client, { ...all, state: "s", ...fault }), { redirect: "manual" });
    const page = new URL(response.headers.get("location") as string, "http://limen.test");
    expect([response.status, page.pathname, page.searchParams.get("error")]).toEqual([302, "/error", error]);
    expect(page.searchParams.has("state")).toBe(false);
    expect((await get(page.href)).status).toBe(400);
  });
});

describe("response_type", () => {
  test.each(["", "codes", "code,token", "none", "code none", "Code", "code\ttoken"])(
    "[Amazon Cognito: authorize endpoint] %j is an invalid request",
    async (response_type) => {
      expect(await answerTo({ response_type })).toMatchObject({ error: "invalid_request" });
    },
  );

  test.each(["id_token token code", "token code id_token"])(
    "[RFC 6749 §3.1.1] %j is another order of the same words",
    async (response_type) => {
      const { location, ...told } = await answerTo({ response_type, nonce: "n" }, implicit);
      expect(Object.keys(told).sort()).toEqual(
        ["access_token", "code", "expires_in", "id_token", "iss", "token_type"].sort(),
      );
      expect(location.startsWith(`${CALLBACK}#`)).toBe(true);
    },
  );

  test("[OAuth 2.0 Multiple Response Type Encoding Practices §5] tells refusals where its answer would be", async () => {
    const inFragment = await answerTo({ response_type: "token", scope: "none", state: "s" }, implicit);
    expect(inFragment.location).toMatch(`${CALLBACK}#error=invalid_scope&state=s&iss=`);
    const inQuery = await answerTo({ scope: "none", state: "s" }, implicit);
    expect(inQuery.location).toMatch(`${CALLBACK}?error=invalid_scope&state=s&iss=`);
  });
});

describe("scope", () => {
  test.each([
    ["a scope that nobody has", "openid none"],
    ["one that the client was not given", `openid ${API}/write`],
    ["a standard one that Cognito has not", "openid address"],
    ["one in another case", "OpenID"],
    ["two that are parted by something else", "openid,email"],
    ["two that are parted by a tab", "openid\temail"],
    ["[Amazon Cognito: scopes] attributes without openid", "email"],
    ["[Amazon Cognito: scopes] attributes without openid, beside others", `phone profile ${API}/read`],
  ])("%s is refused", async (_, scope) => {
    expect(await answerTo({ scope, state: "s" })).toMatchObject({ error: "invalid_scope", state: "s" });
  });

  test.each(["openid openid email", " email  openid ", `${API}/read`, "aws.cognito.signin.user.admin"])(
    "%j is taken",
    async (scope) => {
      expect(await answerTo({ scope })).toHaveProperty("code");
    },
  );
});

describe("[RFC 7636 §4.4.1] code_challenge", () => {
  const { code_challenge, code_challenge_method } = CHALLENGE;
  test.each<[string, Fields]>([
    ["a method alone", { code_challenge_method }],
    ["no method: it would be plain", { code_challenge }],
    ["plain", { code_challenge, code_challenge_method: "plain" }],
    ["the method in another case", { code_challenge, code_challenge_method: "s256" }],
    ["one that is too short", { code_challenge: code_challenge.slice(1), code_challenge_method }],
    ["one that is too long", { code_challenge: `${code_challenge}A`, code_challenge_method }],
    ["base64 with padding", { code_challenge: `${code_challenge}=`, code_challenge_method }],
    ["base64 that is not for addresses", { code_challenge: `${code_challenge.slice(1)}+`, code_challenge_method }],
  ])("%s is an invalid request", async (_, fields) => {
    expect(await answerTo({ ...fields, state: "s" })).toMatchObject({ error: "invalid_request", state: "s" });
  });

  test("empty ones are none (RFC 6749 §3.1)", async () => {
    expect(await answerTo({ code_challenge: "", code_challenge_method: "" })).toHaveProperty("code");
  });
});

describe("redirect_uri", () => {
  test("[RFC 6749 §3.1.2] that has a query keeps it as it is, and the answer joins it", async () => {
    const { location } = await answerTo({ redirect_uri: WITH_QUERY });
    expect(location.startsWith(`${WITH_QUERY}&code=`)).toBe(true);
  });

  test.each([
    "myapp://signed-in",
    "com.example.app:/signed-in",
    "http://localhost:3000/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:8080/cb",
  ])("[RFC 8252 §7] %s is an app's own", async (redirect_uri) => {
    const { location } = await answerTo({ redirect_uri });
    expect(location.startsWith(`${redirect_uri}?code=`)).toBe(true);
    // Browsers hold the way that a form leads against its page's policy.
    const person = new Person();
    await person.visit(authorizeUrl(client, { redirect_uri }));
    const policy = person.response.headers.get("content-security-policy") ?? "";
    expect(/form-action ([^;]*)/.exec(policy)?.[1]?.split(" ")).toContain(new URL(redirect_uri).protocol);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.response.headers.get("location")?.startsWith(`${redirect_uri}?code=`)).toBe(true);
  });
});

describe("state", () => {
  test.each([
    ["what an address gives a meaning to", "a&b=c#d?e/f%20g+h i"],
    ["JSON", '{"to":"/a b","n":[1]}'],
    ["base64", "eyJ0byI6Ii8ifQ=="],
    ["what was escaped twice", "%2520%252B"],
    ["what is not ASCII", "ü 漢 😀"],
    ["lines", "a\r\nb\tc"],
    ["markup", "<script>'\"&amp;"],
  ])("[RFC 6749 §4.1.2] comes back as it was sent: %s", async (_, state) => {
    for (const response_mode of ["query", "fragment"]) {
      expect(await answerTo({ state, response_mode })).toMatchObject({ state, code: expect.any(String) });
      expect(await answerTo({ state, response_mode, scope: "none" })).toMatchObject({ state, error: "invalid_scope" });
    }
    const person = new Person();
    await person.visit(authorizeUrl(client, { state }));
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient()).toMatchObject({ state, code: expect.any(String) });
  });

  test("is not answered where it is not sent, or empty", async () => {
    for (const parameters of [{}, { state: "" }] as Fields[]) {
      expect(await answerTo(parameters)).not.toHaveProperty("state");
    }
  });
});

describe("[Amazon Cognito: authorize endpoint] the provider", () => {
  test("COGNITO is the session's, or the sign-in page", async () => {
    expect(await answerTo({ identity_provider: "COGNITO" })).toHaveProperty("code");
    expect(await isAsked({ identity_provider: "COGNITO" })).toBe(true);
  });

  test.each<Fields>([
    { identity_provider: "Google" },
    { idp_identifier: "example.com" },
    { identity_provider: "cognito" },
  ])("%j is none of the client's", async (parameters) => {
    expect(await answerTo({ ...parameters, state: "s" })).toMatchObject({ error: "invalid_request", state: "s" });
  });
});

describe("what is asked of the person", () => {
  test("[OpenID Connect Core 1.0 §3.1.2.1] prompt: none stands alone; login asks again; others change nothing", async () => {
    for (const prompt of ["none login", "login none", "none consent"]) {
      expect(await answerTo({ prompt, state: "s" })).toMatchObject({ error: "invalid_request", state: "s" });
    }
    for (const prompt of ["consent", "select_account", "create", "consent select_account"]) {
      expect(await answerTo({ prompt })).toHaveProperty("code");
    }
    for (const prompt of ["login", "login consent"]) {
      await answerTo({ prompt });
      expect(ada.fields().has("password")).toBe(true);
    }
    expect(await answerTo({ prompt: "none" })).toHaveProperty("code");
  });

  test.each(["-1", "1.5", "x", "1e3", "9".repeat(10)])("max_age %j is an invalid request", async (max_age) => {
    expect(await answerTo({ max_age, state: "s" })).toMatchObject({ error: "invalid_request", state: "s" });
  });

  test("max_age of nothing always asks, and says so where it may not", async () => {
    expect(await answerTo({ max_age: "0" })).toMatchObject({ error: "login_required" });
    expect(await answerTo({ max_age: "3600" })).toHaveProperty("code");
    await ada.visit(authorizeUrl(client, { max_age: "0" }));
    expect(ada.fields().has("password")).toBe(true);
  });

  test("[Amazon Cognito: step-up] levels that nobody reaches, in acr_values, stand against nothing", async () => {
    expect(await answerTo({ acr_values: "urn:cognito:loa:4 urn:none" })).toHaveProperty("code");
  });

  test("[RFC 6749 §3.1] parameters that mean nothing here are ignored", async () => {
    const parameters = {
      extra: "foobar",
      display: "popup",
      claims_locales: "se",
      constructor: "1",
      ["__proto__"]: "1",
      _csrf: "x",
    };
    expect(await answerTo(parameters)).toHaveProperty("code");
  });
});

describe("[RFC 8707 §2] resource", () => {
  test.each(["https://api.test", "http://localhost:8080/x", "http://[::1]/", "myapp://api", "urn:api:1"])(
    "%s is one",
    async (resource) => {
      expect(await answerTo({ resource })).toHaveProperty("code");
    },
  );

  test.each(["http://api.test", "api.test", "/api", "https://api.test/#x", "https://"])(
    "%s is none",
    async (resource) => {
      expect(await answerTo({ resource, state: "s" })).toMatchObject({ error: "invalid_target", state: "s" });
    },
  );
});

test("[Amazon Cognito: authorize endpoint] the address is taken in any case, and without its first part", async () => {
  for (const path of ["/authorize", "/OAuth2/Authorize", "/AUTHORIZE", "/login", "/Login"]) {
    expect(await answerTo({ state: "s" }, client, path)).toMatchObject({ code: expect.any(String), state: "s" });
  }
});

test("[RFC 9110 §9.3.2] HEAD is answered as GET is", async () => {
  for (const path of ["/oauth2/authorize", "/login"]) {
    const answers = await Promise.all(
      ["GET", "HEAD"].map((method) =>
        ada.send(authorizeUrl(client, { prompt: "none", scope: "none" }, path), { method }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([302, 302]);
    expect(answers[1]?.headers.get("location")).toBe(answers[0]?.headers.get("location"));
  }
});

test("[OpenID Connect Core 1.0 §3.1.2.1] a posted request is answered as one in the address is, and kept out of CORS", async () => {
  const [, query = ""] = authorizeUrl(client, { prompt: "none", state: "a b+c&d" }).split("?");
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: "https://app.test" };
  await ada.visit("/oauth2/authorize", { method: "POST", body: query, headers });
  expect(ada.sentToClient()).toMatchObject({ code: expect.any(String), state: "a b+c&d" });
  for (const path of ["/oauth2/authorize", "/login", "/logout"]) {
    const preflight = { ...headers, "access-control-request-method": "POST" };
    const answers = [await get(path, { headers }), await get(path, { method: "OPTIONS", headers: preflight })];
    for (const answer of answers) expect(answer.headers.has("access-control-allow-origin")).toBe(false);
  }
});

test("a client whose OAuth is closed is told nothing, at any page", async () => {
  const { ClientId } = await makeWebClient(pool);
  await call("UpdateUserPoolClient", { UserPoolId: pool, ClientId, ...WEB, AllowedOAuthFlowsUserPoolClient: false });
  for (const path of ["/oauth2/authorize", "/login", "/signup", "/forgotPassword"]) {
    const response = await get(authorizeUrl(ClientId, {}, path), { redirect: "manual" });
    expect(response.headers.get("location")).toBe(`/error?error=unauthorized_client&client_id=${ClientId}`);
  }
});
