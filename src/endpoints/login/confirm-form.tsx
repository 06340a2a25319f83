// What people see who have signed up and not confirmed: after they signed up, and after they signed in with the right
// password. The proof of that password travels in the form, sealed, so that confirming signs them in.
import { confirmsByLink } from "../../flows/confirmation-link.ts";
import { deliveryDetails } from "../../flows/deliver-code.ts";
import type { UnconfirmedUser } from "../../flows/sign-in/proofs/account-state.ts";
import { sealProof } from "../../flows/sign-in/at-pages.ts";
import { confirmationDestination } from "../../flows/sign-up/destination.ts";
import { Aside, Form, Submit } from "../../ui/form.tsx";
import { CodeField } from "./code-field.tsx";
import type { Fields, Visit } from "./login-page.tsx";
import { NameField } from "./name-field.tsx";
import type { Shown } from "./render-page.tsx";

/** What is known of someone who is to confirm. */
export interface Unconfirmed {
  /** As they typed it. */
  name?: string | undefined;
  /** Of `sealProof`; empty for who has no password. Without it the name is asked for. */
  proof?: string | undefined;
  /** The masked address that the last code or link went to. */
  sentTo?: string | undefined;
}

/** What the form below has carried. */
export const readUnconfirmed = (sent: Fields): Unconfirmed => ({
  name: sent.get("username"),
  proof: sent.get("proof"),
  sentTo: sent.get("sentTo"),
});

/** Whether this address was sent a link rather than a code. */
export const wasSentLink = ({ request }: Visit, sentTo: string | undefined): boolean =>
  sentTo?.includes("@") === true && confirmsByLink(request.pool);

/** The page that takes the code, or tells of the link. @param notice said in place of where the code or link went */
export function showConfirm(visit: Visit, known: Unconfirmed, notice?: Shown["notice"]): Shown {
  const { texts, csrf, query } = visit;
  const { name, proof, sentTo } = known;
  const isLink = wasSentLink(visit, sentTo);
  const told = isLink ? texts.linkSentTo : texts.confirmSentTo;
  const isNamed = proof !== undefined && name !== undefined;
  const hidden = { ...(isNamed && { username: name, proof }), ...(sentTo !== undefined && { sentTo }) };
  return {
    title: texts.confirmTitle,
    notice,
    content: (
      <>
        {!notice && (
          <p class="textDescription-customizable">{sentTo === undefined ? texts.confirmByCode : told(sentTo)}</p>
        )}
        <Form csrf={csrf} action={`/confirm${query}`} hidden={hidden}>
          {!isNamed && <NameField visit={visit} value={name} />}
          {!isLink && (
            <>
              <CodeField visit={visit} autofocus={isNamed} />
              <Submit>{texts.confirm}</Submit>
            </>
          )}
          <Aside name="resend" action={`/resendcode${query}`}>
            {isLink ? texts.newLink : texts.newCode}
          </Aside>
        </Form>
        <ToSignIn visit={visit} />
      </>
    ),
  };
}

/** The page of someone who can be sent nothing. */
export const showAwaitingAdministrator = (visit: Visit): Shown => ({
  title: visit.texts.confirmTitle,
  content: (
    <>
      <p class="textDescription-customizable">{visit.texts.administratorConfirms}</p>
      <ToSignIn visit={visit} />
    </>
  ),
});

/** The page of someone whose password was right, and who has not confirmed. @param name as they typed it */
export async function showUnconfirmed(visit: Visit, name: string, { user }: UnconfirmedUser): Promise<Shown> {
  const { call, request } = visit;
  const destination = confirmationDestination(request.pool, user.attributes);
  if (!destination) return showAwaitingAdministrator(visit);
  const sentTo = deliveryDetails(destination).Destination;
  const proof = await sealProof(call, request, user);
  // A code may have been sent long ago, or to where the pool sent them then.
  return showConfirm(visit, { name, proof, ...(wasSentLink(visit, sentTo) && { sentTo }) });
}

const ToSignIn = ({ visit: { texts, query } }: { visit: Visit }) => (
  <p class="below redirect-customizable">
    <a href={`/login${query}`}>{texts.signIn}</a>
  </p>
);
