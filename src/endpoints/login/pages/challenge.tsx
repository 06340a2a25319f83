import { answerAtPages } from "../../../flows/sign-in/at-pages.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { challengePages } from "../challenges/challenges.ts";
import { readChallenge, showChallenge } from "../challenges/challenge-page.tsx";
import { goOn } from "../go-on.tsx";
import { loginPage, type Visit } from "../login-page.tsx";
import { messageOf } from "../messages.ts";
import type { Shown } from "../render-page.tsx";
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
    const { call, at } = visit;
    const answers = page.answers(held, sent);
    try {
      return await goOn(visit, await answerAtPages(call, at, held.name, held.session, answers));
    } catch (thrown) {
      return startOverAfter(visit, thrown);
    }
  },
});

/** Where the sign-in itself has ended, no other answer mends it: the person signs in again. Anything else is thrown on. */
function startOverAfter(visit: Visit, thrown: unknown): Shown {
  if (!(thrown instanceof Refusal) || thrown.name !== "NotAuthorizedException") throw thrown;
  const { call, texts } = visit;
  call.log("refused", { target: PATH, name: thrown.name, reason: thrown.reason ?? thrown.message });
  const isStale = thrown.message.startsWith("Invalid session");
  const text = (isStale ? undefined : messageOf(texts, thrown)) ?? texts.errorStale;
  return { ...showSignIn(visit), notice: { kind: "error", text } };
}

const startOver = ({ c, query }: Visit): Response => c.redirect(`/login${query}`, 303);
