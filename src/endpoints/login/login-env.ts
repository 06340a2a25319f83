import type { Context } from "hono";
import type { Call } from "../../call.ts";

export type LoginEnv = { Bindings: Cloudflare.Env; Variables: { call: Call } };
export type LoginContext = Context<LoginEnv>;
