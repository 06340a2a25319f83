// Hosts and paths to endpoints. The only file that knows everyone.
import { Hono } from "hono";
import { type Call, openCall } from "./call.ts";
import { aws } from "./endpoints/aws/aws.ts";
import { describeError, makeLog } from "./lib/log.ts";

export { Challenges } from "./objects/challenges.ts";

const app = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

app.use(async (c, next) => {
  const call = await openCall(c.req.raw, c.env, c.executionCtx);
  c.set("call", call);
  await next();
});

app.route("/", aws);

/** What the front of Cognito says to anything that is no API call. */
app.notFound((c) =>
  c.json(
    { code: "BadRequest", message: "The server did not understand the operation that was requested.", type: "client" },
    400,
  ),
);

app.onError((error, c) => {
  (c.get("call")?.log ?? makeLog({}))("failed", { path: c.req.path, ...describeError(error) });
  return c.json({ code: "InternalError", message: "Internal server error", type: "server" }, 500);
});

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>;
