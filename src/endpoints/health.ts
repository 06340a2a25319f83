import { Hono } from "hono";
import { openCall, settingsOf } from "../call.ts";
import { openDatabase } from "../directory/database.ts";
import { listPools } from "../directory/pools.ts";
import { describeError, makeLog } from "../lib/log.ts";
import { parseAccessKeys } from "../mechanisms/callers/access-keys.ts";
import { senderKey } from "../mechanisms/messages/sender-keys.ts";
import { signToken } from "../mechanisms/tokens/jwt.ts";
import { type SigningKey, signingKeys } from "../mechanisms/tokens/keys.ts";

export const health = new Hono<{ Bindings: Cloudflare.Env }>();

/**
 * 200 when the worker can do its work: D1 answers and has its tables, and every secret can be used. Otherwise 503 with the
 * names of what cannot; why is in the log, since anybody may ask.
 */
health.get("/health", async (c) => {
  const { signingKeys: secrets, adminKeys, senderKeys } = settingsOf(c.env);
  const checks: Record<string, () => unknown> = {
    database: () => listPools(openDatabase(c.env.DB), 1),
    MASTER_KEY: () => openCall(c.req.raw, c.env, c.executionCtx),
    SIGNING_KEYS: () => signBoth(signingKeys(secrets), Date.now()),
    ADMIN_KEYS: () => parseAccessKeys(adminKeys),
    SENDER_KEYS: () => senderKey(senderKeys, ""),
  };
  const failed = await Promise.all(
    Object.entries(checks).map(async ([part, check]) => ((await works(part, check)) ? [] : [part])),
  );
  const headers = { "Cache-Control": "no-store" };
  return failed.flat().length === 0
    ? c.json({ status: "ok" }, 200, headers)
    : c.json({ status: "unavailable", failed: failed.flat() }, 503, headers);
});

/** Signing is the proof: a key can be well-formed and still be refused by the platform, or not be due yet. */
async function signBoth(keys: SigningKey[], now: number): Promise<void> {
  await Promise.all((["id", "access"] as const).map((use) => signToken(keys, use, {}, now)));
}

async function works(part: string, check: () => unknown): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    makeLog({})("unhealthy", { part, ...describeError(error) });
    return false;
  }
}
