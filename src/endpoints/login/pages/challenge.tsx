import { ResetRequiredUser, UnconfirmedUser } from "../../../flows/sign-in/proofs/account-state.ts";
import { answerAtPages } from "../../../flows/sign-in/at-pages.ts";
import type { Challenge } from "../../../flows/sign-in/sign-in.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { logRefusal } from "../../browser/log-refusal.ts";
import { challengePages } from "../challenges/challenges.ts";
import { type ChallengePage, readChallenge, showChallenge, TRUST_FIELD, WAYS } from "../challenges/challenge-page.tsx";
import { showConfirm, showUnconfirmed } from "../confirm-form.tsx";
import { goOn } from "../go-on.tsx";
import { type Fields, loginPage, type Visit } from "../login-page.tsx";
import { messageOf } from "../messages.ts";
import { asPasskeyFault } from "../passkey-button.tsx";
import type { Shown } from "../render-page.tsx";
import { requireReset } from "../reset-password.tsx";
import { showSignIn } from "./sign-in.tsx";

const PATH = "/challenge";

/** Takes the answers to challenges. It has no page of its own: whoever comes without a challenge starts over. */
export const challenge = loginPage({
  path: PATH,

  show(visit, sent) {
    const held = sent && readChallenge(sent);
    const page = held && challengePages.get(held.name);
    return held && page ? showChallenge(visit, page, held, sent) : startOver(visit);
  },

  async submit(visit, sent) {
    const held = readChallenge(sent);
    const page = held && challengePages.get(held.name);
    if (!held || !page) return startOver(visit);
    const { call } = visit;
    if (page.isView?.(sent)) return showChallenge(visit, page, held, sent);
    const other = page.instead?.(held, sent);
    const otherPage = other && challengePages.get(other.name);
    if (otherPage) return showChallenge(visit, otherPage, other);
    const at = { ...visit.at, trust: sent.get(TRUST_FIELD) === "1" };
    try {
      const { responses, session = held.session } = await page.answer(visit, held, sent);
      return await goOn(visit, await answerAtPages(call, at, held.name, session, responses), carriedOn(held));
    } catch (thrown) {
      return goOnAfter(visit, { held, page, sent }, thrown);
    }
  },
});

/** What the pages know of a sign-in that its challenges do not say. */
function carriedOn({ parameters: { USERNAME, [WAYS]: ways } }: Challenge): Record<string, string> {
  return { ...(USERNAME !== undefined && { USERNAME }), ...(ways !== undefined && { [WAYS]: ways }) };
}

/**
 * What comes of an answer that was refused, where the page of its challenge is not shown again for it: who has proven
 * themselves and must do something else first does that; where the sign-in has ended, the person signs in again.
 * Anything else is thrown on.
 */
async function goOnAfter(
  visit: Visit,
  { held, page, sent }: { held: Challenge; page: ChallengePage; sent: Fields },
  thrown: unknown,
): Promise<Shown> {
  // As it was typed; what a trigger's challenge names is the username, which people may never have seen.
  const name = held.name === "CUSTOM_CHALLENGE" ? undefined : held.parameters.USERNAME;
  if (thrown instanceof UnconfirmedUser) {
    // Only a password signs them in once they have confirmed, and only the choice asks for one.
    const byPassword = held.name === "SELECT_CHALLENGE" && name !== undefined;
    return byPassword ? showUnconfirmed(visit, name, thrown) : showConfirm(visit, { name });
  }
  if (thrown instanceof ResetRequiredUser) return requireReset(visit, name ?? thrown.user.username, thrown);
  if (!(thrown instanceof Refusal) || thrown.name !== "NotAuthorizedException") throw thrown;
  const { call, texts } = visit;
  const isStale = thrown.message.startsWith("Invalid session");
  if (!isStale && page.canMend?.(sent)) throw thrown;
  logRefusal(call, PATH, thrown);
  const told = held.name === "WEB_AUTHN" ? asPasskeyFault(thrown) : isStale ? undefined : thrown;
  const text = messageOf(texts, told) ?? texts.errorStale;
  const sign = await showSignIn(visit, name === undefined ? undefined : new Map([["username", name]]));
  return { ...sign, notice: { kind: "error", text } };
}

const startOver = ({ c, query }: Visit): Response => c.redirect(`/login${query}`, 303);
