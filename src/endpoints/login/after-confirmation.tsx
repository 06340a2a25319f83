import { allowsChoice } from "../../flows/explicit-auth-flows.ts";
import type { Confirmed } from "../../flows/sign-in/begin/after-sign-up.ts";
import { UnconfirmedUser } from "../../flows/sign-in/proofs/account-state.ts";
import { type PageOutcome, signInByConfirmation, signInByProof } from "../../flows/sign-in/at-pages.ts";
import { Refusal } from "../../lib/refusal.ts";
import { logRefusal } from "../browser/log-refusal.ts";
import { goOn } from "./go-on.tsx";
import type { Unconfirmed } from "./confirm-form.tsx";
import type { Visit } from "./login-page.tsx";
import { messageOf } from "./messages.ts";
import { hasPasskeysHere } from "./passkey-button.tsx";
import { isErrand } from "./passkey-errand.ts";
import { showSignIn } from "./pages/sign-in.tsx";
import type { Shown } from "./render-page.tsx";

/**
 * Goes on with someone who is confirmed: by the proof of their password, or the code that they have confirmed by where it
 * would do to sign in; else to the sign-in page.
 * @param confirmed by what they have just confirmed, if they have
 * @throws Refusal and AuthorizationError where signing in fails by no fault of the person
 */
export async function afterConfirmation(
  visit: Visit,
  { name = "", proof }: Unconfirmed,
  confirmed?: Confirmed,
): Promise<Shown | Response> {
  const { call, texts } = visit;
  try {
    const outcome = await signInFrom(visit, proof, confirmed);
    if (outcome) return await goOn(visit, outcome, {}, isErrand(visit) || (await offersPasskey(visit)));
  } catch (thrown) {
    if (!isOfPerson(visit, thrown)) throw thrown;
    logRefusal(call, "CONFIRM_SIGN_UP", thrown);
  }
  return {
    ...(await showSignIn(visit, new Map([["username", name]]))),
    notice: { kind: "success", text: texts.confirmed },
  };
}

async function signInFrom(
  { call, at, request }: Visit,
  proof: string | undefined,
  confirmed: Confirmed | undefined,
): Promise<PageOutcome | undefined> {
  if (proof) return signInByProof(call, at, proof);
  return confirmed && allowsChoice(request.client) ? signInByConfirmation(call, at, confirmed) : undefined;
}

/** Amazon Cognito: managed login offers new users a passkey, where they could sign in by it. */
const offersPasskey = async (visit: Visit): Promise<boolean> =>
  allowsChoice(visit.request.client) && hasPasskeysHere(visit);

/** Whether the sign-in page will tell the person, if it still stands. A proof may also be another user's. */
const isOfPerson = ({ texts }: Visit, thrown: unknown): thrown is Refusal =>
  thrown instanceof UnconfirmedUser || messageOf(texts, thrown) !== undefined;
