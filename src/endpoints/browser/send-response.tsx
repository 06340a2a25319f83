import type { Context } from "hono";
import { raw } from "hono/html";
import type { AuthorizationResponse } from "../../flows/authorization/authorization-response.ts";
import { Submit } from "../../ui/form.tsx";
import { ICON } from "../../ui/layout.tsx";
import { LOGIN_STYLE } from "../../ui/login-style.ts";
import { pageHeaders } from "../../ui/page-headers.ts";
import { leadTo } from "./lead-to.ts";
import { languageOf } from "./language.ts";

/** Submits the only form of the page. Its hash is in the policy. */
const SUBMIT = "document.forms[0].submit()";

/**
 * Where the forms of a page may lead: to us, and by the redirects that follow to the client. Browsers hold every redirect
 * of the chain against the policy, and a client may send people on to other hosts of its own; so a scheme is all that can
 * be named.
 */
export const formTargets = (redirectUri: string): string[] => {
  const { protocol } = new URL(redirectUri);
  return ["'self'", ...new Set(["https:", protocol])];
};

/** Sends an answer of the authorization endpoint through the browser to the client. */
export async function sendResponse(c: Context, response: AuthorizationResponse): Promise<Response> {
  const { redirectUri, mode, parameters } = response;
  if (mode === "form_post") return sendForm(c, response);
  const text = new URLSearchParams(parameters).toString();
  const separator = mode === "fragment" ? "#" : redirectUri.includes("?") ? "&" : "?";
  return leadTo(c, `${redirectUri}${separator}${text}`);
}

/** OAuth 2.0 Form Post Response Mode §2: a form that sends itself, with a button where scripts do not run. */
async function sendForm(c: Context, { redirectUri, parameters }: AuthorizationResponse): Promise<Response> {
  // In the language of the page before, or the browser's: the request is not at hand.
  const { language, texts } = languageOf(c, []);
  const page = (
    <>
      {raw("<!doctype html>")}
      <html lang={language}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{texts.continue}</title>
          <link rel="icon" href={ICON} />
          <style>{raw(LOGIN_STYLE)}</style>
        </head>
        <body>
          <main>
            <form method="post" action={redirectUri}>
              {parameters.map(([name, value]) => (
                <input type="hidden" name={name} value={value} />
              ))}
              <noscript>
                <Submit>{texts.continue}</Submit>
              </noscript>
            </form>
          </main>
          <script>{raw(SUBMIT)}</script>
        </body>
      </html>
    </>
  );
  const headers = await pageHeaders({ styles: [LOGIN_STYLE], scripts: [SUBMIT], forms: formTargets(redirectUri) });
  return c.html(page, 200, headers);
}
