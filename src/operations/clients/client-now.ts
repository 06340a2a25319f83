import type { Call } from "../../call.ts";
import { type Client, readClient, updateClient } from "../../directory/clients.ts";
import { type Pool, readPool } from "../../directory/pools.ts";
import { decideOn } from "../../flows/decide-on.ts";
import { Refusal } from "../../lib/refusal.ts";

const notFound = (what: string): Refusal => new Refusal("ResourceNotFoundException", `${what} does not exist.`);

export const clientNotFound = (id: string): Refusal => notFound(`User pool client ${id}`);

/** What is said where a change was decided on settings that another request has changed meanwhile. */
export const clientChanged = (): Refusal =>
  new Refusal("ConcurrentModificationException", "The client was changed by another request meanwhile.");

/** A client and its pool as they stand now, in one hop. @throws Refusal ResourceNotFoundException */
export async function clientNow(call: Call, poolId: string, id: string): Promise<{ pool: Pool; client: Client }> {
  const [pool, client] = await Promise.all([readPool(call.db, poolId), readClient(call.db, poolId, id)]);
  if (!pool) throw notFound(`User pool ${poolId}`);
  if (!client) throw clientNotFound(id);
  return { pool, client };
}

/**
 * Changes the secrets of a client by a decision on those it has. When another change comes between, it reads and decides
 * again.
 * @param decide may be asked more than once
 * @throws Refusal ResourceNotFoundException, TooManyRequestsException
 */
export async function reviseSecrets(
  call: Call,
  poolId: string,
  id: string,
  decide: (secrets: Client["secrets"]) => Promise<Client["secrets"]>,
): Promise<void> {
  const read = () => clientNow(call, poolId, id);
  await decideOn(await read(), read, async ({ client }) => {
    const secrets = await decide(client.secrets);
    return (await updateClient(call.db, client, { secrets }, call.now)) ?? "stale";
  });
}
