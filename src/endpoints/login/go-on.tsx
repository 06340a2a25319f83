import { suffices } from "../../flows/authorization/authorize.ts";
import { completeAuthorization } from "../../flows/authorization/complete-authorization.ts";
import type { PageOutcome } from "../../flows/sign-in/at-pages.ts";
import { DEVICE_COOKIE_LIFETIME, deviceCookie, sessionCookie, writeCookie } from "../browser/cookies.ts";
import { leadTo } from "../browser/lead-to.ts";
import { sendResponse } from "../browser/send-response.tsx";
import { challengePages } from "./challenges/challenges.ts";
import type { Visit } from "./login-page.tsx";
import { showChallenge } from "./challenges/challenge-page.tsx";
import { addPasskeyAddress, FRESH, isErrand } from "./passkey-errand.ts";
import type { Shown } from "./render-page.tsx";

/**
 * Goes on from where a sign-in stands: to the page of the next challenge, or back to the client.
 * @param carried parameters that the pages of its challenges need beyond the challenges' own
 * @param addsPasskey whether a passkey is offered before the client is answered
 */
export async function goOn(
  visit: Visit,
  outcome: PageOutcome,
  carried: Record<string, string> = {},
  addsPasskey = isErrand(visit),
): Promise<Shown | Response> {
  if ("challenge" in outcome) {
    const page = challengePages.get(outcome.challenge.name);
    if (!page) throw new Error(`no page for ${outcome.challenge.name}`);
    const challenge = { ...outcome.challenge, parameters: { ...carried, ...outcome.challenge.parameters } };
    return showChallenge(visit, page, (await page.prepare?.(visit, challenge)) ?? challenge);
  }
  const { call, c, request } = visit;
  const { cookie, deviceCookie: device, ...live } = outcome.browser;
  const { createdAt, expiresAt } = live.session;
  writeCookie(c, sessionCookie(request.pool.id), cookie, (expiresAt - createdAt) / 1000);
  if (device !== undefined) writeCookie(c, deviceCookie(request.pool.id), device, DEVICE_COOKIE_LIFETIME);
  if (addsPasskey && suffices(call, request, live, FRESH)) return leadTo(c, addPasskeyAddress(visit));
  return sendResponse(c, await completeAuthorization(call, request, live));
}
