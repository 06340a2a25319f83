import type { SQL } from "drizzle-orm";
import type { Call } from "../../../call.ts";
import { closeBrowserSessionOf } from "../../../directory/browser-sessions.ts";
import {
  browserSessionOf,
  clientsOfBrowserSession,
  closeSessionOf,
  closeSessionsFrom,
} from "../../../directory/sessions.ts";
import { tellClients } from "./back-channel-logout.ts";

/** Which session is to end. */
export interface Revocation {
  poolId: string;
  /** Whose it has to be; may be a sub-query. */
  sub: string | SQL;
  session: { type: "TOKEN" | "SSO"; id: string };
  /** Whether what is directly linked ends, too. */
  linked: boolean;
  /** Id of a token session that goes on even if it is linked. */
  except?: string;
}

/**
 * Ends a session of a user. One hop; the database decides between several who end the same one. With `linked`, a token
 * session takes the browser session along that it came from, and a browser session the token sessions that came from it,
 * even if it has ended before (Amazon Cognito API: RevokeUserSession, RevokeAssociatedSessions). Clients of a browser
 * session that ends are told, as when its user signs out (OpenID Connect Back-Channel Logout 1.0 §2.5).
 * @returns whether there was anything to end
 */
export async function revokeSession(
  call: Call,
  { poolId, sub, session, linked, except }: Revocation,
): Promise<boolean> {
  const { db } = call;
  const { type, id } = session;
  const endTokens =
    type === "TOKEN" ? closeSessionOf(db, poolId, sub, id) : closeSessionsFrom(db, poolId, sub, id, except);
  if (type === "TOKEN" && !linked) return (await endTokens).length > 0;
  const browser = type === "SSO" ? id : browserSessionOf(poolId, sub, id);
  // Read, and the browser session found, before the token sessions go that tell of both.
  const endBrowser = [
    clientsOfBrowserSession(db, poolId, sub, browser),
    closeBrowserSessionOf(db, poolId, sub, browser),
  ] as const;
  const [clients, ended, tokens] = linked
    ? await db.batch([...endBrowser, endTokens])
    : [...(await db.batch(endBrowser)), []];
  call.waitUntil(
    tellClients(
      call,
      ended.flatMap((each) => clients.map((client) => ({ session: each, clientId: client.id }))),
    ),
  );
  return type === "TOKEN" ? tokens.length > 0 : ended.length + tokens.length > 0;
}
