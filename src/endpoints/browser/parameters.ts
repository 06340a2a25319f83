import type { Context } from "hono";
import type { Parameters } from "../../flows/authorization/request/parameters.ts";
import { fromUtf8 } from "../../lib/encoding.ts";
import { parseForm } from "../../lib/form.ts";
import { Refusal } from "../../lib/refusal.ts";
import { readAtMost } from "../../lib/request-body.ts";

const MOST_BYTES = 65_536;
const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

const malformed = (message: string): Refusal => new Refusal("invalid_request", message, { status: 400 });

/** The query as it was sent, with its question mark; empty where there is none. */
export const queryOf = (c: Context): string => new URL(c.req.url).search;

/** The parameters in the query. @throws Refusal invalid_request where it is malformed or too long */
export function readQuery(c: Context): Parameters {
  const query = queryOf(c).slice(1);
  const parameters = query.length > MOST_BYTES ? null : parseForm(query);
  if (!parameters) throw malformed("The query is malformed.");
  return parameters;
}

/** Whether the body says that it is a form. */
export const hasForm = (c: Context): boolean => FORM.test(c.req.header("content-type") ?? "");

/** The fields of a form in the body. @throws Refusal invalid_request likewise */
export async function readForm(c: Context): Promise<Parameters> {
  if (!hasForm(c)) throw malformed("The body is no form.");
  const bytes = await readAtMost(c.req.raw, MOST_BYTES);
  const text = bytes && fromUtf8(bytes);
  const fields = text === null ? null : parseForm(text);
  if (!fields) throw malformed("The form is malformed or too long.");
  return fields;
}
