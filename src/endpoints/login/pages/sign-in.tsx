import { authorize } from "../../../flows/authorization/authorize.ts";
import { allowsChoice, signsInByCustom } from "../../../flows/explicit-auth-flows.ts";
import { allowsPasswordless } from "../../../flows/passwordless.ts";
import { ResetRequiredUser, UnconfirmedUser } from "../../../flows/sign-in/proofs/account-state.ts";
import {
  chooseAtPages,
  customAtPages,
  passkeyRequestAtPages,
  signInByPasskeyAtPages,
  signInByPassword,
} from "../../../flows/sign-in/at-pages.ts";
import { challengeLifetime } from "../../../mechanisms/tokens/lifetimes.ts";
import { Aside, Form, Submit } from "../../../ui/form.tsx";
import { sendResponse } from "../../browser/send-response.tsx";
import { Captcha, captchaParts, checkCaptcha } from "../captcha.tsx";
import { showUnconfirmed } from "../confirm-form.tsx";
import { goOn } from "../go-on.tsx";
import { type Fields, loginPage, type Visit } from "../login-page.tsx";
import { NameField, readName } from "../name-field.tsx";
import {
  asPasskeyFault,
  PASSKEY_FIELD,
  PasskeyButton,
  PasskeyScript,
  WITH_PASSKEYS,
  worksHere,
} from "../passkey-button.tsx";
import { ChosenName, PasswordField } from "../password-field.tsx";
import type { Shown } from "../render-page.tsx";
import { requireReset } from "../reset-password.tsx";

/** Amazon Cognito: login endpoint. Whoever is signed in already is sent on, as by the authorization endpoint. */
export const signIn = loginPage({
  path: "/login",

  async show(visit, sent) {
    const { c, call, request, at } = visit;
    if (sent) return showSignIn(visit, sent);
    const response = await authorize(call, request, at.cookie);
    return response ? sendResponse(c, response) : showSignIn(visit);
  },

  async submit(visit, sent) {
    const { call, at } = visit;
    await checkCaptcha(visit, sent);
    const passkey = sent.get(PASSKEY_FIELD);
    if (passkey) return submitPasskey(visit, passkey);
    const name = readName(visit, sent);
    if (asksNameAlone(visit)) {
      const begin = signsInByCustom(visit.request.client) ? customAtPages : chooseAtPages;
      return goOn(visit, await begin(call, at, name), { USERNAME: name });
    }
    // Nobody is looked up yet, so the way that is shown next tells nothing of whether there is such a user.
    if (asksNameFirst(visit) && !sent.has("password")) return showSignIn(visit, sent);
    try {
      return await goOn(visit, await signInByPassword(call, at, name, sent.get("password") ?? ""));
    } catch (thrown) {
      if (thrown instanceof UnconfirmedUser) return showUnconfirmed(visit, name, thrown);
      if (thrown instanceof ResetRequiredUser) return requireReset(visit, name, thrown);
      throw thrown;
    }
  },
});

async function submitPasskey(visit: Visit, credential: string): Promise<Shown | Response> {
  const outcome = await signInByPasskeyAtPages(visit.call, visit.at, credential).catch((thrown: unknown) => {
    throw asPasskeyFault(thrown);
  });
  return goOn(visit, outcome);
}

/** Amazon Cognito: managed login asks for the name by itself where the client allows choice-based sign-in. */
const asksNameFirst = ({ request }: Visit): boolean => allowsChoice(request.client);

/**
 * Whether the name decides what is asked for next: of what the pool lets people choose from, or by the owner's
 * triggers.
 */
function asksNameAlone(visit: Visit): boolean {
  const { client, pool } = visit.request;
  return signsInByCustom(client) || (asksNameFirst(visit) && allowsPasswordless(pool));
}

/**
 * The page of someone who is not signed in.
 * @param sent a name that was given before
 */
export async function showSignIn(visit: Visit, sent?: Fields): Promise<Shown> {
  const { texts, query, request, csrf, call, at } = visit;
  const { AdminCreateUserConfig } = request.pool.settings;
  const name = sent?.get("username") ?? request.loginHint;
  const isAlone = asksNameAlone(visit);
  const isNamed = !isAlone && asksNameFirst(visit) && sent !== undefined && readName(visit, sent) !== "";
  const isWhole = isNamed || !(isAlone || asksNameFirst(visit));
  const asked = asksNameFirst(visit) && !isNamed ? await passkeyRequestAtPages(call, at) : undefined;
  const passkeys = asked && worksHere(visit, asked.rpId ?? "") ? asked : undefined;
  return {
    title: texts.signInTitle,
    active: { ...captchaParts(visit), ...(passkeys && WITH_PASSKEYS) },
    content: (
      <>
        <Form csrf={csrf} action={`/login${query}`}>
          {isNamed ? (
            <ChosenName visit={visit} name={name ?? ""} />
          ) : (
            <NameField visit={visit} value={name} autofocus={!isWhole || !name} withPasskeys={passkeys !== undefined} />
          )}
          {isWhole && <PasswordField visit={visit} autofocus={Boolean(name)} />}
          <Captcha visit={visit} />
          <Submit name="signInSubmitButton">{isWhole ? texts.signIn : texts.next}</Submit>
          {passkeys && (
            <PasskeyButton
              visit={visit}
              ceremony="get"
              options={passkeys}
              begin="autofill"
              stale={challengeLifetime(request.client.settings)}
              aside
            >
              {texts.usePasskey}
            </PasskeyButton>
          )}
          <Aside name="cancel">{texts.cancel}</Aside>
        </Form>
        {!AdminCreateUserConfig?.AllowAdminCreateUserOnly && (
          <p class="below redirect-customizable">
            {texts.noAccount} <a href={`/signup${query}`}>{texts.createAccount}</a>
          </p>
        )}
        {passkeys && <PasskeyScript />}
      </>
    ),
  };
}
