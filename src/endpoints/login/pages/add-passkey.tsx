import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { AuthorizationError } from "../../../flows/authorization/authorization-response.ts";
import { suffices } from "../../../flows/authorization/authorize.ts";
import { completeAuthorization } from "../../../flows/authorization/complete-authorization.ts";
import { type LiveSession, liveSession } from "../../../flows/browser-session.ts";
import { completeRegistration, startRegistration } from "../../../flows/passkeys/register-passkey.ts";
import type { Refusal } from "../../../lib/refusal.ts";
import { Aside, Form } from "../../../ui/form.tsx";
import { leadTo } from "../../browser/lead-to.ts";
import { logRefusal } from "../../browser/log-refusal.ts";
import { sendResponse } from "../../browser/send-response.tsx";
import { type Fields, loginPage, type Visit } from "../login-page.tsx";
import { messageOf } from "../messages.ts";
import {
  PASSKEY_FIELD,
  PasskeyButton,
  PasskeyScript,
  WITH_PASSKEYS,
  WithoutPasskeys,
  worksHere,
} from "../passkey-button.tsx";
import { ADD_PASSKEY_PATH, FRESH, signInFirstAddress } from "../passkey-errand.ts";
import type { Shown } from "../render-page.tsx";

/** The button of who wants none now. */
const LATER = "later";

/**
 * Adds a passkey, and then answers the client as a sign-in does (Amazon Cognito: `/passkeys/add`, with the parameters
 * of the authorization endpoint). Whoever is not signed in does that first.
 */
export const addPasskey = loginPage({
  path: ADD_PASSKEY_PATH,

  async show(visit) {
    const live = await signedIn(visit);
    return live ? showOffer(visit, live) : leadTo(visit.c, signInFirstAddress(visit));
  },

  async submit(visit, sent) {
    const { call, c, request } = visit;
    const live = await signedIn(visit);
    if (!live) return leadTo(c, signInFirstAddress(visit));
    if (!sent.has(LATER)) {
      const { pool, client } = request;
      await completeRegistration(call, { pool, client, user: live.user }, readCredential(sent));
    }
    return sendResponse(c, await completeAuthorization(call, request, live));
  },
});

/** @throws AuthorizationError interaction_required where no page may be shown (OpenID Connect Core 1.0 §3.1.2.6) */
async function signedIn({ call, request, at }: Visit): Promise<LiveSession | undefined> {
  if (request.prompt.includes("none")) throw new AuthorizationError(request.target, "interaction_required", "");
  const live = await liveSession(call, request.pool.id, at.cookie);
  return live && suffices(call, request, live, FRESH) ? live : undefined;
}

/** What came is judged where it is read; what is no JSON is nothing. */
function readCredential(sent: Fields): unknown {
  try {
    return JSON.parse(sent.get(PASSKEY_FIELD) ?? "") as unknown;
  } catch {
    return undefined;
  }
}

async function showOffer(visit: Visit, live: LiveSession): Promise<Shown> {
  const { texts, csrf, query } = visit;
  const title = texts.addPasskeyTitle;
  const action = `${ADD_PASSKEY_PATH}${query}`;
  const options = await optionsFor(visit, live);
  if ("refused" in options) {
    return {
      title,
      notice: { kind: "error", text: options.refused },
      content: (
        <Form csrf={csrf} action={action}>
          <Aside name={LATER}>{texts.continue}</Aside>
        </Form>
      ),
    };
  }
  return {
    title,
    active: WITH_PASSKEYS,
    content: (
      <Form csrf={csrf} action={action}>
        <p class="soft textDescription-customizable">{texts.addPasskeyExplained}</p>
        <WithoutPasskeys visit={visit} />
        <PasskeyButton visit={visit} ceremony="create" options={options}>
          {texts.addPasskey}
        </PasskeyButton>
        <Aside name={LATER}>{texts.notNow}</Aside>
        <PasskeyScript />
      </Form>
    ),
  };
}

/** @returns what the browser makes it by, or why there can be none */
async function optionsFor(
  visit: Visit,
  { user }: LiveSession,
): Promise<PublicKeyCredentialCreationOptionsJSON | { refused: string }> {
  const { call, request, texts } = visit;
  const { pool, client } = request;
  try {
    const options = await startRegistration(call, { pool, client, user });
    return worksHere(visit, options.rp.id ?? "") ? options : { refused: texts.errors.notAvailable };
  } catch (thrown) {
    const refused = messageOf(texts, thrown);
    if (refused === undefined) throw thrown;
    logRefusal(call, ADD_PASSKEY_PATH, thrown as Refusal);
    return { refused };
  }
}
