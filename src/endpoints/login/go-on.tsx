import { completeAuthorization } from "../../flows/authorization/complete-authorization.ts";
import { BROWSER_SESSION_LIFETIME } from "../../flows/browser-session.ts";
import type { PageOutcome } from "../../flows/sign-in/at-pages.ts";
import { sessionCookie, writeCookie } from "../browser/cookies.ts";
import { sendResponse } from "../browser/send-response.tsx";
import { challengePages } from "./challenges/challenges.ts";
import type { Visit } from "./login-page.tsx";
import { showChallenge } from "./challenges/challenge-page.tsx";
import type { Shown } from "./render-page.tsx";

/** Goes on from where a sign-in stands: to the page of the next challenge, or back to the client. */
export async function goOn(visit: Visit, outcome: PageOutcome): Promise<Shown | Response> {
  if ("challenge" in outcome) {
    const page = challengePages.get(outcome.challenge.name);
    if (!page) throw new Error(`no page for ${outcome.challenge.name}`);
    return showChallenge(visit, page, outcome.challenge);
  }
  const { call, c, request } = visit;
  const { cookie, ...live } = outcome.browser;
  writeCookie(c, sessionCookie(request.pool.id), cookie, BROWSER_SESSION_LIFETIME / 1000);
  return sendResponse(c, await completeAuthorization(call, request, live));
}
