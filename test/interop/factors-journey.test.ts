import jsqr from "jsqr";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf } from "../authenticator-app.ts";
import { type Application, startApplication } from "./application.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { type ExampleTriggers, startTriggers } from "./example-triggers.ts";
import { PASSWORD } from "./fixtures.ts";
import { auditPage } from "./page-audit.ts";
import { codeSentTo, type Server, startServer } from "./server.ts";
import { administrator, makeWebApp, makeWebPool, USER } from "./web-app.ts";

const SMS = { SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" } };
const PHONE = "+15550104001";

// The package is CommonJS, whose default export is a member.
const readQr = (jsqr as unknown as { default?: typeof jsqr }).default ?? jsqr;

let triggers: ExampleTriggers;
let server: Server;
let application: Application;
let browser: Browser;

describeInChromium("people in a real browser", () => {
  beforeAll(async () => {
    triggers = await startTriggers();
    [server, application, browser] = await Promise.all([
      startServer({ TRIGGERS: triggers.TRIGGERS }),
      startApplication(),
      launchChromium(),
    ]);
    await Promise.all([openStrictPool(), openAskingPool()]);
  });
  afterAll(async () => {
    await browser?.close();
    await application?.close();
    await server?.close();
    await triggers?.close();
  });

  describe("with JavaScript", () => journey(true));
  describe("without JavaScript", () => journey(false));
});

/** Lets an application have its people signed in by a client of the pool. */
async function register(name: string, pool: string, settings: object = {}): Promise<void> {
  const { ClientId, ClientSecret, issuer } = await makeWebApp(server, pool, {
    ClientName: name,
    CallbackURLs: [`${application.origin}/${name}/callback`],
    LogoutURLs: [`${application.origin}/${name}/bye`],
    ...settings,
  });
  application.register(name, { ClientId, ClientSecret, issuer });
}

let strict: string;
/** A pool that demands a second factor and remembers browsers, if people want that. */
async function openStrictPool(): Promise<void> {
  strict = await makeWebPool(server, {
    DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
  });
  await administrator(server)("SetUserPoolMfaConfig", {
    UserPoolId: strict,
    MfaConfiguration: "ON",
    SmsMfaConfiguration: SMS,
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: {},
  });
  await register("bank", strict);
}

/** A pool whose owner's code asks a question in the place of a password. */
async function openAskingPool(): Promise<void> {
  const { arn } = triggers.newFunction();
  const names = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];
  const LambdaConfig = Object.fromEntries(names.map((name) => [name, arn]));
  const pool = await makeWebPool(server, { LambdaConfig });
  await register("quiz", pool, { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
}

/** What a phone reads on the screen. */
async function readByCamera(picture: Locator): Promise<string | undefined> {
  const shot = await picture.screenshot();
  const context = await browser.newContext();
  try {
    const blank = await context.newPage();
    const { data, width, height } = await blank.evaluate<{ data: number[]; width: number; height: number }>(
      `(async () => {
        const image = await createImageBitmap(await (await fetch("data:image/png;base64,${shot.toString("base64")}")).blob());
        const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
        context.drawImage(image, 0, 0);
        const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
        return { data: [...data], width, height };
      })()`,
    );
    return readQr(Uint8ClampedArray.from(data), width, height)?.data;
  } finally {
    await context.close();
  }
}

function journey(javaScriptEnabled: boolean): void {
  let page: Page;
  let complaints: string[];
  beforeEach(async () => {
    const context = await browser.newContext({ javaScriptEnabled });
    page = await context.newPage();
    complaints = [];
    page.on("console", (message) => {
      if (message.location().url.startsWith(server.origin)) complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  const comeFrom = (name: string, parameters: Record<string, string> = {}) =>
    page.goto(`${application.origin}/${name}/start?${new URLSearchParams(parameters).toString()}`);
  const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value);
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const isBack = (name: string) => page.waitForURL(`${application.origin}/${name}/**`);
  const signIn = async (name: string) => {
    await fill("Username", name);
    await fill("Password", PASSWORD);
    await press("Sign in");
  };
  const newUser = async (attributes: { Name: string; Value: string }[] = []): Promise<string> => {
    const Username = `person-${crypto.randomUUID().slice(0, 8)}`;
    const send = administrator(server);
    await send("AdminCreateUser", {
      UserPoolId: strict,
      Username,
      TemporaryPassword: PASSWORD,
      MessageAction: "SUPPRESS",
      UserAttributes: attributes,
    });
    await send("AdminSetUserPassword", { UserPoolId: strict, Username, Password: PASSWORD, Permanent: true });
    return Username;
  };

  it("set up an authenticator app where their pool demands it, and sign in by it from then on", async () => {
    const name = await newUser();
    await comeFrom("bank");
    await signIn(name);
    await page.getByRole("heading", { name: "Protect your account" }).waitFor();
    expect(await auditPage(page)).toEqual([]);
    const seed = (await page.locator("code.key").innerText()).replaceAll(" ", "");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await readByCamera(page.locator(".qr"))).toBe(`otpauth://totp/web:${name}?secret=${seed}&issuer=web`);
    }
    await fill("Code", "000000");
    await press("Verify");
    await page.getByRole("alert").waitFor();
    await fill("Code", await codeOf(seed, -1));
    await press("Verify");
    await isBack("bank");
    expect(application.signedIn?.id).toMatchObject({ "cognito:username": name, amr: ["pwd", "otp", "mfa"] });

    await comeFrom("bank", { prompt: "login" });
    await signIn(name);
    await page.getByText("Enter the code that your authenticator app shows.").waitFor();
    expect(await auditPage(page)).toEqual([]);
    await page.getByLabel("Do not ask for a code on this device again").check();
    await fill("Code", await codeOf(seed));
    await press("Verify");
    await isBack("bank");

    await comeFrom("bank", { prompt: "login" });
    await signIn(name);
    await isBack("bank");
    expect(application.signedIn?.id).toMatchObject({ "cognito:username": name, amr: ["pwd", "swk", "mfa"] });
  });

  it("pick one of their factors, and enter the code that was sent to their phone", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const name = await newUser([
      { Name: "phone_number", Value: PHONE },
      { Name: "email", Value: email },
    ]);
    await administrator(server)("AdminSetUserMFAPreference", {
      UserPoolId: strict,
      Username: name,
      SMSMfaSettings: { Enabled: true },
      EmailMfaSettings: { Enabled: true },
    });
    await comeFrom("bank");
    await signIn(name);
    await page.getByRole("heading", { name: "How do you want to prove that it is you?" }).waitFor();
    expect(await auditPage(page)).toEqual([]);
    await press("Text message");
    await page.getByText("+*******4001").waitFor();
    await fill("Code", await codeSentTo(server.origin, PHONE));
    await press("Verify");
    await isBack("bank");
    expect(application.signedIn?.id).toMatchObject({ "cognito:username": name, amr: ["pwd", "sms", "mfa"] });
  });

  it("answer the question of the owner's own code, and are not let in for a wrong answer", async () => {
    await comeFrom("quiz");
    await fill("Username", USER);
    await press("Next");
    await page.getByText("What is the capital of Iceland?").waitFor();
    expect(await auditPage(page)).toEqual([]);
    await fill("Answer", "Reykjavik");
    await press("Continue");
    await isBack("quiz");
    expect(application.signedIn?.id).toMatchObject({ "cognito:username": USER, acr: "urn:cognito:loa:1" });

    await comeFrom("quiz", { prompt: "login" });
    await fill("Username", USER);
    await press("Next");
    for (let at = 0; at < 3; at++) {
      await fill("Answer", "Oslo");
      await press("Continue");
    }
    await page.getByRole("alert").waitFor();
    expect(new URL(page.url()).origin).toBe(server.origin);
  });
}
