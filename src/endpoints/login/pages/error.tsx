import { Hono } from "hono";
import { only, type Parameters } from "../../../flows/authorization/request/parameters.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { languageOf } from "../../browser/language.ts";
import { readQuery } from "../../browser/parameters.ts";
import type { LoginContext, LoginEnv } from "../login-env.ts";
import { renderPage } from "../render-page.tsx";

export const error = new Hono<LoginEnv>();

/** Codes that nobody but us need do something about. */
const OURS = ["server_error", "temporarily_unavailable"];

/**
 * Where a fault is told that may be told nowhere else (Amazon Cognito: `/error?error=&client_id=`). Of the address only a
 * code is shown, so that nobody can put words in our mouth.
 */
error.get("/error", (c) => {
  const parameters = readable(c);
  const { language, texts } = languageOf(c, parameters);
  const code = only(parameters, "error") ?? "";
  const isOurs = OURS.includes(code);
  const content = (
    <>
      <p>{isOurs ? texts.errorOfOurs : texts.errorOfApp}</p>
      {/^[a-z_]{1,64}$/.test(code) && (
        <p class="soft">
          <code>{code}</code>
        </p>
      )}
    </>
  );
  return renderPage(c, { title: texts.errorTitle, content, status: 400 }, { language, texts, forms: [] });
});

/** The parameters, if they can be read: there is no other page to tell of it that they cannot. */
function readable(c: LoginContext): Parameters {
  try {
    return readQuery(c);
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}
