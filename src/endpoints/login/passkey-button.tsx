// What the pages need to use passkeys in the browser.
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { allowsPasskeys, relyingPartyOf } from "../../flows/passkey-rules.ts";
import { Refusal } from "../../lib/refusal.ts";
import { fitsOrigin } from "../../mechanisms/passkeys/client-data.ts";
import { PASSKEYS_SCRIPT } from "../../ui/scripts/passkeys.ts";
import type { Visit } from "./login-page.tsx";
import type { Shown } from "./render-page.tsx";

/** The field that the script puts a credential in, as JSON. */
export const PASSKEY_FIELD = "passkey";

/** What the policy of a page with passkeys must name. */
export const WITH_PASSKEYS: NonNullable<Shown["active"]> = { scripts: [PASSKEYS_SCRIPT] };

/** Whether a browser uses passkeys of this relying party at the page that is open. */
export function worksHere({ c, call }: Visit, relyingParty: string): boolean {
  const { origin } = new URL(c.req.url);
  return fitsOrigin({ type: "", challenge: "", origin, crossOrigin: false }, relyingParty, call.settings.development);
}

/**
 * Whether browsers can use passkeys of the pool at the page that is open. No hop while the pool's domains are known.
 */
export async function hasPasskeysHere(visit: Visit): Promise<boolean> {
  const { call, request } = visit;
  const relyingParty = allowsPasskeys(request.pool) ? await relyingPartyOf(call, request.pool) : undefined;
  return relyingParty !== undefined && worksHere(visit, relyingParty);
}

/** A failed proof in the words of someone who typed neither name nor password; anything else as it is. */
export function asPasskeyFault(thrown: unknown): unknown {
  const isProof = thrown instanceof Refusal && /^(?:Incorrect username|Invalid session)/.test(thrown.message);
  return isProof ? new Refusal("PasskeyFailed", thrown.message, { reason: thrown.reason ?? thrown.message }) : thrown;
}

/** The script, which belongs after all that it looks for. */
export const PasskeyScript = () => <script>{raw(PASSKEYS_SCRIPT)}</script>;

/** Said where the browser knows no passkeys, or runs no scripts. */
export const WithoutPasskeys = ({ visit: { texts } }: { visit: Visit }) => (
  <p class="soft" data-without-passkeys>
    {texts.passkeysUnsupported}
  </p>
);

interface ButtonProps {
  visit: Visit;
  ceremony: "create" | "get";
  /** For the browser; text where it is JSON already. */
  options: PublicKeyCredentialCreationOptionsJSON | PublicKeyCredentialRequestOptionsJSON | string;
  /** Whether the ceremony begins without the button, too. */
  begin?: "at-once" | "autofill";
  /** Milliseconds after which the options are too old. */
  stale?: number;
  /** Whether the page is for something else first. */
  aside?: boolean;
  children?: Child;
}

/** Runs a ceremony and sends the form it is in. Hidden until the script finds that the browser can. */
export const PasskeyButton = ({ visit, ceremony, options, begin, stale, aside = false, children }: ButtonProps) => (
  <>
    <input type="hidden" name={PASSKEY_FIELD} value="" />
    <button
      class={aside ? "aside" : "submitButton-customizable"}
      type="button"
      hidden
      data-with-passkeys
      data-passkey={typeof options === "string" ? options : JSON.stringify(options)}
      data-ceremony={ceremony}
      data-begin={begin}
      data-stale={stale}
      data-failed={visit.texts.errors.passkeyFailed}
    >
      {children}
    </button>
  </>
);
