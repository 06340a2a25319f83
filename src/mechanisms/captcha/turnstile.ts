import { z } from "zod";
import type { Call } from "../../call.ts";
import { describeError } from "../../lib/log.ts";

/** Characters of a token (Cloudflare Turnstile: validate the token). */
const LONGEST_TOKEN = 2_048;

/** Milliseconds that Turnstile has to answer. */
const LONGEST_WAIT = 5_000;

const buildSchema = () =>
  z.object({
    success: z.boolean(),
    hostname: z.string().optional(),
    "error-codes": z.array(z.string().regex(/^[a-z-]{1,64}$/)).catch([]),
  });
let schema: ReturnType<typeof buildSchema> | undefined;

/**
 * Whether a person has solved the widget of a page at this host (Cloudflare Turnstile: siteverify). Turnstile takes
 * each token once, for five minutes. Where it cannot be asked, nobody has. True where no CAPTCHA is configured.
 * @param hostname where the page is: a token of another site of the same widget does not count. In development it may,
 *   since the keys for testing name a host of their own.
 */
export async function isSolved(call: Call, token: string, hostname: string): Promise<boolean> {
  const { turnstile, development } = call.settings;
  if (!turnstile) return true;
  if (token === "" || token.length > LONGEST_TOKEN) return false;
  const { ip } = call.from;
  schema ??= buildSchema();
  try {
    const response = await fetch(`${turnstile.origin}/turnstile/v0/siteverify`, {
      method: "POST",
      body: new URLSearchParams({
        secret: turnstile.secret,
        response: token,
        ...(ip !== undefined && { remoteip: ip }),
      }),
      // The secret is for nobody whom the answer names.
      redirect: "manual",
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    const answer = schema.parse(await response.json());
    const isHere = development || answer.hostname === hostname;
    const solved = response.ok && answer.success && isHere;
    if (!solved) call.log("captcha-failed", { status: response.status, codes: answer["error-codes"], isHere });
    return solved;
  } catch (error) {
    call.log("captcha-failed", describeError(error));
    return false;
  }
}
