import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describe } from "vitest";

const CHROMIUM = process.env.LIMEN_CHROMIUM ?? "/usr/bin/chromium";
const hasBrowser = existsSync(CHROMIUM);
const requiresBrowser = process.env.LIMEN_REQUIRE_BROWSER === "1";

/** Tests in a real browser: skipped where there is none, unless LIMEN_REQUIRE_BROWSER says that there must be one. */
export const describeInChromium = describe.skipIf(!hasBrowser && !requiresBrowser);

export async function launchChromium(): Promise<Browser> {
  if (!hasBrowser) throw new Error(`LIMEN_REQUIRE_BROWSER is set, and there is no browser at ${CHROMIUM}`);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}
