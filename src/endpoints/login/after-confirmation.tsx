import { UnconfirmedUser } from "../../flows/sign-in/account-state.ts";
import { signInByProof } from "../../flows/sign-in/at-pages.ts";
import { Refusal } from "../../lib/refusal.ts";
import { goOn } from "./go-on.tsx";
import type { Unconfirmed } from "./confirm-form.tsx";
import type { Visit } from "./login-page.tsx";
import { messageOf } from "./messages.ts";
import { showSignIn } from "./pages/sign-in.tsx";
import type { Shown } from "./render-page.tsx";

/**
 * Goes on with someone who is confirmed: by the proof of their password, else to the sign-in page.
 * @throws Refusal and AuthorizationError where signing in fails by no fault of the person
 */
export async function afterConfirmation(visit: Visit, { name = "", proof }: Unconfirmed): Promise<Shown | Response> {
  const { call, at, texts } = visit;
  if (proof !== undefined) {
    try {
      return await goOn(visit, await signInByProof(call, at, proof));
    } catch (thrown) {
      if (!isOfPerson(visit, thrown)) throw thrown;
      call.log("refused", { target: "CONFIRM_SIGN_UP", name: thrown.name, reason: thrown.reason ?? thrown.message });
    }
  }
  return { ...showSignIn(visit, new Map([["username", name]])), notice: { kind: "success", text: texts.confirmed } };
}

/** Whether the sign-in page will tell the person, if it still stands. A proof may also be another user's. */
const isOfPerson = ({ texts }: Visit, thrown: unknown): thrown is Refusal =>
  thrown instanceof UnconfirmedUser || messageOf(texts, thrown) !== undefined;
