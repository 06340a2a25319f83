import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../src/worker.ts";
import { ORIGIN } from "./client.ts";

/** Asks the worker for a path, or an address at another host, with bindings and secrets other than those of the tests where wanted. */
export async function get(
  path: string,
  init: RequestInit = {},
  changes: Record<string, unknown> = {},
): Promise<Response> {
  const ctx = createExecutionContext();
  const response = await worker.fetch(
    new Request(new URL(path, ORIGIN), init) as never,
    { ...env, ...changes } as never,
    ctx,
  );
  await waitOnExecutionContext(ctx);
  return response;
}

/** The database with a count of what is asked of it. */
export function countingDatabase(): { DB: D1Database; asked: () => number } {
  let asked = 0;
  const DB = new Proxy(env.DB, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        asked++;
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  return { DB, asked: () => asked };
}
