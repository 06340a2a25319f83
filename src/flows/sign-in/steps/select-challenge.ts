import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { FIRST_FACTORS, type FirstFactor, offerFirstFactor } from "../factors/first-factors.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { badSession, required } from "../refusals.ts";
import { tryOpenState } from "../session/session-string.ts";
import type { Candidate, Challenge, Step, Turn } from "../sign-in.ts";
import { withPassword } from "./password.ts";
import { webAuthn } from "./web-authn.ts";

/** The challenge SELECT_CHALLENGE: the user picks what to begin with. */
export const offerSelection = async (call: Call, candidate: Candidate): Promise<Challenge> => ({
  name: "SELECT_CHALLENGE",
  parameters: {},
  session: await sealProgress(call, candidate, "SELECT_CHALLENGE"),
});

/**
 * SELECT_CHALLENGE: the first factor that was picked, perhaps with what answers it. A password that comes along is
 * judged at once; so is the credential of a passkey, which only WEB_AUTHN can have asked for.
 */
export const selectChallenge: Step = {
  name: "SELECT_CHALLENGE",

  async answer(call: Call, turn, session) {
    const { given } = turn;
    const answer = required(given, "ANSWER");
    if (answer === "WEB_AUTHN" && given.CREDENTIAL) return webAuthn.answer(call, turn, session);
    const password = answer === "PASSWORD" && given.PASSWORD ? given.PASSWORD : undefined;
    const step = await pending(call, turn, session);
    const resumed = await resume(call, turn, step, session, password === undefined ? {} : { counted: "password" });
    const { candidate, spend } = resumed;
    const { available, passed } = candidate;
    if (!available || passed.length > 0) throw badSession("nothing to choose");
    if (password !== undefined) return withPassword(call, resumed, password);
    const factor = FIRST_FACTORS.find((each) => each === answer);
    if (!factor || !(available.includes(factor) || isPasswordFactor(factor))) {
      throw new Refusal("InvalidParameterException", "ANSWER is none of the challenges that can be chosen.");
    }
    return { challenge: await offerFirstFactor(call, { ...candidate, writes: [spend] }, factor) };
  },
};

/** A password is asked for, and then is wrong, even where there is none. */
const isPasswordFactor = (factor: FirstFactor): boolean => factor === "PASSWORD" || factor === "PASSWORD_SRP";

/**
 * What a session waits for. Whoever turns a passkey away in their browser picks again with the session of WEB_AUTHN, as
 * Amplify does.
 */
async function pending(call: Call, turn: Turn, session: string | undefined): Promise<"SELECT_CHALLENGE" | "WEB_AUTHN"> {
  return (await tryOpenState(call, turn, "WEB_AUTHN", session)) ? "WEB_AUTHN" : "SELECT_CHALLENGE";
}
