// What the pages of an authorization have in common. The request that brought the person here travels in the address and
// is read again each time; forms must come from our own pages; what cannot be mended here is told to the client. What a
// page shows, and does with its form, is the page's.
import { Hono } from "hono";
import type { Call } from "../../call.ts";
import {
  type AuthorizationRequest,
  readAuthorizationRequest,
} from "../../flows/authorization/request/authorization-request.ts";
import { AuthorizationError, type ResponseTarget } from "../../flows/authorization/authorization-response.ts";
import type { At } from "../../flows/sign-in/at-pages.ts";
import { only, type Parameters } from "../../flows/authorization/request/parameters.ts";
import { Refusal } from "../../lib/refusal.ts";
import type { Texts } from "../../ui/texts/en.ts";
import { deviceCookie, readCookie, sessionCookie } from "../browser/cookies.ts";
import { CSRF_FIELD, csrfToken, isFromOurPage } from "../browser/csrf.ts";
import { tellFault } from "../browser/fault.ts";
import { languageOf } from "../browser/language.ts";
import { logRefusal } from "../browser/log-refusal.ts";
import { queryOf, readForm, readQuery } from "../browser/parameters.ts";
import { formTargets } from "../browser/send-response.tsx";
import { beginLook } from "./begin-look.ts";
import type { LoginContext, LoginEnv } from "./login-env.ts";
import { messageOf } from "./messages.ts";
import { renderPage, type Shown } from "./render-page.tsx";

/** What a page knows of the visit: who sent the person here and what for, in which language. */
export interface Visit {
  c: LoginContext;
  call: Call;
  request: AuthorizationRequest;
  /** Where people sign in, for the sign-in engine. */
  at: At;
  /** The query that leads from page to page, with its question mark. */
  query: string;
  language: string;
  texts: Texts;
  /** What the forms of this browser must carry. */
  csrf: string;
}

/** The fields of a form, each of which is there once. */
export type Fields = ReadonlyMap<string, string>;

type Result = Shown | Response | Promise<Shown | Response>;

export interface PageOfLogin {
  path: string;
  /**
   * The page as one arrives at it.
   * @param sent what was just sent to it and refused, to be filled in again; passwords and codes never are
   */
  show: (visit: Visit, sent?: Fields) => Result;
  /** What comes of its form. A refusal that has a message is shown on the page; any other ends the visit. */
  submit: (visit: Visit, sent: Fields) => Result;
}

/** The routes of a page. */
export function loginPage({ path, show, submit }: PageOfLogin): Hono<LoginEnv> {
  const app = new Hono<LoginEnv>();
  app.get(path, (c) => visited(c, (visit) => show(visit)));
  app.post(path, (c) =>
    visited(c, async (visit) => {
      const fields = await readForm(c).catch(asNoForm);
      const sent = new Map(fields);
      if (sent.size < fields.length || !isFromOurPage(c, only(fields, CSRF_FIELD))) {
        const notice = { kind: "error", text: visit.texts.errorStale } as const;
        return withNotice(await show(visit), notice, 403);
      }
      // RFC 6749 §4.1.2.1: whoever does not want to is believed.
      if (sent.has("cancel")) throw new AuthorizationError(visit.request.target, "access_denied", "");
      try {
        return await submit(visit, sent);
      } catch (thrown) {
        const text = messageOf(visit.texts, thrown);
        if (text === undefined) throw thrown;
        logRefusal(visit.call, path, thrown as Refusal);
        return withNotice(await show(visit, sent), { kind: "error", text });
      }
    }),
  );
  return app;
}

/** Ours can be read. What cannot is another's, and ends nobody's visit. */
function asNoForm(thrown: unknown): Parameters {
  if (thrown instanceof Refusal) return [];
  throw thrown;
}

const withNotice = (made: Shown | Response, notice: Shown["notice"], status?: Shown["status"]): Shown | Response =>
  made instanceof Response ? made : { ...made, notice, ...(status && { status }) };

async function visited(
  c: LoginContext,
  make: (visit: Visit) => Promise<Shown | Response> | Shown | Response,
): Promise<Response> {
  const call = c.get("call");
  let target: ResponseTarget | undefined;
  try {
    const parameters = readQuery(c);
    const look = beginLook(c, parameters);
    const request = await readAuthorizationRequest(call, parameters, new URL(c.req.url).host);
    target = request.target;
    // A language that was chosen here stands in the address; one that the client pushed does not (RFC 9126 §4).
    const pushed = request.parameters.filter(([name]) => !parameters.some(([each]) => each === name));
    const setting = { ...languageOf(c, [...parameters, ...pushed]), forms: formTargets(target.redirectUri) };
    const { client, pool } = request;
    const at = {
      client,
      pool,
      cookie: readCookie(c, sessionCookie(pool.id)),
      deviceCookie: readCookie(c, deviceCookie(pool.id)),
    };
    const visit: Visit = { c, call, request, at, query: queryOf(c), ...setting, csrf: csrfToken(c) };
    const made = await make(visit);
    const { hops, rowsRead, rowsWritten } = call.meter;
    call.log("operation", { operation: `${c.req.method} ${c.req.path}`, hops, rowsRead, rowsWritten });
    return made instanceof Response ? made : await renderPage(c, made, { ...setting, look });
  } catch (thrown) {
    return tellFault(c, call, thrown, target);
  }
}
