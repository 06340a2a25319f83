import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  CognitoIdentityProviderClient,
  CreateUserPoolCommandInput,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { en } from "../../src/ui/texts/en.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { addUser, type App, makeApp, PASSWORD } from "./fixtures.ts";
import { auditPage, complaintsOf, tabOrder } from "./page-audit.ts";
import { type Server, sdkFor, startServer } from "./server.ts";
import { addAuthenticator, type VirtualAuthenticator } from "./virtual-authenticator.ts";

const WITH_PASSKEYS: Partial<CreateUserPoolCommandInput> = {
  Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } },
};

/**
 * Runs in the page: nobody picks a passkey in the field, where the authenticator would do so at once; and as browsers do, it
 * refuses another request until that one is given up.
 */
const HELD_BACK = `(() => {
  const get = navigator.credentials.get.bind(navigator.credentials);
  let pending = false;
  navigator.credentials.get = (options) => {
    if (pending) return Promise.reject(new DOMException("A request is already pending.", "OperationError"));
    if (options.mediation !== "conditional") return get(options);
    pending = true;
    return new Promise((_, reject) => {
      options.signal.addEventListener("abort", () => {
        pending = false;
        reject(options.signal.reason);
      });
    });
  };
})()`;

describeInChromium("passkeys at the pages, in a real browser with an authenticator", () => {
  let server: Server;
  let origin: string;
  let browser: Browser;
  let sdk: CognitoIdentityProviderClient;
  let client: HttpServer;
  let callback: string;
  let app: App;

  beforeAll(async () => {
    client = createServer((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("back"));
    await new Promise<void>((resolve) => client.listen(0, "127.0.0.1", resolve));
    callback = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`;
    server = await startServer();
    // Browsers let passkeys be used without TLS at this host alone, and never at an address in figures.
    origin = `http://localhost:${new URL(server.origin).port}`;
    sdk = sdkFor(server.origin);
    app = await makeApp(sdk, WITH_PASSKEYS, {
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid"],
      CallbackURLs: [callback],
      SupportedIdentityProviders: ["COGNITO"],
      ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    sdk?.destroy();
    await server?.close();
    client?.closeAllConnections();
    client?.close();
  });

  interface Visit {
    page: Page;
    authenticator: VirtualAuthenticator;
    complaints: string[];
  }

  /** A person with an authenticator, and what their browser complained about. */
  async function open(): Promise<Visit> {
    const context = await browser.newContext({ locale: "en-US" });
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    return { page, complaints, authenticator: await addAuthenticator(page) };
  }

  const addressOf = (path: string) => {
    const request = { client_id: app.ClientId, response_type: "code", redirect_uri: callback, scope: "openid" };
    return `${origin}${path}?${new URLSearchParams(request).toString()}`;
  };

  const isBack = (page: Page) => page.waitForURL(`${callback}?code=*`);

  let count = 0;
  async function newUser(): Promise<string> {
    const name = `keyholder-${count++}`;
    await addUser(sdk, app.UserPoolId, name);
    return name;
  }

  async function giveName(page: Page, name: string): Promise<void> {
    await page.fill("[name=username]", name);
    await page.click("[name=signInSubmitButton]");
  }

  async function givePassword(page: Page): Promise<void> {
    await page.fill("[name=password]", PASSWORD);
    await page.click("[name=signInSubmitButton]");
  }

  /** Signs in by password on the way to the page that adds a passkey, and adds one. */
  async function register({ page }: Visit, name: string): Promise<void> {
    await page.goto(addressOf("/passkeys/add"));
    await giveName(page, name);
    await givePassword(page);
    await page.click(`button:text-is("${en.addPasskey}")`);
    await isBack(page);
    await page.context().clearCookies();
  }

  /** Holds the page that is open against all rules, by what it looks like and by keyboard. */
  async function check(page: Page, title: string, notice?: string): Promise<void> {
    expect(await page.textContent("h1")).toBe(title);
    expect(await page.locator(".notice").allTextContents()).toEqual(notice === undefined ? [] : [notice]);
    expect(await auditPage(page)).toEqual([]);
    const { reached, reachable, unseen } = await tabOrder(page);
    expect(reached).toEqual(reachable);
    expect(unseen).toEqual([]);
  }

  it("are added at /passkeys/add, and sign in by the button and without a password", async () => {
    const visit = await open();
    const { page, authenticator, complaints } = visit;
    await register(visit, await newUser());
    expect(await authenticator.held()).toMatchObject([{ rpId: "localhost" }]);
    await page.addInitScript(HELD_BACK);
    await page.goto(addressOf("/login"));
    await page.click(`button:text-is("${en.usePasskey}")`);
    await isBack(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("sign in by themselves where they are picked in the field for the name", async () => {
    const visit = await open();
    const { page, complaints } = visit;
    await register(visit, await newUser());
    // The authenticator picks at once what a person would pick of the browser's list.
    await page.goto(addressOf("/login"), { waitUntil: "commit" });
    await isBack(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("sign in after a name as well, on a page that asks for them at once", async () => {
    const visit = await open();
    const { page, authenticator, complaints } = visit;
    const name = await newUser();
    await register(visit, name);
    await authenticator.present(false);
    await page.goto(addressOf("/login"));
    await giveName(page, name);
    expect(await page.locator("button.pick").allTextContents()).toEqual([en.wayPasskey, en.wayPassword]);
    await check(page, en.chooseWayTitle);
    await authenticator.present(true);
    await page.click(`button:text-is("${en.wayPasskey}")`);
    await isBack(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("that fail are told of on the page, where they can be tried again or left for a password", async () => {
    const visit = await open();
    const { page, authenticator, complaints } = visit;
    const name = await newUser();
    await register(visit, name);
    await authenticator.verifies(false);
    await authenticator.present(false);
    await page.goto(addressOf("/login"));
    await giveName(page, name);
    await page.click(`button:text-is("${en.wayPasskey}")`);
    await page.waitForSelector(`button:text-is("${en.usePasskey}"):visible`);
    await check(page, en.passkeyTitle);
    // Nothing that the authenticator has is good for this page.
    await page.evaluate(`navigator.credentials.get = () => Promise.reject(new DOMException("", "NotAllowedError"))`);
    await page.click(`button:text-is("${en.usePasskey}")`);
    await page.waitForSelector(".notice");
    await check(page, en.passkeyTitle, en.errors.passkeyFailed);
    expect(await page.title()).toBe(`${en.errors.passkeyFailed} – ${en.passkeyTitle}`);
    expect(await page.evaluate("document.activeElement.textContent")).not.toBe("");
    await page.click(`button:text-is("${en.otherWay}")`);
    await check(page, en.chooseWayTitle);
    await page.click(`button:text-is("${en.wayPassword}")`);
    await check(page, en.signInTitle);
    await givePassword(page);
    await isBack(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are not added twice to one authenticator, and can be put off", async () => {
    const visit = await open();
    const { page, authenticator, complaints } = visit;
    const name = await newUser();
    await register(visit, name);
    await authenticator.present(false);
    await page.goto(addressOf("/passkeys/add"));
    await giveName(page, name);
    await page.click(`button:text-is("${en.wayPassword}")`);
    await givePassword(page);
    await check(page, en.addPasskeyTitle);
    await authenticator.present(true);
    await page.click(`button:text-is("${en.addPasskey}")`);
    await page.waitForSelector(".notice");
    await check(page, en.addPasskeyTitle, en.errors.passkeyFailed);
    expect(await authenticator.held()).toHaveLength(1);
    await page.click(`button:text-is("${en.notNow}")`);
    await isBack(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("leave the sign-in page as it is for who has none", async () => {
    const { page, complaints } = await open();
    const name = await newUser();
    await page.goto(addressOf("/login"));
    await check(page, en.signInTitle);
    await giveName(page, name);
    await check(page, en.signInTitle);
    await givePassword(page);
    await isBack(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are asked for by a new challenge when one comes back to a page that is older than it lasts", async () => {
    const { page, authenticator, complaints } = await open();
    await authenticator.present(false);
    await page.goto(addressOf("/login"));
    const challenge = () => page.getAttribute("[data-passkey]", "data-passkey");
    const first = await challenge();
    const comeBack = `document.dispatchEvent(new Event("visibilitychange"))`;
    await page.evaluate(comeBack);
    expect(await challenge()).toBe(first);
    await page.evaluate(`Date.now = () => new Date().getTime() + 10 * 60_000`);
    await page.fill("[name=username]", "somebody");
    await page.evaluate(comeBack);
    expect(await challenge()).toBe(first);
    await page.fill("[name=username]", "");
    const again = page.waitForEvent("load");
    await page.evaluate(comeBack);
    await again;
    expect(await challenge()).not.toBe(first);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are not spoken of on the sign-in page where scripts do not run, and elsewhere said not to work", async () => {
    const visit = await open();
    const name = await newUser();
    await register(visit, name);
    await visit.page.context().close();
    const context = await browser.newContext({ javaScriptEnabled: false, locale: "en-US" });
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(addressOf("/passkeys/add"));
    await check(page, en.signInTitle);
    expect(await page.getByRole("button").allTextContents()).toEqual([en.next, en.cancel]);
    await giveName(page, name);
    await check(page, en.chooseWayTitle);
    expect(await page.getByRole("button").allTextContents()).toEqual([en.wayPassword]);
    await page.click(`button:text-is("${en.wayPassword}")`);
    await givePassword(page);
    await check(page, en.addPasskeyTitle);
    expect(await page.textContent("main")).toContain(en.passkeysUnsupported);
    expect(await page.getByRole("button").allTextContents()).toEqual([en.notNow]);
    await page.click(`button:text-is("${en.notNow}")`);
    await isBack(page);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
