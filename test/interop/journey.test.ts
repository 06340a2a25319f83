import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { PASSWORD } from "./fixtures.ts";
import { codeSentTo, type Server, startServer } from "./server.ts";
import { administrator, makeWebApp, makeWebPool, USER } from "./web-app.ts";

const ANOTHER = "An0ther-Horse!";

let server: Server;
let application: Application;
let browser: Browser;
let pool: string;

describeInChromium("[Amazon Cognito: managed login] people in a real browser", () => {
  beforeAll(async () => {
    [server, application, browser] = await Promise.all([startServer(), startApplication(), launchChromium()]);
    pool = await makeWebPool(server);
    for (const name of ["shop", "forum"]) {
      const { ClientId, ClientSecret, issuer } = await makeWebApp(server, pool, {
        ClientName: name,
        GenerateSecret: name === "shop",
        CallbackURLs: [`${application.origin}/${name}/callback`],
        LogoutURLs: [`${application.origin}/${name}/bye`],
      });
      application.register(name, { ClientId, ClientSecret, issuer });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    await server?.close();
  });

  describe("with JavaScript", () => journey(true));
  describe("without JavaScript", () => journey(false));
});

function journey(javaScriptEnabled: boolean): void {
  let page: Page;
  let complaints: string[];
  /** A name that nobody else has. */
  const nameOf = (name: string) => `${name}${javaScriptEnabled ? "1" : "2"}`;

  beforeEach(async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    page = await context.newPage();
    complaints = [];
    page.on("console", (message) => {
      if (message.location().url.startsWith(server.origin))
        complaints.push(`${message.location().url}: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.context().close();
    // Nothing on our pages breaks a rule of their own policy.
    expect(complaints).toEqual([]);
  });

  /** Comes from an application, with further parameters of its request. */
  const comeFrom = (name = "shop", parameters: Record<string, string> = {}) =>
    page.goto(`${application.origin}/${name}/start?${new URLSearchParams(parameters).toString()}`);

  const fill = async (values: Record<string, string>) => {
    for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
  };
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const signIn = async (Username: string, Password: string) => {
    await fill({ Username, Password });
    await press("Sign in");
  };

  /** What the application shows whoever came back. */
  const shown = async (name = "shop") => {
    await page.waitForURL(`${application.origin}/${name}/**`);
    return page.getByRole("paragraph").innerText();
  };

  it("signs up, confirms with the code that was sent, and comes back signed in", async () => {
    await comeFrom();
    await page.getByRole("link", { name: "Create an account" }).click();
    const name = nameOf("grace");
    const email = `${name}@example.com`;
    await fill({ Username: name, "Email address": email, Password: PASSWORD });
    await press("Sign up");
    await page.getByText("We sent a code to g***@e***").waitFor();
    await fill({ Code: "000000" });
    await press("Confirm");
    await page.getByRole("alert").waitFor();
    await fill({ Code: await codeSentTo(server.origin, email) });
    await press("Confirm");
    expect(await shown()).toBe(email);
    expect(application.signedIn).toMatchObject({
      id: { "cognito:username": name, email, email_verified: true, token_use: "id", amr: ["pwd"] },
      access: { username: name, scope: "openid email", token_use: "access" },
    });
  });

  it("is told that a password is wrong, with the name still there, and gets in with the right one", async () => {
    await comeFrom();
    await signIn(USER, "Wr0ng-Horse!");
    expect(await page.getByRole("alert").innerText()).toBe("Incorrect username or password.");
    expect(await page.getByLabel("Username").inputValue()).toBe(USER);
    expect(await page.getByLabel("Password").inputValue()).toBe("");
    await signIn(USER, PASSWORD);
    expect(await shown()).toBe("ada@example.com");
  });

  it("forgets a password, chooses another with the code that was sent, and signs in with that alone", async () => {
    const name = nameOf("hedy");
    const email = `${name}@example.com`;
    await makeUser(name, { email, email_verified: "true" });
    await comeFrom();
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await fill({ Username: name });
    await press("Send a code");
    await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    await fill({
      Code: await codeSentTo(server.origin, email),
      "New password": ANOTHER,
      "Repeat the new password": ANOTHER,
    });
    await press("Save the password");
    await page.getByText("Your password was changed.").waitFor();
    await signIn(name, PASSWORD);
    await page.getByText("Incorrect username or password.").waitFor();
    await signIn(name, ANOTHER);
    expect(await shown()).toBe(email);
  });

  it("signs in with a temporary password and must choose another", async () => {
    const name = nameOf("joan");
    const email = `${name}@example.com`;
    await administrator(server)("AdminCreateUser", {
      UserPoolId: pool,
      Username: name,
      TemporaryPassword: PASSWORD,
      MessageAction: "SUPPRESS",
      UserAttributes: [{ Name: "email", Value: email }],
    });
    await comeFrom();
    await signIn(name, PASSWORD);
    await page.getByRole("heading", { name: "Choose your own password" }).waitFor();
    await fill({ "New password": ANOTHER, "Repeat the new password": `${ANOTHER}!` });
    await press("Save the password");
    await page.getByText("The two passwords are not the same.").waitFor();
    await fill({ "New password": ANOTHER, "Repeat the new password": ANOTHER });
    await press("Save the password");
    expect(await shown()).toBe(email);
  });

  it("is not asked again while the session lasts, unless the application wants that", async () => {
    await comeFrom("shop", { prompt: "none" });
    expect(await shown()).toBe("login_required");
    await comeFrom();
    await signIn(USER, PASSWORD);
    await shown();
    const first = application.signedIn?.id.auth_time as number;
    await comeFrom("shop", { prompt: "none" });
    expect(await shown()).toBe("ada@example.com");
    await comeFrom("shop", { max_age: "600" });
    expect(await shown()).toBe("ada@example.com");
    expect(application.signedIn?.id.auth_time).toBe(first);
    await page.waitForTimeout(1000);
    await comeFrom("shop", { max_age: "1" });
    await signIn(USER, PASSWORD);
    await shown();
    expect(application.signedIn?.id.auth_time).toBeGreaterThan(first);
  });

  it("is signed in at every application at once, and signed out likewise", async () => {
    await comeFrom();
    await signIn(USER, PASSWORD);
    await shown();
    const { id } = application.signedIn ?? {};
    // An application that wants its answer by a form: it sends itself, or the person presses its button.
    await comeFrom("forum", { response_mode: "form_post" });
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Continue" }).click();
    expect(await shown("forum")).toBe("ada@example.com");
    expect(application.signedIn?.id).toMatchObject({ sub: id?.sub, sid: id?.sid, auth_time: id?.auth_time });
    expect(application.signedIn?.id.aud).not.toBe(id?.aud);
    await page.goto(`${application.origin}/forum/logout`);
    expect(await shown("forum")).toBe("bye: see you");
    for (const name of ["shop", "forum"]) {
      await comeFrom(name, { prompt: "none" });
      expect(await shown(name)).toBe("login_required");
    }
  });

  it("[RFC 8252 §7.1] is handed to an app of the device by the scheme that is its own", async () => {
    const redirect_uri = "com.example.phone:/callback";
    const { ClientId: client_id } = await makeWebApp(server, pool, {
      GenerateSecret: false,
      CallbackURLs: [redirect_uri],
    });
    const parameters = { client_id, redirect_uri, response_type: "code", scope: "openid", state: "s" };
    await page.goto(`${server.origin}/oauth2/authorize?${new URLSearchParams(parameters).toString()}`);
    const handed = page.waitForRequest((request) => request.url().startsWith(`${redirect_uri}?`));
    await signIn(USER, PASSWORD);
    expect(Object.keys(Object.fromEntries(new URL((await handed).url()).searchParams))).toEqual([
      "code",
      "state",
      "iss",
    ]);
  });

  it("changes their mind, and the application is told", async () => {
    await comeFrom();
    await press("Cancel");
    expect(await shown()).toBe("access_denied");
  });

  it("reads the pages in the language of the browser, or another one of choice", async () => {
    await comeFrom("shop", { ui_locales: "de" });
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
    await page.locator("summary").click();
    await page.getByRole("link", { name: "Français" }).click();
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    await comeFrom();
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
  });

  async function makeUser(Username: string, attributes: Record<string, string>): Promise<void> {
    const send = administrator(server);
    await send("AdminCreateUser", {
      UserPoolId: pool,
      Username,
      MessageAction: "SUPPRESS",
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    });
    await send("AdminSetUserPassword", { UserPoolId: pool, Username, Password: PASSWORD, Permanent: true });
  }
}
