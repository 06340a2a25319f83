// The page that a forgotten password is replaced on, and what leads to it.
import { clientOfPages } from "../../flows/client-of-pages.ts";
import { allowsRecovery } from "../../flows/recovery/destination.ts";
import { requestRecovery } from "../../flows/recovery/request.ts";
import type { ResetRequiredUser } from "../../flows/sign-in/proofs/account-state.ts";
import { Refusal } from "../../lib/refusal.ts";
import { Aside, Form, Submit } from "../../ui/form.tsx";
import { CodeField } from "./code-field.tsx";
import type { Visit } from "./login-page.tsx";
import { messageOf } from "./messages.ts";
import { NameField } from "./name-field.tsx";
import { NewPasswordFields } from "./new-password-fields.tsx";
import type { Shown } from "./render-page.tsx";

/** The button that asks for another code. */
export const AGAIN = "resend";

/**
 * The page that takes a code and the password that it allows.
 * @param name who it is about, as they typed it; whoever comes without having said so is asked
 * @param told why they are here
 */
export function showReset(visit: Visit, name = "", told?: string): Shown {
  const { texts, query, request, csrf } = visit;
  if (!allowsRecovery(request.pool)) return showClosed(visit);
  const isNamed = name !== "";
  return {
    title: texts.resetTitle,
    content: (
      <>
        {told !== undefined && <p class="textDescription-customizable">{told}</p>}
        <Form csrf={csrf} action={`/confirmForgotPassword${query}`}>
          {isNamed ? (
            // A field, for password managers, which keep it with the new password (HTML standard, autofill).
            <input type="text" name="username" value={name} autocomplete="username" hidden />
          ) : (
            <NameField visit={visit} />
          )}
          <CodeField visit={visit} autofocus={isNamed} />
          <NewPasswordFields visit={visit} />
          <Submit>{texts.savePassword}</Submit>
          <Aside name={AGAIN}>{texts.newCode}</Aside>
        </Form>
        <Back visit={visit} />
      </>
    ),
  };
}

/** What is shown where only administrators reset passwords (Amazon Cognito API: RecoveryOptionType, `admin_only`). */
export const showClosed = (visit: Visit): Shown => ({
  title: visit.texts.forgotTitle,
  notice: { kind: "error", text: visit.texts.errors.notAvailable },
  content: <Back visit={visit} />,
});

/** The way back to the sign-in page. */
export const Back = ({ visit: { texts, query } }: { visit: Visit }) => (
  <p class="below redirect-customizable">
    <a href={`/login${query}`}>{texts.back}</a>
  </p>
);

/**
 * Sends a code to whoever has this name. It looks the same for names that nobody has.
 * @returns what they are told
 * @throws Refusal as `requestRecovery`
 */
export async function sendResetCode({ call, request, texts }: Visit, name: string): Promise<string> {
  const at = { client: clientOfPages(request.client), pool: request.pool };
  const { Destination = "" } = await requestRecovery(call, at, { name });
  return texts.resetSentTo(Destination);
}

/**
 * Sends a code to a person who may not sign in before they have another password, and leads them to the page that takes
 * it. They have proven themselves, so nothing is hidden from them: where no code can reach them, they are told.
 * @param name as they typed it
 * @throws Refusal as `requestRecovery`
 */
export async function requireReset(visit: Visit, name: string, { user }: ResetRequiredUser): Promise<Shown> {
  const { call, request, texts } = visit;
  const { pool, client } = request;
  const settings = { ...client.settings, PreventUserExistenceErrors: "LEGACY" as const };
  try {
    await requestRecovery(call, { client: { ...client, settings }, pool }, { name: user.username });
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.name !== "LimitExceededException") throw thrown;
    // The code that was sent last is still good, and this is the only way to where it is taken.
    return { ...showReset(visit, name), notice: { kind: "error", text: messageOf(texts, thrown) ?? "" } };
  }
  return showReset(visit, name, texts.resetRequired);
}
