import { clientOfPages } from "../../../flows/client-of-pages.ts";
import { confirmRecovery } from "../../../flows/recovery/confirm.ts";
import { loginPage } from "../login-page.tsx";
import { readUsername } from "../name-field.tsx";
import { readNewPassword } from "../new-password-fields.tsx";
import { AGAIN, sendResetCode, showReset } from "../reset-password.tsx";
import { showSignIn } from "./sign-in.tsx";

/**
 * Takes a code and the password that it allows (Amazon Cognito: managed login, `/confirmForgotPassword`). Whoever is done
 * signs in with it: a code proves less than a sign-in may ask for.
 */
export const confirmForgotPassword = loginPage({
  path: "/confirmForgotPassword",

  show: (visit, sent) => showReset(visit, sent?.get("username")),

  async submit(visit, sent) {
    const { call, request, texts } = visit;
    const name = readUsername(visit, sent);
    if (sent.has(AGAIN)) {
      const text = await sendResetCode(visit, name);
      return { ...showReset(visit, name), notice: { kind: "success", text } };
    }
    const at = { client: clientOfPages(request.client), pool: request.pool };
    // As it may be pasted: in groups.
    const answer = sent.get("code")?.replace(/\s/g, "") ?? "";
    await confirmRecovery(call, at, { name, answer, password: readNewPassword(sent) });
    return { ...(await showSignIn(visit, sent)), notice: { kind: "success", text: texts.passwordSaved } };
  },
});
