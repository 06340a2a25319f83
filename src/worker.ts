// Hosts and paths to endpoints. The only file that knows everyone.
import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { type Call, openCall } from "./call.ts";
import { openDatabase } from "./directory/database.ts";
import { aws } from "./endpoints/aws/aws.ts";
import { outbox } from "./endpoints/development/outbox.tsx";
import { health } from "./endpoints/health.ts";
import { logo } from "./endpoints/login/logo.ts";
import { pages } from "./endpoints/login/pages/pages.ts";
import { authorize } from "./endpoints/oauth/authorize.ts";
import { deviceAuthorization } from "./endpoints/oauth/device-authorization.ts";
import { discovery } from "./endpoints/oauth/discovery.ts";
import { introspect } from "./endpoints/oauth/introspect.ts";
import { jwks } from "./endpoints/oauth/jwks.ts";
import { par } from "./endpoints/oauth/par.ts";
import { revoke } from "./endpoints/oauth/revoke.ts";
import { token } from "./endpoints/oauth/token.ts";
import { userInfo } from "./endpoints/oauth/user-info.ts";
import { cleanUp } from "./endpoints/scheduled/clean-up.ts";
import { welcome } from "./endpoints/welcome.tsx";
import { inAnyCase } from "./lib/any-case.ts";
import { describeError, makeLog } from "./lib/log.ts";

export { Challenges } from "./objects/challenges.ts";
export { Requests } from "./objects/requests.ts";

const app = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>({
  getPath: (request) => spelled(getPath(request)),
});

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
app.route("/", authorize);
app.route("/", token);
app.route("/", userInfo);
app.route("/", revoke);
app.route("/", introspect);
app.route("/", par);
app.route("/", deviceAuthorization);
for (const page of pages) app.route("/", page);
app.route("/", logo);
app.route("/", welcome);
app.route("/", outbox);

/** The guide of Amazon Cognito writes its paths in several ways (`/confirmuser`, `/oauth2/userinfo`). */
const spelled = inAnyCase(app.routes.map(({ path }) => path));

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
