import type { Call } from "../call.ts";
import type { Pool } from "../directory/pools.ts";
import { addressOfPool } from "./address-of-pool.ts";

/** Whether new users confirm by a link where they are reached by e-mail (DefaultEmailOption). An SMS always has a code. */
export const confirmsByLink = ({ settings }: Pool): boolean =>
  settings.VerificationMessageTemplate?.DefaultEmailOption === "CONFIRM_WITH_LINK";

/**
 * The address at which a new user confirms with a press of a button (Amazon Cognito: verifying an e-mail address,
 * `/confirmUser`). One hop, none while the pool's domains are known.
 */
export async function confirmationLink(
  call: Call,
  pool: Pool,
  { clientId, username, code }: { clientId: string; username: string; code: string },
): Promise<string> {
  const query = new URLSearchParams({ client_id: clientId, user_name: username, confirmation_code: code });
  return `${await addressOfPool(call, pool.id)}/confirmUser?${query.toString()}`;
}
