import { badSession } from "../../../flows/sign-in/refusals.ts";
import type { Challenge } from "../../../flows/sign-in/sign-in.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { Aside, Choice, Submit } from "../../../ui/form.tsx";
import type { Texts } from "../../../ui/texts/en.ts";
import type { Fields } from "../login-page.tsx";
import { hasPasskeysHere, PasskeyScript, WITH_PASSKEYS } from "../passkey-button.tsx";
import { ChosenName, PasswordField } from "../password-field.tsx";
import { type ChallengePage, listOf, WAYS } from "./challenge-page.tsx";

/** In the order in which they are listed. PASSWORD stands for PASSWORD_SRP, too: the difference is a program's. */
const LABELS: ReadonlyMap<string, (texts: Texts) => string> = new Map([
  ["WEB_AUTHN", (texts: Texts) => texts.wayPasskey],
  ["PASSWORD", (texts: Texts) => texts.wayPassword],
  ["EMAIL_OTP", (texts: Texts) => texts.wayEmail],
  ["SMS_OTP", (texts: Texts) => texts.waySms],
]);

/** The button that leads from the password back to the list. */
const LIST = "list";

const waysOf = ({ parameters }: Pick<Challenge, "parameters">): string[] => listOf(parameters[WAYS]);

/** Whether the form is to ask for the password: it was picked, or is all there is. */
const isPassword = (challenge: Pick<Challenge, "parameters">, sent: Fields | undefined): boolean => {
  const isOnly = waysOf(challenge).every((way) => way === "PASSWORD");
  return isOnly || (sent?.get("answer") === "PASSWORD" && !sent.has(LIST));
};

/**
 * Someone picks what to sign in with. The password is typed on this page as well: the session of the choice judges it,
 * so that the owner's triggers hear of one sign-in, and stays good after a wrong one.
 */
export const selectChallenge: ChallengePage = {
  name: "SELECT_CHALLENGE",

  title: ({ texts }, challenge, sent) => (isPassword(challenge, sent) ? texts.signInTitle : texts.chooseWayTitle),

  active: WITH_PASSKEYS,

  async prepare(visit, challenge) {
    const { available = [], parameters } = challenge;
    const usable: string[] = (await hasPasskeysHere(visit))
      ? available
      : available.filter((way) => way !== "WEB_AUTHN");
    const ways = [...LABELS.keys()].filter((way) => usable.includes(way));
    return { ...challenge, parameters: { ...parameters, [WAYS]: JSON.stringify(ways) } };
  },

  isView: (sent) => sent.has(LIST) || (sent.get("answer") === "PASSWORD" && !sent.has("password")),

  content(visit, challenge, sent) {
    const { texts } = visit;
    const ways = waysOf(challenge);
    const name = <ChosenName visit={visit} name={challenge.parameters.USERNAME ?? ""} />;
    if (isPassword(challenge, sent)) {
      return (
        <>
          {name}
          <input type="hidden" name="answer" value="PASSWORD" />
          <PasswordField visit={visit} autofocus />
          <Submit name="signInSubmitButton">{texts.signIn}</Submit>
          {ways.length > 1 && <Aside name={LIST}>{texts.otherWay}</Aside>}
        </>
      );
    }
    return (
      <>
        {name}
        {ways.map((way) => (
          <Choice name="answer" value={way} withPasskeys={way === "WEB_AUTHN"}>
            {LABELS.get(way)?.(texts)}
          </Choice>
        ))}
        <PasskeyScript />
      </>
    );
  },

  answer(_visit, challenge, sent) {
    const USERNAME = challenge.parameters.USERNAME ?? "";
    const answer = sent.get("answer") ?? "";
    if (!waysOf(challenge).includes(answer)) throw badSession("no such way");
    if (answer !== "PASSWORD") return { responses: { USERNAME, ANSWER: answer } };
    const password = sent.get("password");
    if (!password) throw new Refusal("InvalidParameterException", "Missing required parameter PASSWORD");
    return { responses: { USERNAME, ANSWER: answer, PASSWORD: password } };
  },

  canMend: () => true,
};
