import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import type { Pool } from "../../directory/pools.ts";
import { tracksSessions } from "../../directory/session-settings.ts";
import { readRefreshToken } from "../../mechanisms/tokens/refresh-token.ts";
import { revokeSession } from "./logout/revoke-session.ts";

/** Three parts parted by dots: one of our signed tokens, which are never what can be revoked. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Ends the whole family of a refresh token; one that rotation has replaced will do, too. One hop.
 * @param linked whether the browser session that it came from ends, too; in a pool that does not track sessions it does
 *   not (Amazon Cognito API: RevokeToken, RevokeAssociatedSessions)
 * @returns what became of it: `revoked` also where it was before, `disabled` where the client's tokens cannot be
 *   revoked, `foreign` where it belongs to another client, and otherwise what the text is instead of a refresh token
 */
export async function revokeToken(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  text: string,
  { linked = false }: { linked?: boolean } = {},
): Promise<"revoked" | "disabled" | "signed-token" | "unknown" | "foreign"> {
  if (client.settings.EnableTokenRevocation === false) return "disabled";
  if (JWT.test(text)) return "signed-token";
  const token = await readRefreshToken(call.keyring, text);
  if (!token) return "unknown";
  if (token.poolId !== pool.id || token.clientId !== client.id) return "foreign";
  const { sub, session: id } = token;
  const session = { type: "TOKEN", id } as const;
  await revokeSession(call, { poolId: pool.id, sub, session, linked: linked && tracksSessions(pool.settings) });
  return "revoked";
}
