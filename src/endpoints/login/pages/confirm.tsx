import { clientOfPages } from "../../../flows/client-of-pages.ts";
import { confirmSignUp } from "../../../flows/sign-up/confirm.ts";
import { ConfirmedAlready } from "../../../flows/sign-up/confirmed-already.ts";
import { afterConfirmation } from "../after-confirmation.tsx";
import { readUnconfirmed, showConfirm } from "../confirm-form.tsx";
import { loginPage } from "../login-page.tsx";
import { readUsername } from "../name-field.tsx";

/** Amazon Cognito: `/confirm`. Takes the code of a sign-up, and signs in whoever has proven their password before, or could by such a code. */
export const confirm = loginPage({
  path: "/confirm",

  show: (visit, sent) => showConfirm(visit, sent ? readUnconfirmed(sent) : {}),

  async submit(visit, sent) {
    const { client, pool } = visit.request;
    const name = readUsername(visit, sent);
    // As it may be pasted: in groups.
    const answer = sent.get("code")?.replace(/\s/g, "") ?? "";
    const at = { client: clientOfPages(client), pool };
    const confirmed = await confirmSignUp(visit.call, at, { name, answer, force: false }).catch((thrown: unknown) => {
      if (!(thrown instanceof ConfirmedAlready)) throw thrown;
      return undefined;
    });
    return afterConfirmation(visit, readUnconfirmed(sent), confirmed);
  },
});
