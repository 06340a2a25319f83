// The CAPTCHA in the forms of strangers, where the owner has one. It stands before all else that such a form does. The
// API has none: whoever holds a client id can ask it without.
import { Refusal } from "../../lib/refusal.ts";
import { isSolved } from "../../mechanisms/captcha/turnstile.ts";
import type { Fields, Visit } from "./login-page.tsx";
import type { Shown } from "./render-page.tsx";

/** The field that the widget puts its token in. */
const FIELD = "cf-turnstile-response";

/** What the policy of a page with the widget must name (Cloudflare Turnstile: Content Security Policy). */
export function captchaParts({ call }: Visit): NonNullable<Shown["active"]> {
  const { turnstile } = call.settings;
  return turnstile ? { scriptOrigins: [turnstile.origin], frameOrigins: [turnstile.origin] } : {};
}

/** The widget, which belongs in a form; nothing where there is none. */
export const Captcha = ({ visit: { call, texts, language } }: { visit: Visit }) => {
  const { turnstile } = call.settings;
  if (!turnstile) return null;
  return (
    <>
      <div
        class="cf-turnstile field"
        role="group"
        aria-label={texts.captcha}
        data-sitekey={turnstile.siteKey}
        data-language={language.toLowerCase()}
        data-size="flexible"
      />
      <script src={`${turnstile.origin}/turnstile/v0/api.js`} async defer />
    </>
  );
};

/** Takes the form only from a person. @throws Refusal CaptchaFailed */
export async function checkCaptcha({ call, c }: Visit, sent: Fields): Promise<void> {
  if (await isSolved(call, sent.get(FIELD) ?? "", new URL(c.req.url).hostname)) return;
  throw new Refusal("CaptchaFailed", "The CAPTCHA was not solved.");
}
