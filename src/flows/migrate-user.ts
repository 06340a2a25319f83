import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import type { Pool } from "../directory/pools.ts";
import { runTrigger } from "../mechanisms/triggers/run-trigger.ts";

/** A name that nobody has, and what the migration trigger is told with it. */
export interface Stranger {
  name: string;
  /** Where the flow carries one. */
  password?: string;
  /** ClientMetadata of a sign-in. */
  validationData?: Record<string, string> | undefined;
  /** ClientMetadata of any other operation. */
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Asks the migration trigger about a name that nobody has.
 * @throws Refusal UnexpectedLambdaException
 */
export async function migrateUser(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  source: "UserMigration_Authentication" | "UserMigration_ForgotPassword",
  { name, password, validationData, clientMetadata }: Stranger,
): Promise<void> {
  await runTrigger(call, pool, "UserMigration", {
    source,
    clientId: client.id,
    userName: name,
    request: {
      ...(password !== undefined && { password }),
      ...(validationData && { validationData }),
      ...(clientMetadata && { clientMetadata }),
    },
    response: { userAttributes: null },
  });
}
