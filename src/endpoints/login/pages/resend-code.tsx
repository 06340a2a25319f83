import { clientOfPages } from "../../../flows/client-of-pages.ts";
import { ConfirmedAlready } from "../../../flows/sign-up/confirmed-already.ts";
import { resendCode as resend } from "../../../flows/sign-up/resend.ts";
import { afterConfirmation } from "../after-confirmation.tsx";
import { readUnconfirmed, showAwaitingAdministrator, showConfirm, wasSentLink } from "../confirm-form.tsx";
import { loginPage } from "../login-page.tsx";
import { readUsername } from "../name-field.tsx";

/** Amazon Cognito: `/resendcode`. Sends a new code, or link, from the page that waits for one, and goes back there. */
export const resendCode = loginPage({
  path: "/resendcode",

  show: (visit, sent) => showConfirm(visit, sent ? readUnconfirmed(sent) : {}),

  async submit(visit, sent) {
    const { call, request, texts } = visit;
    const { client, pool } = request;
    const known = readUnconfirmed(sent);
    const name = readUsername(visit, sent);
    if (!pool.settings.AutoVerifiedAttributes?.length) return showAwaitingAdministrator(visit);
    try {
      const { Destination: sentTo = "" } = await resend(call, { client: clientOfPages(client), pool }, { name });
      const text = wasSentLink(visit, sentTo) ? texts.linkSentTo(sentTo) : texts.newCodeSent(sentTo);
      return showConfirm(visit, { ...known, sentTo }, { kind: "success", text });
    } catch (thrown) {
      if (thrown instanceof ConfirmedAlready) return afterConfirmation(visit, known);
      throw thrown;
    }
  },
});
