import { Hono } from "hono";
import { endSessions, sessionsOf } from "../../../flows/authorization/logout/end-session.ts";
import { mustAsk, readLogoutRequest } from "../../../flows/authorization/logout/logout-request.ts";
import { only, type Parameters } from "../../../flows/authorization/request/parameters.ts";
import { Aside, Form, Submit } from "../../../ui/form.tsx";
import { dropCookie, poolsOfCookies, readCookie, sessionCookie } from "../../browser/cookies.ts";
import { CSRF_FIELD, csrfToken, isFromOurPage } from "../../browser/csrf.ts";
import { tellFault } from "../../browser/fault.ts";
import { leadTo } from "../../browser/lead-to.ts";
import { languageOf } from "../../browser/language.ts";
import { queryOf, readForm, readQuery } from "../../browser/parameters.ts";
import { formTargets } from "../../browser/send-response.tsx";
import { beginLook } from "../begin-look.ts";
import type { LoginContext, LoginEnv } from "../login-env.ts";
import { renderPage, type Shown } from "../render-page.tsx";

const PATH = "/logout";

/** Amazon Cognito: logout endpoint; OpenID Connect RP-Initiated Logout 1.0 §2: by GET and by POST. */
export const logout = new Hono<LoginEnv>();

logout.get(PATH, (c) => orFault(c, () => signOut(c)));

logout.post(PATH, (c) =>
  orFault(c, async () => {
    const fields = await readForm(c);
    return fields.some(([name]) => name === CSRF_FIELD) ? signOut(c, fields) : repeatAsGet(c, fields);
  }),
);

/** What the person has said, and whether it counts. */
type Said = "yes" | "no" | "nothing" | "forged";

function readAnswer(c: LoginContext, fields: Parameters | undefined): Said {
  if (!fields) return "nothing";
  if (!isFromOurPage(c, only(fields, CSRF_FIELD))) return "forged";
  return only(fields, "cancel") === undefined ? "yes" : "no";
}

/**
 * Ends the sessions that the request is about, or asks first. What cannot be ended (no cookie, another's, one that is over)
 * is no fault: whoever wants to be signed out is (OpenID Connect RP-Initiated Logout 1.0 §4).
 * @param answer the form of the question, where it was sent
 */
async function signOut(c: LoginContext, answer?: Parameters): Promise<Response> {
  const call = c.get("call");
  const parameters = readQuery(c);
  const setting = { ...languageOf(c, parameters), look: beginLook(c, parameters) };
  const request = await readLogoutRequest(call, parameters, new URL(c.req.url).host);
  const { texts } = setting;
  const said = readAnswer(c, answer);
  if (said === "no") {
    return renderPage(c, { title: texts.stillSignedIn, content: <p>{texts.signedOut}</p> }, { ...setting, forms: [] });
  }
  const pools = request.poolId === undefined ? poolsOfCookies(c) : [request.poolId];
  const sessions = await sessionsOf(
    call,
    pools.map((id) => [id, readCookie(c, sessionCookie(id))]),
  );
  if (said !== "yes" && mustAsk(request, sessions)) {
    const forms = request.next === undefined ? ["'self'"] : formTargets(request.next);
    return renderPage(c, question(c, setting, said), { ...setting, forms });
  }
  await endSessions(call, sessions);
  // Only what was brought along: another site can post here, its request brings no cookies, and the answer could drop some.
  for (const name of pools.map(sessionCookie)) if (readCookie(c, name) !== undefined) dropCookie(c, name);
  const { hops, rowsRead, rowsWritten } = call.meter;
  call.log("operation", { operation: `${c.req.method} ${PATH}`, hops, rowsRead, rowsWritten });
  if (request.next === undefined) {
    const content = <p>{texts.signedOut}</p>;
    return renderPage(c, { title: texts.signedOutTitle, content }, { ...setting, forms: [] });
  }
  return leadTo(c, request.next);
}

/** OpenID Connect RP-Initiated Logout 1.0 §6: without proof of who asks, the person decides. */
const question = (c: LoginContext, { texts }: ReturnType<typeof languageOf>, said: Said): Shown => ({
  title: texts.signOutTitle,
  content: (
    <Form csrf={csrfToken(c)} action={`${PATH}${queryOf(c)}`}>
      <p class="textDescription-customizable">{texts.signOutQuestion}</p>
      <Submit name="signOut">{texts.signOut}</Submit>
      <Aside name="cancel">{texts.staySignedIn}</Aside>
    </Form>
  ),
  ...(said === "forged" && { notice: { kind: "error", text: texts.errorStale }, status: 403 }),
});

/** A client's request by POST. Browsers bring no session along with what another site posts, so it comes again as a GET. */
async function repeatAsGet(c: LoginContext, fields: Parameters): Promise<Response> {
  const all = [...readQuery(c), ...fields].map(([name, value]) => [name, value]);
  return leadTo(c, `${PATH}?${new URLSearchParams(all).toString()}`);
}

async function orFault(c: LoginContext, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (thrown) {
    return tellFault(c, c.get("call"), thrown);
  }
}
