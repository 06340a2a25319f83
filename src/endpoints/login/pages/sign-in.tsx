import { authorize } from "../../../flows/authorization/authorize.ts";
import { allowsAny } from "../../../flows/explicit-auth-flows.ts";
import { allowsRecovery } from "../../../flows/recovery/destination.ts";
import { signInByPassword } from "../../../flows/sign-in/at-pages.ts";
import { UnconfirmedUser } from "../../../flows/sign-in/account-state.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { Aside, Field, Form, Submit } from "../../../ui/form.tsx";
import { sendResponse } from "../../browser/send-response.tsx";
import { showUnconfirmed } from "../confirm-form.tsx";
import { goOn } from "../go-on.tsx";
import { type Fields, loginPage, type Visit } from "../login-page.tsx";
import { NameField, readName } from "../name-field.tsx";
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
    const name = readName(visit, sent);
    // Nobody is looked up yet, so the way that is shown next tells nothing of whether there is such a user.
    if (asksNameFirst(visit) && !sent.has("password")) return showSignIn(visit, sent);
    try {
      const outcome = await signInByPassword(visit.call, visit.at, name, sent.get("password") ?? "");
      return await goOn(visit, outcome);
    } catch (thrown) {
      if (thrown instanceof UnconfirmedUser) return showUnconfirmed(visit, name, thrown);
      if (isResetRequired(thrown)) return requireReset(visit, name);
      throw thrown;
    }
  },
});

const isResetRequired = (thrown: unknown): boolean =>
  thrown instanceof Refusal && thrown.name === "PasswordResetRequiredException";

/** Amazon Cognito: managed login asks for the name by itself where the client allows choice-based sign-in. */
const asksNameFirst = ({ request }: Visit): boolean => allowsAny(request.client.settings, ["ALLOW_USER_AUTH"]);

/**
 * The page of someone who is not signed in.
 * @param sent a name that was given before
 */
export const showSignIn = (visit: Visit, sent?: Fields): Shown => {
  const { texts, query, request, csrf } = visit;
  const { AdminCreateUserConfig } = request.pool.settings;
  const name = sent?.get("username") ?? request.loginHint;
  const isNamed = asksNameFirst(visit) && sent !== undefined && readName(visit, sent) !== "";
  const isWhole = isNamed || !asksNameFirst(visit);
  return {
    title: texts.signInTitle,
    content: (
      <>
        <Form csrf={csrf} action={`/login${query}`}>
          {isNamed ? (
            <ChosenName visit={visit} name={name ?? ""} />
          ) : (
            <NameField visit={visit} value={name} autofocus={!isWhole || !name} />
          )}
          {isWhole && <PasswordField visit={visit} autofocus={Boolean(name)} />}
          <Submit name="signInSubmitButton">{isWhole ? texts.signIn : texts.next}</Submit>
          <Aside name="cancel">{texts.cancel}</Aside>
        </Form>
        {!AdminCreateUserConfig?.AllowAdminCreateUserOnly && (
          <p class="below redirect-customizable">
            {texts.noAccount} <a href={`/signup${query}`}>{texts.createAccount}</a>
          </p>
        )}
      </>
    ),
  };
};

/** The name that was given on the page before. It is a field, for password managers. */
const ChosenName = ({ visit: { texts, query }, name }: { visit: Visit; name: string }) => (
  <p class="chosen">
    <input type="text" name="username" value={name} autocomplete="username" hidden />
    <strong>{name}</strong> <a href={`/login${query}`}>{texts.back}</a>
  </p>
);

const PasswordField = ({ visit: { texts, query, request }, autofocus }: { visit: Visit; autofocus: boolean }) => (
  <>
    <Field
      name="password"
      label={texts.password}
      type="password"
      autocomplete="current-password"
      autofocus={autofocus}
      maxlength={256}
    />
    {allowsRecovery(request.pool) && (
      <p class="beside redirect-customizable">
        <a href={`/forgotPassword${query}`}>{texts.forgotPassword}</a>
      </p>
    )}
  </>
);
