import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { en } from "../../src/ui/texts/en.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { addUser, type App, makeApp, PASSWORD } from "./fixtures.ts";
import { auditPage, complaintsOf } from "./page-audit.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

/** Does to the page what Turnstile's script does: a frame of its own, and a field with a token in the form. */
const WIDGET = `(() => {
  const place = document.querySelector(".cf-turnstile");
  const origin = new URL(document.currentScript.src).origin;
  const frame = document.createElement("iframe");
  frame.src = origin + "/frame?key=" + place.dataset.sitekey;
  frame.title = "widget";
  frame.style.border = "none";
  frame.style.width = "100%";
  frame.style.height = "65px";
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "cf-turnstile-response";
  field.value = "token-" + crypto.randomUUID();
  place.append(frame, field);
})()`;

describeInChromium("a CAPTCHA at the pages, in a real browser, with a stand-in for Turnstile", () => {
  let turnstile: HttpServer;
  let server: Server;
  let browser: Browser;
  let sdk: CognitoIdentityProviderClient;
  let app: App;
  let callback: string;
  const framed: string[] = [];
  const verified: URLSearchParams[] = [];
  let isPerson = true;

  const read = async (request: IncomingMessage): Promise<string> => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    return body;
  };

  beforeAll(async () => {
    turnstile = createServer((request, response) => {
      const answer = async () => {
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://turnstile");
        if (pathname === "/turnstile/v0/api.js") {
          response.writeHead(200, { "content-type": "text/javascript" }).end(WIDGET);
        } else if (pathname === "/frame") {
          framed.push(searchParams.get("key") ?? "");
          response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>widget</title>");
        } else if (pathname === "/turnstile/v0/siteverify" && request.method === "POST") {
          verified.push(new URLSearchParams(await read(request)));
          const body = JSON.stringify({ success: isPerson, hostname: "127.0.0.1", "error-codes": [] });
          response.writeHead(200, { "content-type": "application/json" }).end(body);
        } else response.writeHead(200, { "content-type": "text/plain" }).end("back");
      };
      answer().catch((error: Error) => response.writeHead(500).end(error.message));
    });
    await new Promise<void>((resolve) => turnstile.listen(0, "127.0.0.1", resolve));
    const TURNSTILE_ORIGIN = `http://127.0.0.1:${(turnstile.address() as AddressInfo).port}`;
    callback = `${TURNSTILE_ORIGIN}/callback`;
    server = await startServer({ TURNSTILE_SITE_KEY: "the-site", TURNSTILE_SECRET: "the-secret", TURNSTILE_ORIGIN });
    sdk = sdkFor(server.origin);
    app = await makeApp(
      sdk,
      {},
      {
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ["code"],
        AllowedOAuthScopes: ["openid"],
        CallbackURLs: [callback],
        SupportedIdentityProviders: ["COGNITO"],
      },
    );
    await addUser(sdk, app.UserPoolId, "jane");
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    sdk?.destroy();
    await server?.close();
    turnstile?.closeAllConnections();
    turnstile?.close();
  });

  const visit = (page: Page, path: string) => {
    const request = { client_id: app.ClientId, response_type: "code", redirect_uri: callback, scope: "openid" };
    return page.goto(`${server.origin}${path}?${new URLSearchParams(request).toString()}`);
  };

  it("runs under the policy of the page, and its token lets the form through", async () => {
    const context = await browser.newContext({ locale: "en-US" });
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await visit(page, "/signup");
    await page.waitForSelector(".cf-turnstile iframe");
    expect(await auditPage(page)).toEqual([]);
    await visit(page, "/login");
    await page.waitForSelector(".cf-turnstile iframe");
    expect(await auditPage(page)).toEqual([]);
    await expect.poll(() => framed).toEqual(["the-site", "the-site"]);
    isPerson = false;
    await page.fill("[name=username]", "jane");
    await page.fill("[name=password]", PASSWORD);
    await page.click("[name=signInSubmitButton]");
    expect(await page.textContent(".notice")).toBe(en.errors.captchaFailed);
    isPerson = true;
    await page.fill("[name=password]", PASSWORD);
    await page.click("[name=signInSubmitButton]");
    await page.waitForURL(`${callback}?code=*`);
    expect(verified.map((asked) => asked.get("secret"))).toEqual(["the-secret", "the-secret"]);
    expect(new Set(verified.map((asked) => asked.get("response"))).size).toBe(2);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
