import { existsSync } from "node:fs";
import { SignUpCommand } from "@aws-sdk/client-cognito-identity-provider";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeApp } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

const CHROMIUM = process.env.LIMEN_CHROMIUM ?? "/usr/bin/chromium";
const hasBrowser = existsSync(CHROMIUM);
const requiresBrowser = process.env.LIMEN_REQUIRE_BROWSER === "1";

describe.skipIf(!hasBrowser && !requiresBrowser)("pages in a real browser", () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    if (!hasBrowser) throw new Error(`LIMEN_REQUIRE_BROWSER is set, and there is no browser at ${CHROMIUM}`);
    server = await startServer();
    const sdk = sdkFor(server.origin);
    const { ClientId } = await makeApp(sdk);
    const UserAttributes = [{ Name: "email", Value: `${"a".repeat(60)}@example.com` }];
    await sdk.send(new SignUpCommand({ ClientId, Username: "ada", Password: "Corr3ct-Horse!", UserAttributes }));
    sdk.destroy();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  describe.each([
    ["light", 1200],
    ["light", 360],
    ["dark", 1200],
    ["dark", 360],
  ] as const)("in %s, %i pixels wide", (colorScheme, width) => {
    it.each(["/", "/dev/outbox"])("%s fits, is styled, and breaks no rule of its own policy", async (path) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`${server.origin}${path}`);
      const [scrollWidth, paper] = (await page.evaluate(
        "[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]",
      )) as [number, string];
      expect(scrollWidth).toBeLessThanOrEqual(width);
      expect(paper).toBe(colorScheme === "dark" ? "rgb(20, 24, 29)" : "rgb(251, 251, 249)");
      expect(complaints).toEqual([]);
      await context.close();
    });
  });

  it("leads by keyboard from the start page to the message that was sent", async () => {
    const page = await browser.newPage();
    await page.goto(server.origin);
    for (let tabs = 0; tabs < 10; tabs++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.getAttribute('href')")) === "/dev/outbox") break;
    }
    await page.keyboard.press("Enter");
    await page.waitForURL("**/dev/outbox");
    expect(await page.getByRole("cell", { name: /\d{6}/ }).count()).toBeGreaterThan(0);
    await page.close();
  });
});
