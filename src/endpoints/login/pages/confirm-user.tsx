// The link in the mail to someone who has signed up. It belongs to no authorization: whoever opens it may do so on another
// device, days later. Programs that read mail open links, too, so that only the button confirms.
import { Hono } from "hono";
import { only, type Parameters } from "../../../flows/authorization/request/parameters.ts";
import { clientOfPages } from "../../../flows/client-of-pages.ts";
import { poolOfHost } from "../../../flows/pool-of-host.ts";
import { resolveClient } from "../../../flows/resolve.ts";
import { confirmSignUp } from "../../../flows/sign-up/confirm.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { isUsername } from "../../../mechanisms/attributes/formats.ts";
import type { Texts } from "../../../ui/texts/en.ts";
import { Form, Submit } from "../../../ui/form.tsx";
import { CSRF_FIELD, csrfToken, isFromOurPage } from "../../browser/csrf.ts";
import { tellFault } from "../../browser/fault.ts";
import { languageOf } from "../../browser/language.ts";
import { logRefusal } from "../../browser/log-refusal.ts";
import { queryOf, readForm, readQuery } from "../../browser/parameters.ts";
import { beginLook } from "../begin-look.ts";
import type { LoginContext, LoginEnv } from "../login-env.ts";
import { messageOf } from "../messages.ts";
import { renderPage, type Shown } from "../render-page.tsx";

/** Amazon Cognito: `/confirmUser?client_id=&user_name=&confirmation_code=`. */
export const confirmUser = new Hono<LoginEnv>();

confirmUser.get("/confirmUser", (c) => answered(c, (link, texts) => (link ? ask(c, texts) : failed(texts))));

confirmUser.post("/confirmUser", (c) =>
  answered(c, async (link, texts) => {
    if (!link) return failed(texts);
    if (!isFromOurPage(c, only(await readForm(c), CSRF_FIELD))) {
      return { ...ask(c, texts), notice: { kind: "error", text: texts.errorStale }, status: 403 };
    }
    const { name, answer } = link;
    const { client, pool } = link.of;
    try {
      await confirmSignUp(c.get("call"), { client: clientOfPages(client), pool }, { name, answer, force: false });
      return { title: texts.confirmByLinkTitle, notice: { kind: "success", text: texts.confirmed }, content: null };
    } catch (thrown) {
      const text = messageOf(texts, thrown);
      if (text === undefined) throw thrown;
      const refusal = thrown as Refusal;
      logRefusal(c.get("call"), c.req.path, refusal);
      return failed(texts, TOLD.includes(refusal.name) ? text : undefined);
    }
  }),
);

/** Refusals with more to say than that the link does not work; the others would tell who exists. */
const TOLD = [
  "TooManyFailedAttemptsException",
  "TooManyRequestsException",
  "AliasExistsException",
  "UserLambdaValidationException",
];

interface Link {
  of: Awaited<ReturnType<typeof resolveClient>>;
  name: string;
  answer: string;
}

/** The link as it was opened; undefined where it is none of ours. */
async function readLink(c: LoginContext, parameters: Parameters): Promise<Link | undefined> {
  const [id, name, answer] = ["client_id", "user_name", "confirmation_code"].map((each) => only(parameters, each));
  if (id === undefined || name === undefined || answer === undefined || !isUsername(name)) return undefined;
  const call = c.get("call");
  const ofHost = await poolOfHost(call, new URL(c.req.url).host);
  try {
    return { of: await resolveClient(call, id, ofHost?.id), name, answer };
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
}

const ask = (c: LoginContext, texts: Texts): Shown => ({
  title: texts.confirmByLinkTitle,
  content: (
    <>
      <p class="textDescription-customizable">{texts.confirmByLink}</p>
      <Form csrf={csrfToken(c)} action={`/confirmUser${queryOf(c)}`}>
        <Submit>{texts.confirm}</Submit>
      </Form>
    </>
  ),
});

const failed = (texts: Texts, text = texts.linkFailed): Shown => ({
  title: texts.confirmByLinkTitle,
  notice: { kind: "error", text },
  content: null,
  status: 400,
});

async function answered(
  c: LoginContext,
  make: (link: Link | undefined, texts: Texts) => Promise<Shown> | Shown,
): Promise<Response> {
  const call = c.get("call");
  try {
    const parameters = readQuery(c);
    const setting = { ...languageOf(c, parameters), look: beginLook(c, parameters) };
    const link = await readLink(c, parameters);
    const shown = await make(link, setting.texts);
    const { hops, rowsRead, rowsWritten } = call.meter;
    call.log("operation", { operation: `${c.req.method} ${c.req.path}`, hops, rowsRead, rowsWritten });
    return await renderPage(c, shown, setting);
  } catch (thrown) {
    return tellFault(c, call, thrown);
  }
}
