import { Aside } from "../../../ui/form.tsx";
import { PASSKEY_FIELD, PasskeyButton, PasskeyScript, WITH_PASSKEYS, WithoutPasskeys } from "../passkey-button.tsx";
import { type ChallengePage, listOf, OtherWay, WAYS } from "./challenge-page.tsx";

/** The button that leads to the other ways. */
const OTHER = "other";

/** The proof of one of a user's passkeys. The browser asks for it at once, where it lets a page do so. */
export const webAuthn: ChallengePage = {
  name: "WEB_AUTHN",

  title: ({ texts }) => texts.passkeyTitle,

  active: WITH_PASSKEYS,

  content(visit, { parameters }) {
    const { texts } = visit;
    const hasOthers = listOf(parameters[WAYS]).length > 1;
    return (
      <>
        <p class="soft textDescription-customizable" data-with-passkeys hidden>
          {texts.passkeyExplained}
        </p>
        <WithoutPasskeys visit={visit} />
        <PasskeyButton
          visit={visit}
          ceremony="get"
          options={parameters.CREDENTIAL_REQUEST_OPTIONS ?? "{}"}
          begin="at-once"
        >
          {texts.usePasskey}
        </PasskeyButton>
        {hasOthers ? <Aside name={OTHER}>{texts.otherWay}</Aside> : <OtherWay visit={visit} />}
        <PasskeyScript />
      </>
    );
  },

  /** The session of a passkey that was not used is good for another choice. */
  instead({ parameters, session }, sent) {
    if (!sent.has(OTHER)) return undefined;
    const { USERNAME = "", [WAYS]: ways = "[]" } = parameters;
    return { name: "SELECT_CHALLENGE", parameters: { USERNAME, [WAYS]: ways }, session };
  },

  answer: (_visit, { parameters }, sent) => ({
    responses: {
      USERNAME: parameters.USERNAME ?? parameters.USER_ID_FOR_SRP ?? "",
      CREDENTIAL: sent.get(PASSKEY_FIELD) || "-",
    },
  }),
};
