// The page for devices (RFC 8628 §3.3). Unlike the other pages it runs in no authorization request: the code that a person
// types says what it is about. Its steps are the code, the way through the sign-in pages where that is needed, and the
// question.
import { Hono } from "hono";
import type { Call } from "../../../call.ts";
import { showUserCode, readUserCode } from "../../../flows/authorization/device/device-code.ts";
import { type DeviceEntry, ENTRY, enterUserCode, openEntry } from "../../../flows/authorization/device/device-entry.ts";
import { answerQuestion, readQuestion } from "../../../flows/authorization/device/device-question.ts";
import { only, type Parameters } from "../../../flows/authorization/request/parameters.ts";
import { toBase64Url, utf8 } from "../../../lib/encoding.ts";
import { sha256 } from "../../../lib/hash.ts";
import { Aside, Field, Form, Submit } from "../../../ui/form.tsx";
import type { Texts } from "../../../ui/texts/en.ts";
import { readCookie, sessionCookie } from "../../browser/cookies.ts";
import { CSRF_FIELD, csrfToken, isFromOurPage } from "../../browser/csrf.ts";
import { tellFault } from "../../browser/fault.ts";
import { leadTo } from "../../browser/lead-to.ts";
import { languageOf } from "../../browser/language.ts";
import { readForm, readQuery } from "../../browser/parameters.ts";
import type { LoginContext, LoginEnv } from "../login-env.ts";
import { messageOf } from "../messages.ts";
import { renderPage, type Shown } from "../render-page.tsx";

const PATH = "/device";

export const device = new Hono<LoginEnv>();

device.get(PATH, (c) => visited(c, arrive));
device.post(PATH, (c) => visited(c, submit));

interface Visit {
  c: LoginContext;
  call: Call;
  parameters: Parameters;
  texts: Texts;
  csrf: string;
  host: string;
}

async function visited(c: LoginContext, make: (visit: Visit) => Promise<Shown | Response>): Promise<Response> {
  const call = c.get("call");
  try {
    const parameters = readQuery(c);
    const { language, texts } = languageOf(c, parameters);
    const { host } = new URL(c.req.url);
    const made = await make({ c, call, parameters, texts, csrf: csrfToken(c), host });
    const { hops, rowsRead, rowsWritten } = call.meter;
    call.log("operation", { operation: `${c.req.method} ${PATH}`, hops, rowsRead, rowsWritten });
    return made instanceof Response ? made : await renderPage(c, made, { language, texts });
  } catch (thrown) {
    return tellFault(c, call, thrown);
  }
}

/** By hand, by the address with the code in it, or back from the sign-in pages, which answer as to any client. */
async function arrive(visit: Visit): Promise<Shown | Response> {
  const { call, parameters, texts } = visit;
  const sealed = only(parameters, "state");
  const entry = sealed === undefined ? undefined : await openEntry(call, sealed);
  if (sealed === undefined || !entry) return codeForm(visit, readUserCode(only(parameters, "user_code") ?? ""));
  switch (only(parameters, "error")) {
    case undefined:
      return question(visit, entry, sealed);
    // Whoever did not want to sign in has decided nothing: they are not the device's person until then.
    case "access_denied":
      return codeForm(visit, entry.userCode);
    default:
      return codeForm(visit, entry.userCode, texts.errorOfOurs);
  }
}

async function submit(visit: Visit): Promise<Shown | Response> {
  const { c, call, texts } = visit;
  const fields = await readForm(c);
  const sent = new Map(fields);
  if (sent.size < fields.length || !isFromOurPage(c, only(fields, CSRF_FIELD))) {
    return { ...codeForm(visit, sent.get("user_code"), texts.errorStale), status: 403 };
  }
  const sealed = sent.get("entry");
  if (sealed !== undefined) return decide(visit, sealed, sent);
  const typed = sent.get("user_code") ?? "";
  try {
    const found = await enterUserCode(call, { typed, host: visit.host, browser: await browserOf(visit) });
    if (found !== undefined) return redirect(visit, PATH, { state: found });
  } catch (thrown) {
    const text = messageOf(texts, thrown);
    if (text === undefined) throw thrown;
    call.log("refused", { target: PATH, name: (thrown as Error).name });
    return codeForm(visit, typed, text);
  }
  return codeForm(visit, typed, texts.deviceCodeUnknown);
}

/** What an entry is bound to: the secret that protects this browser's forms, which tells nothing of it. */
const browserOf = async ({ csrf }: Visit): Promise<string> => toBase64Url(await sha256(utf8(csrf)));

/**
 * Asks the person, who signs in first where they are not. An entry from another browser came by a link: it counts as a
 * code that was sent along, and is to be looked at and sent (RFC 8628 §3.3.1, §5.4).
 */
async function question(visit: Visit, entry: DeviceEntry, sealed: string): Promise<Shown | Response> {
  const { texts, csrf } = visit;
  if (entry.browser !== (await browserOf(visit))) return codeForm(visit, entry.userCode);
  const asked = await readQuestion(visit.call, entry, visit.host, cookieOf(visit, entry));
  if (!asked) return codeForm(visit, undefined, texts.deviceCodeUnknown);
  if (!asked.live) return redirect(visit, "/login", { client_id: entry.clientId, [ENTRY]: sealed });
  return {
    title: texts.deviceTitle,
    content: (
      <Form csrf={csrf} action={PATH} hidden={{ entry: sealed }}>
        <p>{texts.deviceQuestion(asked.client.name)}</p>
        <p class="soft textDescription-customizable">{texts.deviceWarning}</p>
        <strong class="shown">{showUserCode(entry.userCode)}</strong>
        <Submit name="allow">{texts.allow}</Submit>
        <Aside name="deny">{texts.deny}</Aside>
      </Form>
    ),
  };
}

async function decide(visit: Visit, sealed: string, sent: ReadonlyMap<string, string>): Promise<Shown | Response> {
  const { call, texts } = visit;
  const allowed = sent.has("allow");
  const entry = await openEntry(call, sealed);
  if (!entry || entry.browser !== (await browserOf(visit)) || allowed === sent.has("deny")) return codeForm(visit);
  const asked = await readQuestion(call, entry, visit.host, cookieOf(visit, entry));
  if (!asked) return codeForm(visit, undefined, texts.deviceCodeUnknown);
  if (!asked.live) return redirect(visit, PATH, { state: sealed });
  if (!(await answerQuestion(call, entry, asked, asked.live, allowed))) {
    return codeForm(visit, undefined, texts.deviceCodeUnknown);
  }
  const title = texts.deviceTitle;
  if (!allowed) return { title, content: <p>{texts.deviceDenied}</p> };
  return { title, content: <></>, notice: { kind: "success", text: texts.deviceAllowed } };
}

const cookieOf = ({ c }: Visit, { poolId }: DeviceEntry): string | undefined => readCookie(c, sessionCookie(poolId));

const redirect = ({ c }: Visit, path: string, parameters: Record<string, string>): Response =>
  leadTo(c, `${path}?${new URLSearchParams(parameters).toString()}`);

/** @param typed what the field holds already. @param error what went wrong with it */
function codeForm({ texts, csrf }: Visit, typed = "", error?: string): Shown {
  const code = readUserCode(typed);
  return {
    title: texts.deviceTitle,
    notice: error === undefined ? undefined : { kind: "error", text: error },
    content: (
      <Form csrf={csrf} action={PATH}>
        <p class="soft textDescription-customizable">{texts.deviceExplained}</p>
        <Field
          name="user_code"
          label={texts.deviceCode}
          value={code === undefined ? typed : showUserCode(code)}
          autocomplete="off"
          maxlength={40}
          autofocus
        />
        <Submit>{texts.continue}</Submit>
      </Form>
    ),
  };
}
