import { z } from "zod";
import { invocationPath, outcomeOf, reach, transport, Unreachable } from "./transport.ts";

const schema = () => z.strictObject({ service: z.string().regex(/^[A-Za-z_]\w*$/) });

/**
 * Another worker of the same account, by the name of its binding (Cloudflare Workers: service bindings). It is asked as
 * Lambda would be, so that one worker can stand for several functions: the path names the one that is meant.
 */
export const service = transport("service", schema, async (call, entry, { arn, body, signal }) => {
  const binding = call.service(entry.service);
  if (!binding) throw new Unreachable(undefined, { again: false });
  const url = `https://limen.invalid${invocationPath(arn)}`;
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
  return outcomeOf(await reach(() => binding.fetch(url, init)));
});
