import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  AdminCreateUserCommand,
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
  type CreateUserPoolClientCommandInput,
  SetUICustomizationCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { de } from "../../src/ui/texts/de.ts";
import { en } from "../../src/ui/texts/en.ts";
import { es } from "../../src/ui/texts/es.ts";
import { fr } from "../../src/ui/texts/fr.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { addUser, type App, makeApp, PASSWORD } from "./fixtures.ts";
import { auditPage, complaintsOf, tabOrder } from "./page-audit.ts";
import { codeSentTo, type Server, sdkFor, startServer } from "./server.ts";

const TEMPORARY = "Temp0rary-Horse!";

/** A PNG file of one colour. */
const LOGO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAGQAAAAoCAIAAACHGsgUAAAAU0lEQVR42u3QMQ0AAAgDsElBGtKQigU+niZV0FQPR1EgS5YsWbJkKZAlS5YsWbIUyJIlS5YsWQpkyZIlS5YsBbJkyZIlS5YCWbJkyZIlS4EsWd8W6FyVAOCZn70AAAAASUVORK5CYII=",
  "base64",
);

describeInChromium("the pages for people who sign in", () => {
  let server: Server;
  let browser: Browser;
  let sdk: CognitoIdentityProviderClient;
  let client: HttpServer;
  let callback: string;
  let app: App;
  let strict: App;

  beforeAll(async () => {
    client = createServer((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("back"));
    await new Promise<void>((resolve) => client.listen(0, "127.0.0.1", resolve));
    callback = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`;
    server = await startServer();
    sdk = sdkFor(server.origin);
    const web: Partial<CreateUserPoolClientCommandInput> = {
      ClientName: "Kitchen-lamp-with-a-name-that-goes-on-and-on-without-a-space",
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["code", "device_code" as never],
      AllowedOAuthScopes: ["openid"],
      CallbackURLs: [callback],
      SupportedIdentityProviders: ["COGNITO"],
    };
    app = await makeApp(sdk, {}, web);
    await addUser(sdk, app.UserPoolId, "jane");
    const address = { email: "jane@example.com", email_verified: "true" };
    const UserAttributes = Object.entries(address).map(([Name, Value]) => ({ Name, Value }));
    await sdk.send(
      new AdminUpdateUserAttributesCommand({ UserPoolId: app.UserPoolId, Username: "jane", UserAttributes }),
    );
    const required = ["email", "given_name", "family_name", "birthdate", "phone_number"];
    const Schema = required.map((Name) => ({ Name, Required: true, Mutable: true }));
    strict = await makeApp(sdk, { UsernameAttributes: ["email", "phone_number"], Schema }, web);
    await sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: strict.UserPoolId,
        Username: "new@example.com",
        TemporaryPassword: TEMPORARY,
        MessageAction: "SUPPRESS",
      }),
    );
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    sdk?.destroy();
    await server?.close();
    client?.closeAllConnections();
    client?.close();
  });

  /** A person whose browser runs no scripts, and what it complained about. */
  async function open(): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: "en-US" });
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    return { page, complaints };
  }

  const visit = (page: Page, path: string, { ClientId }: App, more: Record<string, string> = {}) => {
    const request = { client_id: ClientId, response_type: "code", redirect_uri: callback, scope: "openid" };
    return page.goto(`${server.origin}${path}?${new URLSearchParams({ ...request, ...more }).toString()}`);
  };

  /** Fills in the form that is open, and sends it by its button. */
  async function send(page: Page, fields: Record<string, string>, button = ".submitButton-customizable") {
    for (const [name, value] of Object.entries(fields)) await page.fill(`[name="${name}"]`, value);
    await page.click(`button${button}`);
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

  it("lead without scripts, in German, to sign-in and sign-up", async () => {
    const [lang, texts] = ["de", de];
    const { page, complaints } = await open();
    await visit(page, "/login", app, { lang });
    await check(page, texts.signInTitle);
    await send(page, { username: "jane", password: "Wr0ng-Horse!" });
    await check(page, texts.signInTitle, texts.errors.wrongPassword);
    await send(page, { password: PASSWORD });
    expect(page.url()).toContain(`${callback}?code=`);
    await page.context().clearCookies();
    await visit(page, "/signup", app, { lang });
    await check(page, texts.signUpTitle);
    const username = `somebody-${crypto.randomUUID()}`;
    const email = `${username}@example.com`;
    await send(page, { username, "requiredAttributes[email]": email, password: "too short" });
    await check(page, texts.signUpTitle, texts.errors.weakPassword);
    await send(page, { password: PASSWORD });
    await check(page, texts.confirmTitle);
    await send(page, { code: "000000" });
    await check(page, texts.confirmTitle, texts.errors.wrongCode);
    await send(page, { code: await codeSentTo(server.origin, email) });
    expect(page.url()).toContain(`${callback}?code=`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("lead without scripts, in French, to another password", async () => {
    const [lang, texts] = ["fr", fr];
    const { page, complaints } = await open();
    await visit(page, "/signup", strict, { lang });
    await check(page, texts.signUpTitle);
    await visit(page, "/login", strict, { lang });
    await send(page, { username: "new@example.com", password: TEMPORARY });
    await check(page, texts.newPasswordTitle);
    await visit(page, "/forgotPassword", app, { lang });
    await check(page, texts.forgotTitle);
    await send(page, { username: "jane" });
    await check(page, texts.resetTitle);
    await send(page, { code: "000000", password: PASSWORD, repeated: PASSWORD });
    await check(page, texts.resetTitle, texts.errors.wrongCode);
    const code = await codeSentTo(server.origin, "jane@example.com");
    await send(page, { code, password: PASSWORD, repeated: PASSWORD });
    await check(page, texts.signInTitle, texts.passwordSaved);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("lead without scripts, in Spanish, to a device and out again", async () => {
    const [lang, texts] = ["es", es];
    const { page, complaints } = await open();
    const body = new URLSearchParams({ client_id: app.ClientId });
    const device = await fetch(`${server.origin}/oauth2/device_authorization`, { method: "POST", body });
    const { user_code } = (await device.json()) as { user_code: string };
    await page.goto(`${server.origin}/device?lang=${lang}`);
    await check(page, texts.deviceTitle);
    await send(page, { user_code: "BBBB-BBBB" });
    await check(page, texts.deviceTitle, texts.deviceCodeUnknown);
    await send(page, { user_code });
    await check(page, texts.signInTitle);
    await send(page, { username: "jane", password: PASSWORD });
    expect(await page.textContent("main")).toContain(user_code);
    await check(page, texts.deviceTitle);
    await page.click("[name=allow]");
    await check(page, texts.deviceTitle, texts.deviceAllowed);
    await page.goto(`${server.origin}/logout`);
    await check(page, texts.signOutTitle);
    await page.click("[name=signOut]");
    await check(page, texts.signedOutTitle);
    expect(complaints).toEqual([]);
    await page.goto(`${server.origin}/error?error=redirect_mismatch`);
    await check(page, texts.errorTitle);
    expect(complaints.splice(0)).toEqual([expect.stringContaining("status of 400")]);
    await page.context().close();
  });

  it("offer every language, without scripts, and go on in the one that is chosen", async () => {
    const { page, complaints } = await open();
    await visit(page, "/login", app);
    await page.click("summary");
    await check(page, en.signInTitle);
    await page.click("nav a[lang=de]");
    await check(page, de.signInTitle);
    await page.click(`a:has-text("${de.createAccount}")`);
    await check(page, de.signUpTitle);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("show the look that the owner has set: light, with the logo, and its colours over ours", async () => {
    const { page, complaints } = await open();
    const CSS = `
      .banner-customizable { padding: 25px 0px 25px 0px; background-color: lightgray; }
      .background-customizable { background-color: #fffff0; }
      .submitButton-customizable { height: 60px; color: #fff; background-color: #7a1f1f; }
      .submitButton-customizable:hover { background-color: #5a1010; }
      .inputField-customizable { height: 34px; border: 2px solid #333; }
      .inputField-customizable:focus { border-color: #005a00; outline: 2px solid #005a00; }
      .errorMessage-customizable { background: #fff; border: 2px solid #902020; color: #902020; }
      .label-customizable { font-weight: 400; }
      .redirect-customizable { text-align: right; }
      .textDescription-customizable { font-size: 20px; }`;
    const { ClientId, UserPoolId } = app;
    await sdk.send(new SetUICustomizationCommand({ UserPoolId, ClientId, CSS, ImageFile: LOGO }));
    await page.emulateMedia({ colorScheme: "dark" });
    await visit(page, "/login", app);
    await check(page, en.signInTitle);
    await send(page, { username: "jane", password: "Wr0ng-Horse!" });
    await check(page, en.signInTitle, en.errors.wrongPassword);
    await page.hover("h1");
    const shown = (await page.evaluate(`(() => {
      const style = (selector) => getComputedStyle(document.querySelector(selector));
      const logo = document.querySelector("img");
      return {
        scheme: style("html").colorScheme,
        logo: [logo.naturalWidth, logo.naturalHeight],
        banner: style(".banner").backgroundColor,
        card: style("main").backgroundColor,
        button: [style("[name=signInSubmitButton]").backgroundColor, style("[name=signInSubmitButton]").height],
        field: style("[name=password]").height,
        error: [style(".notice").color, style(".notice").backgroundColor],
        label: style("label").fontWeight,
        link: style(".below").textAlign,
      };
    })()`)) as unknown;
    expect(shown).toEqual({
      scheme: "light",
      logo: [100, 40],
      banner: "rgb(211, 211, 211)",
      card: "rgb(255, 255, 240)",
      button: ["rgb(122, 31, 31)", "60px"],
      field: "34px",
      error: ["rgb(144, 32, 32)", "rgb(255, 255, 255)"],
      label: "400",
      link: "right",
    });
    await page.hover("[name=signInSubmitButton]");
    const hovered = await page.evaluate(
      `getComputedStyle(document.querySelector("[name=signInSubmitButton]")).backgroundColor`,
    );
    expect(hovered).toBe("rgb(90, 16, 16)");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
