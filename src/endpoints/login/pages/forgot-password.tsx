import { allowsRecovery } from "../../../flows/recovery/destination.ts";
import { Form, Submit } from "../../../ui/form.tsx";
import { loginPage } from "../login-page.tsx";
import { NameField, readUsername } from "../name-field.tsx";
import { Back, sendResetCode, showClosed, showReset } from "../reset-password.tsx";

/** Asks who has forgotten their password, and sends a code (Amazon Cognito: managed login, `/forgotPassword`). */
export const forgotPassword = loginPage({
  path: "/forgotPassword",

  show(visit, sent) {
    const { texts, query, request, csrf } = visit;
    if (!allowsRecovery(request.pool)) return showClosed(visit);
    return {
      title: texts.forgotTitle,
      content: (
        <>
          <Form csrf={csrf} action={`/forgotPassword${query}`}>
            <p class="soft textDescription-customizable">{texts.forgotExplained}</p>
            <NameField visit={visit} value={sent?.get("username") ?? request.loginHint} />
            <Submit>{texts.sendCode}</Submit>
          </Form>
          <Back visit={visit} />
        </>
      ),
    };
  },

  async submit(visit, sent) {
    const name = readUsername(visit, sent);
    return showReset(visit, name, await sendResetCode(visit, name));
  },
});
