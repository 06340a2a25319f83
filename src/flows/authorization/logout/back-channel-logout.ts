import type { Call } from "../../../call.ts";
import type { BrowserSession } from "../../../directory/browser-sessions.ts";
import { findClient } from "../../../directory/clients.ts";
import { describeError } from "../../../lib/log.ts";
import { logoutTokenClaims } from "../../../mechanisms/tokens/claims.ts";
import { signToken } from "../../../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../../../mechanisms/tokens/keys.ts";
import { issuerOf } from "../../issue-tokens.ts";

/** Milliseconds that a client has to answer. */
const LONGEST_WAIT = 5_000;

/** Connections that one request may have open (Cloudflare Workers: limits). Others would wait, with their clocks running. */
const AT_ONCE = 6;

/** Who is concerned by the end of which session. */
interface Concerned {
  session: BrowserSession;
  clientId: string;
}

/**
 * Tells clients that browser sessions have ended (OpenID Connect Back-Channel Logout 1.0 §2.5): those that have an address
 * for it. Each is told once; one that cannot be reached learns nothing of it, and the log does. Never rejects.
 */
export async function tellClients(call: Call, all: readonly Concerned[]): Promise<void> {
  try {
    const addressed = await Promise.all(
      all.map(async (each) => {
        const found = await findClient(call.db, each.clientId, call.now);
        return { ...each, uri: found?.client.settings.OAuthConfiguration?.BackchannelLogoutURI };
      }),
    );
    const queue = addressed.values();
    const drain = async () => {
      for (const { uri, ...each } of queue) if (uri !== undefined) await tell(call, each, uri);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, drain));
  } catch (error) {
    call.log("failed", { target: "back-channel-logout", ...describeError(error) });
  }
}

/** Of what went wrong only a status or the kind of error is logged: addresses may hold secrets, and so may answers. */
async function tell(call: Call, { session, clientId }: Concerned, uri: string): Promise<void> {
  const failed = (details: object) => call.log("back-channel-logout-failed", { client: clientId, ...details });
  try {
    const of = { issuer: issuerOf(call, session.poolId), clientId, sub: session.sub, sid: session.id };
    const claims = logoutTokenClaims(of, Math.floor(call.now / 1000));
    // §2.4: typed, so that nobody takes it for a token of another kind.
    const token = await signToken(signingKeys(call.settings.signingKeys), "id", claims, call.now, "logout+jwt");
    const response = await fetch(uri, {
      method: "POST",
      body: new URLSearchParams({ logout_token: token }),
      // Whoever answers at the registered address does not get to pass the token on.
      redirect: "manual",
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    await response.body?.cancel();
    if (!response.ok) failed({ status: response.status });
  } catch (error) {
    failed({ error: error instanceof Error ? error.name : typeof error });
  }
}
