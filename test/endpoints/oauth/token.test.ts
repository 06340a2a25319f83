import { beforeAll, describe, expect, it, vi } from "vitest";
import { call, makeClient, makePool, ORIGIN } from "../../client.ts";
import { countingDatabase, get } from "../../fetch.ts";
import { basic, makeApi, makeMachine, type Machine, post, read, takeToken } from "./requests.ts";

const PATH = "/oauth2/token";
const GRANT = { grant_type: "client_credentials" };
const failed = { error: "invalid_client", error_description: "Client authentication failed." };

let pool: string;
let machine: Machine;
let open: string;

beforeAll(async () => {
  pool = await makePool();
  await makeApi(pool);
  machine = await makeMachine(pool);
  open = (await makeClient(pool)).ClientId;
});

const bodyClient = () => ({ client_id: machine.id, client_secret: machine.secret });

describe("transport", () => {
  it("[RFC 6749 §5.1] answers JSON that nobody keeps, with the headers of a Cognito domain, also when it refuses", async () => {
    const answers = [await takeToken(machine), await post(PATH, {}), await post(PATH, GRANT, basic("nobody", "x"))];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400]);
    for (const { headers } of answers) {
      expect(Object.fromEntries(headers)).toMatchObject({
        "content-type": "application/json;charset=UTF-8",
        "cache-control": "no-cache, no-store, max-age=0, must-revalidate",
        pragma: "no-cache",
        expires: "0",
        "strict-transport-security": "max-age=31536000 ; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-xss-protection": "1; mode=block",
        "x-frame-options": "DENY",
        "access-control-allow-origin": "*",
        "x-amz-cognito-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(headers.has("access-control-allow-credentials")).toBe(false);
      expect(headers.has("set-cookie")).toBe(false);
    }
  });

  it("[Fetch standard, CORS] tells the preflight of Amplify that its headers may be sent", async () => {
    const headers = {
      origin: "https://app.example.com",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-amz-user-agent",
    };
    const answer = await get(PATH, { method: "OPTIONS", headers });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-methods")).toBe("POST");
    expect(answer.headers.get("access-control-allow-headers")).toBe(headers["access-control-request-headers"]);
    const bare = await get(PATH, { method: "OPTIONS" });
    expect(bare.headers.get("access-control-allow-headers")).toMatch(/content-type, authorization, x-amz-user-agent/);
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])("[RFC 6749 §3.2] refuses %s", async (method) => {
    const answer = await get(`${PATH}?grant_type=client_credentials`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
    if (method !== "HEAD") expect(await answer.json()).toMatchObject({ error: "invalid_request" });
  });

  it.each(["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencodedx", ""])(
    "refuses the content type %j",
    async (type) => {
      const body = new TextEncoder().encode(new URLSearchParams({ ...GRANT, ...bodyClient() }).toString());
      const answer = await get(PATH, { method: "POST", body, headers: type === "" ? {} : { "content-type": type } });
      expect(await read(answer)).toMatchObject({ status: 400, error: "invalid_request" });
    },
  );

  it("takes the content type in any case and with parameters", async () => {
    const type = { "content-type": "Application/X-WWW-Form-Urlencoded ; charset=UTF-8" };
    expect((await post(PATH, { ...GRANT, ...bodyClient() }, type)).status).toBe(200);
  });

  it("refuses forms longer than 64 KiB, also where the length is not announced", async () => {
    const long = `${new URLSearchParams({ ...GRANT, ...bodyClient() }).toString()}&padding=${"x".repeat(65_536)}`;
    expect(await read(post(PATH, long))).toMatchObject({ status: 413, error: "invalid_request" });
    const body = new Response(long).body as ReadableStream;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect(await read(get(PATH, { method: "POST", body, headers }))).toMatchObject({ status: 413 });
  });

  it.each(["grant_type=%zz", "grant_type=%ff", "%=1", "grant_type=%c3"])(
    "refuses the malformed form %s",
    async (form) => {
      expect(await read(post(PATH, form))).toEqual({
        status: 400,
        error: "invalid_request",
        error_description: "The form is malformed.",
      });
    },
  );

  it.each(["grant_type", "client_id", "scope", "unknown", "__proto__"])(
    "[RFC 6749 §3.2] refuses %s twice, even with one value or none",
    async (name) => {
      const form = new URLSearchParams({ ...GRANT, ...bodyClient(), [name]: "same" }).toString();
      for (const again of [`${name}=same`, `${name}=`, name]) {
        expect(await read(post(PATH, `${form}&${again}`))).toEqual({
          status: 400,
          error: "invalid_request",
          error_description: "A parameter is repeated.",
        });
      }
    },
  );

  it("[RFC 6749 §3.2] ignores parameters it does not know, and takes those without value for absent", async () => {
    const known = { ...GRANT, ...bodyClient() };
    expect((await post(PATH, { ...known, unknown: "x", constructor: "y", scope: "" })).status).toBe(200);
    expect(await read(post(PATH, { ...bodyClient(), grant_type: "" }))).toMatchObject({ error: "invalid_request" });
  });

  it("[RFC 6749 §2.3.1] takes nothing from the address", async () => {
    const query = new URLSearchParams({ ...GRANT, ...bodyClient() }).toString();
    expect(await read(post(`${PATH}?${query}`, {}))).toMatchObject({ status: 400, error: "invalid_request" });
  });
});

describe("client authentication", () => {
  it("[RFC 6749 §2.3.1] takes id and secret by header or by form", async () => {
    expect((await post(PATH, GRANT, basic(machine.id, machine.secret))).status).toBe(200);
    expect((await post(PATH, { ...GRANT, ...bodyClient() })).status).toBe(200);
    expect((await post(PATH, { ...GRANT, client_id: machine.id }, basic(machine.id, machine.secret))).status).toBe(200);
    const lower = { authorization: basic(machine.id, machine.secret).authorization.replace("Basic", "basic") };
    expect((await post(PATH, GRANT, lower)).status).toBe(200);
  });

  it("[RFC 6749 §2.3.1] decodes both halves of the header, and takes a plus sign as it is or encoded", async () => {
    const encode = (text: string) => text.replace(/./g, (each) => `%${each.charCodeAt(0).toString(16)}`);
    expect((await post(PATH, GRANT, basic(encode(machine.id), encode(machine.secret)))).status).toBe(200);
    const ClientSecret = `with+plus+${"x".repeat(20)}`;
    const { id } = await makeMachine(pool, { GenerateSecret: false, ClientSecret });
    for (const sent of [ClientSecret, encodeURIComponent(ClientSecret)]) {
      expect((await post(PATH, GRANT, basic(id, sent))).status).toBe(200);
    }
    expect((await post(PATH, { ...GRANT, client_id: id, client_secret: ClientSecret })).status).toBe(200);
  });

  it("[RFC 6749 §2.3] refuses two methods at once, right or wrong", async () => {
    const header = basic(machine.id, machine.secret);
    for (const more of [{ client_secret: machine.secret }, { client_secret: "x" }, { client_assertion: "x.y.z" }]) {
      expect(await read(post(PATH, { ...GRANT, ...more }, header))).toMatchObject({
        status: 400,
        error: "invalid_request",
      });
    }
  });

  it("refuses a client_id that contradicts the header", async () => {
    for (const client_id of [open, "nobody", machine.id.toUpperCase()]) {
      const answer = await read(post(PATH, { ...GRANT, client_id }, basic(machine.id, machine.secret)));
      expect(answer).toMatchObject({ status: 400, error: "invalid_request" });
    }
  });

  it.each([
    "Basic",
    "Basic ",
    "Basic ***",
    "Basic YQ",
    `Basic ${btoa("no colon")}`,
    `Basic ${btoa(":x")}`,
    `Basic ${btoa("%zz:x")}`,
    `Basic ${btoa("a:%")}`,
    "Basic YTpi YTpi",
  ])("refuses the malformed header %j", async (authorization) => {
    expect(await read(post(PATH, GRANT, { authorization }))).toMatchObject({ status: 400, error: "invalid_request" });
  });

  it("refuses schemes and assertions that it does not know", async () => {
    const bearer = { authorization: "Bearer abc" };
    expect(await read(post(PATH, GRANT, bearer))).toEqual({ status: 400, ...failed });
    const asserted = { ...GRANT, client_id: machine.id, client_assertion: "a.b.c" };
    expect(await read(post(PATH, asserted))).toEqual({ status: 400, ...failed });
    expect(await read(post(PATH, GRANT))).toMatchObject({ status: 400, error: "invalid_request" });
  });

  it("answers an unknown client as a wrong secret, for the same work", async () => {
    const decrypt = vi.spyOn(crypto.subtle, "decrypt");
    const tries: [string, string][] = [
      [machine.id, `${machine.secret}x`],
      [machine.id, machine.secret.slice(1)],
      ["a".repeat(26), machine.secret],
      ["no/id", machine.secret],
    ];
    const seen = [];
    for (const [id, secret] of tries) {
      decrypt.mockClear();
      const byHeader = await read(post(PATH, GRANT, basic(id, secret)));
      const byForm = await read(post(PATH, { ...GRANT, client_id: id, client_secret: secret }));
      seen.push({ byHeader, byForm, work: decrypt.mock.calls.length });
    }
    decrypt.mockRestore();
    // Compatible with Cognito: 400 here, by whichever method.
    expect(seen).toEqual(
      tries.map(() => ({ byHeader: { status: 400, ...failed }, byForm: { status: 400, ...failed }, work: 2 })),
    );
  });

  it("refuses a confidential client without its secret, and a public one with any", async () => {
    for (const fields of [{ client_id: machine.id }, { client_id: open, client_secret: "x".repeat(51) }]) {
      expect(await read(post(PATH, { ...GRANT, ...fields }))).toEqual({ status: 400, ...failed });
    }
    expect(await read(post(PATH, GRANT, basic(machine.id, "")))).toEqual({ status: 400, ...failed });
  });

  it("takes either of two secrets, and none that was deleted", async () => {
    const rotating = await makeMachine(pool);
    const target = { UserPoolId: pool, ClientId: rotating.id };
    const { ClientSecretDescriptor } = await call("AddUserPoolClientSecret", target);
    const newer = { id: rotating.id, secret: ClientSecretDescriptor.ClientSecretValue };
    for (const each of [rotating, newer]) expect((await takeToken(each)).status).toBe(200);
    const { ClientSecrets } = await call("ListUserPoolClientSecrets", target);
    await call("DeleteUserPoolClientSecret", { ...target, ClientSecretId: ClientSecrets[0].ClientSecretId });
    expect((await takeToken(rotating)).status).toBe(400);
    expect((await takeToken(newer)).status).toBe(200);
  });

  it("comes before the grant is looked at", async () => {
    expect(await read(post(PATH, { grant_type: "nonsense" }, basic("nobody", "x")))).toEqual({
      status: 400,
      ...failed,
    });
  });
});

describe("grant types", () => {
  it.each([
    "password",
    "implicit",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "CLIENT_CREDENTIALS",
    "constructor",
    "__proto__",
  ])("[RFC 6749 §5.2] refuses %s", async (grant_type) => {
    expect(await read(post(PATH, { ...bodyClient(), grant_type }))).toMatchObject({
      status: 400,
      error: "unsupported_grant_type",
    });
  });

  it("must be named", async () => {
    expect(await read(post(PATH, bodyClient()))).toEqual({
      status: 400,
      error: "invalid_request",
      error_description: "grant_type is missing.",
    });
  });
});

describe("the domain of a pool", () => {
  it("knows the clients of that pool alone, by its exact name", async () => {
    const other = await makePool();
    await makeApi(other);
    const stranger = await makeMachine(other);
    const CustomDomainConfig = {
      CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012",
    };
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "auth.example.com", CustomDomainConfig });
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "acme" });
    const prefixes = { DOMAIN_SUFFIX: "login.test" };
    for (const host of ["https://auth.example.com", "https://AUTH.example.com:8443", "http://acme.login.test"]) {
      const at = (one: Machine) => read(post(`${host}${PATH}`, GRANT, basic(one.id, one.secret), prefixes));
      expect(await at(machine)).toMatchObject({ status: 200, token_type: "Bearer" });
      expect(await at(stranger)).toEqual({ status: 400, ...failed });
    }
    expect((await takeToken(stranger)).status).toBe(200);
  });
});

describe("a failure inside", () => {
  it("is a 500 that tells nothing, while the log tells what happened and no secret", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const { DB } = countingDatabase();
    const broken = new Proxy(DB, {
      get: () => () => {
        throw new Error("what the platform says of its insides");
      },
    });
    // An id that this isolate has not seen.
    const answer = await post(PATH, GRANT, basic("b".repeat(26), machine.secret), { DB: broken });
    const lines = log.mock.calls.map(([line]) => String(line)).join("\n");
    log.mockRestore();
    expect(await read(answer)).toEqual({ status: 500, error: "server_error" });
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(lines).toContain("insides");
    expect(lines).not.toContain(machine.secret);
  });

  it("never shows secrets or tokens in the log", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const { access_token } = await read(takeToken(machine));
    await post(PATH, { ...GRANT, client_id: machine.id, client_secret: `${machine.secret}x` });
    const lines = log.mock.calls.map(([line]) => String(line)).join("\n");
    log.mockRestore();
    expect(lines).toContain(PATH);
    expect(lines).not.toContain(machine.secret);
    expect(lines).not.toContain(access_token);
  });
});

it("is found under discovery's name for it", async () => {
  const { token_endpoint } = await (await get(`/${pool}/.well-known/openid-configuration`, {}, { ORIGIN })).json<any>();
  expect(new URL(token_endpoint).pathname).toBe(PATH);
});
