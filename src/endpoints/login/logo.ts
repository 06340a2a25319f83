import { Hono } from "hono";
import { logoOf } from "../../flows/look-of-client.ts";
import type { LoginEnv } from "./login-env.ts";

export const logo = new Hono<LoginEnv>();

/** A logo never changes at its address. The one that came after it is answered, too, for pages that are seconds older. */
logo.get("/ui/:poolId/:clientId/:version/logo", async (c) => {
  const { poolId, clientId, version } = c.req.param();
  const found = await logoOf(c.get("call"), new URL(c.req.url).host, poolId, clientId);
  if (!found) return c.body(null, 404, { "Cache-Control": "no-store" });
  return c.body(found.bytes, 200, {
    "Content-Type": found.type,
    "Cache-Control": found.version === version ? "public, max-age=31536000, immutable" : "no-store",
    // Never a document of ours, whatever the bytes are (Content Security Policy Level 3 §6.2.1.1; HTML standard, sandboxing).
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
  });
});
