import { clientOfPages } from "../../../flows/client-of-pages.ts";
import { sealProof } from "../../../flows/sign-in/at-pages.ts";
import { register } from "../../../flows/sign-up/register.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { Form, Submit } from "../../../ui/form.tsx";
import { afterConfirmation } from "../after-confirmation.tsx";
import { Captcha, captchaParts, checkCaptcha } from "../captcha.tsx";
import { showAwaitingAdministrator, showConfirm } from "../confirm-form.tsx";
import { loginPage, type Visit } from "../login-page.tsx";
import type { Shown } from "../render-page.tsx";
import { readSignUpFields, SignUpFields } from "../sign-up-fields.tsx";

/** Amazon Cognito: sign-up endpoint. */
export const signUp = loginPage({
  path: "/signup",

  show(visit, sent) {
    const { request, texts, csrf, query } = visit;
    if (request.pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly) return closed(visit);
    return {
      title: texts.signUpTitle,
      active: captchaParts(visit),
      content: (
        <>
          <Form csrf={csrf} action={`/signup${query}`}>
            <SignUpFields visit={visit} sent={sent} />
            <Captcha visit={visit} />
            <Submit name="signUpButton">{texts.signUp}</Submit>
          </Form>
          <HaveAccount visit={visit} />
        </>
      ),
    };
  },

  async submit(visit, sent) {
    const { call, request } = visit;
    await checkCaptcha(visit, sent);
    const registration = readSignUpFields(visit, sent);
    const at = { client: clientOfPages(request.client), pool: request.pool };
    const registered = await register(call, at, registration).catch((thrown: unknown) => {
      if (!(thrown instanceof Refusal) || thrown.name !== "CodeDeliveryFailureException") throw thrown;
      call.log("undelivered", { source: "CustomMessage_SignUp", name: thrown.name, reason: thrown.reason });
      return undefined;
    });
    const { name } = registration;
    // The user exists: to sign up again would be refused, while another code can be asked for.
    if (!registered) return showConfirm(visit, { name }, { kind: "error", text: visit.texts.errors.notSent });
    const { user, delivery } = registered;
    // Who has no password is signed in by the code alone.
    const proof = user.credentials ? await sealProof(call, request, user) : "";
    if (user.status === "CONFIRMED") return afterConfirmation(visit, { name, proof });
    return delivery
      ? showConfirm(visit, { name, proof, sentTo: delivery.Destination })
      : showAwaitingAdministrator(visit);
  },
});

/** Where only administrators create users. */
const closed = (visit: Visit): Shown => ({
  title: visit.texts.signUpTitle,
  notice: { kind: "error", text: visit.texts.errors.notAllowed },
  content: <HaveAccount visit={visit} />,
  status: 403,
});

const HaveAccount = ({ visit: { texts, query } }: { visit: Visit }) => (
  <p class="below redirect-customizable">
    {texts.haveAccount} <a href={`/login${query}`}>{texts.signIn}</a>
  </p>
);
