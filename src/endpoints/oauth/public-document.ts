import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import type { Call } from "../../call.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { Refusal } from "../../lib/refusal.ts";

export type OauthContext = Context<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>;

export type KnownPool = Awaited<ReturnType<typeof resolvePool>>;

/** Seconds that copies are used without asking. A key is published a day before it signs, so no copy is ever without it. */
const CACHE = "public, max-age=300, stale-while-revalidate=300";

/** For documents that scripts of any origin may read (Fetch standard, CORS) and ask for again by their tag (RFC 9110 §13.1.2). */
export const publicDocument: [MiddlewareHandler, MiddlewareHandler] = [
  cors({ allowMethods: ["GET", "HEAD"], exposeHeaders: ["ETag"], maxAge: 86_400 }),
  etag({ retainedHeaders: [...RETAINED_304_HEADERS, "access-control-allow-origin", "access-control-expose-headers"] }),
];

/** Answers with a document of the pool that the path names; 404 where there is no such pool. */
export async function answerForPool(
  c: OauthContext,
  document: (call: Call, pool: KnownPool) => object | Promise<object>,
): Promise<Response> {
  const call = c.get("call");
  try {
    const pool = await resolvePool(call, c.req.param("poolId") as string);
    return c.json(await document(call, pool), 200, { "Cache-Control": CACHE });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return c.json({ code: error.name, message: error.message, type: "client" }, 404, { "Cache-Control": "no-store" });
  }
}
