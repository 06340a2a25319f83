import type { Call } from "../../../call.ts";
import { type BrowserSession, closeBrowserSession } from "../../../directory/browser-sessions.ts";
import { clientsOfBrowserSession } from "../../../directory/sessions.ts";
import { provenSession } from "../../browser-session.ts";
import { tellClients } from "./back-channel-logout.ts";

/** More pools than anybody is signed in to with one browser: bounds what one request can make us read. */
const MOST = 16;

/**
 * The sessions of a browser that its cookies prove; one of another's `sid`, or of a guessed secret, is none. One hop.
 * @param cookies by id of the pool
 */
export async function sessionsOf(
  call: Call,
  cookies: readonly (readonly [poolId: string, cookie: string | undefined])[],
): Promise<BrowserSession[]> {
  const found = await Promise.all(
    cookies.slice(0, MOST).map(([poolId, cookie]) => provenSession(call, poolId, cookie)),
  );
  return found.flatMap((session) => session ?? []);
}

/**
 * Signs a browser out, and has its clients told while the answer goes its way. One hop. Refresh tokens that came of these
 * sessions live on, as at Amazon Cognito (logout endpoint): they are the clients', who are told and can revoke them.
 * @param sessions that their cookies have proven: knowing a `sid` is not enough
 */
export async function endSessions(call: Call, sessions: readonly BrowserSession[]): Promise<void> {
  const ended = await Promise.all(
    sessions.map(async (session) => {
      const { id, poolId, sub } = session;
      const [, clients] = await call.db.batch([
        closeBrowserSession(call.db, poolId, id),
        clientsOfBrowserSession(call.db, poolId, sub, id),
      ]);
      return clients.map((client) => ({ session, clientId: client.id }));
    }),
  );
  call.waitUntil(tellClients(call, ended.flat()));
}
