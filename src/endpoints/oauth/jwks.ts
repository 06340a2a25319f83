import { Hono } from "hono";
import type { Call } from "../../call.ts";
import { publicKeys, signingKeys } from "../../mechanisms/tokens/keys.ts";
import { answerForPool, publicDocument } from "./public-document.ts";

const PATH = "/:poolId/.well-known/jwks.json";

export const jwks = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

jwks.use(PATH, ...publicDocument);

/** RFC 7517 §5: the keys that a pool's tokens are verified with. */
jwks.get(PATH, (c) => answerForPool(c, (call) => publicKeys(signingKeys(call.settings.signingKeys), call.now)));
