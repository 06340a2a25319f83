import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, addUser, makeApp, PASSWORD } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

const CHROMIUM = process.env.LIMEN_CHROMIUM ?? "/usr/bin/chromium";
const hasBrowser = existsSync(CHROMIUM);
const requiresBrowser = process.env.LIMEN_REQUIRE_BROWSER === "1";

/** What browser builds of the SDKs and Amplify send beside what a browser allows to anybody. */
const SENT =
  "amz-sdk-invocation-id,amz-sdk-request,authorization,cache-control,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,x-amz-target,x-amz-user-agent";

let server: Server;
let sdk: CognitoIdentityProviderClient;
let app: App;

beforeAll(async () => {
  server = await startServer();
  sdk = sdkFor(server.origin);
  app = await makeApp(sdk);
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
});

const list = (value: string | null) => new Set((value ?? "").split(",").map((name) => name.trim().toLowerCase()));

describe("[Fetch standard, CORS] scripts of another origin", () => {
  const Origin = "https://app.example.com";

  it("are told by the preflight that they may send what SDKs send", async () => {
    const response = await fetch(`${server.origin}/`, {
      method: "OPTIONS",
      headers: { Origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": SENT },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(list(response.headers.get("access-control-allow-methods"))).toContain("post");
    expect(list(response.headers.get("access-control-allow-headers"))).toEqual(list(SENT));
    expect(response.headers.get("access-control-max-age")).toBe("172800");
    // Credentials that browsers add by themselves are never wanted: no answer may depend on a cookie here.
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it("may read answers and refusals alike, with the headers that SDKs look at", async () => {
    const headers = { Origin, "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth" };
    const AuthParameters = { USERNAME: "nobody", SRP_A: "2" };
    for (const input of [{}, { ClientId: app.ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters }]) {
      const response = await fetch(`${server.origin}/`, { method: "POST", headers, body: JSON.stringify(input) });
      await response.text();
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      const exposed = list(response.headers.get("access-control-expose-headers"));
      for (const name of ["x-amzn-requestid", "x-amzn-errortype", "x-amzn-errormessage", "date"])
        expect(exposed).toContain(name);
    }
  });

  it("may read the keys and the description of a pool", async () => {
    for (const document of ["jwks.json", "openid-configuration"]) {
      const response = await fetch(`${server.origin}/${app.UserPoolId}/.well-known/${document}`, {
        headers: { Origin },
      });
      expect(response.status).toBe(200);
      await response.json();
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
  });
});

const SCRIPT = `
  const { AuthenticationDetails, CognitoUser, CognitoUserPool } = AmazonCognitoIdentity;
  window.signIn = ({ endpoint, UserPoolId, ClientId, Username, Password }) =>
    new Promise((resolve) => {
      const Pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint });
      const user = new CognitoUser({ Username, Pool });
      user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
        onSuccess: (session) =>
          user.getUserAttributes((error, attributes) =>
            resolve(error ? { error: error.code } : {
              username: session.getIdToken().payload["cognito:username"],
              attributes: attributes.map((each) => each.getName()),
              stored: Object.keys(localStorage).length > 0,
            })),
        onFailure: (error) => resolve({ error: error.code, message: error.message }),
      });
    });
`;

/** A page of another origin, since it has a port of its own, with the library as it is shipped to browsers. */
async function servePage(): Promise<{ url: string; close: () => void }> {
  const library = createRequire(import.meta.url).resolve(
    "amazon-cognito-identity-js/dist/amazon-cognito-identity.min.js",
  );
  const served = new Map([
    [
      "/",
      [
        "text/html; charset=utf-8",
        '<!doctype html><title>app</title><script src="/library.js"></script><script src="/app.js"></script>',
      ],
    ],
    ["/library.js", ["text/javascript", readFileSync(library, "utf8")]],
    ["/app.js", ["text/javascript", SCRIPT]],
  ]);
  const page = createServer((request, response) => {
    const [type, body] = served.get(request.url ?? "") ?? [];
    response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain" }).end(body);
  });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  const { port } = page.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => page.close() };
}

describe.skipIf(!hasBrowser && !requiresBrowser)(
  hasBrowser
    ? "a real browser"
    : `a real browser (none at ${CHROMIUM}: apt-get install chromium, or set LIMEN_CHROMIUM)`,
  () => {
    let page: Awaited<ReturnType<typeof servePage>>;
    let browser: Browser;

    beforeAll(async () => {
      if (!hasBrowser) throw new Error(`LIMEN_REQUIRE_BROWSER is set, and there is no browser at ${CHROMIUM}`);
      page = await servePage();
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    });
    afterAll(async () => {
      await browser?.close();
      page?.close();
    });

    it("signs in by SRP from a page of another origin, and reads the code of a refusal", async () => {
      const Username = "zoë";
      await addUser(sdk, app.UserPoolId, Username);
      const tab = await browser.newPage();
      await tab.goto(page.url);
      const signIn = (Password: string) =>
        tab.evaluate((given) => (globalThis as unknown as { signIn(given: object): Promise<object> }).signIn(given), {
          endpoint: server.origin,
          ...app,
          Username,
          Password,
        });
      expect(await signIn("Wr0ng-Horse!")).toEqual({
        error: "NotAuthorizedException",
        message: "Incorrect username or password.",
      });
      expect(await signIn(PASSWORD)).toEqual({
        username: Username,
        attributes: expect.arrayContaining(["sub"]),
        stored: true,
      });
    });
  },
);
