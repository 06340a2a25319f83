// Hosts and paths to endpoints. The only file that knows everyone.
import { Hono } from "hono";
import { type Call, openCall } from "./call.ts";
import { openDatabase } from "./directory/database.ts";
import { aws } from "./endpoints/aws/aws.ts";
import { outbox } from "./endpoints/development/outbox.tsx";
import { health } from "./endpoints/health.ts";
import { discovery } from "./endpoints/oauth/discovery.ts";
import { introspect } from "./endpoints/oauth/introspect.ts";
import { jwks } from "./endpoints/oauth/jwks.ts";
import { revoke } from "./endpoints/oauth/revoke.ts";
import { token } from "./endpoints/oauth/token.ts";
import { cleanUp } from "./endpoints/scheduled/clean-up.ts";
import { welcome } from "./endpoints/welcome.tsx";
import { describeError, makeLog } from "./lib/log.ts";

export { Challenges } from "./objects/challenges.ts";

const app = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

// Before a call is opened, since that fails without a usable key, and this is what says so.
app.route("/", health);

app.use(async (c, next) => {
  const call = await openCall(c.req.raw, c.env, c.executionCtx);
  c.set("call", call);
  await next();
});

app.route("/", aws);
app.route("/", discovery);
app.route("/", jwks);
app.route("/", token);
app.route("/", revoke);
app.route("/", introspect);
app.route("/", welcome);
app.route("/", outbox);

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

export default {
  fetch: app.fetch,
  scheduled: (controller, env) =>
    cleanUp(openDatabase(env.DB), controller.scheduledTime, makeLog({ cron: controller.cron })),
} satisfies ExportedHandler<Cloudflare.Env>;
