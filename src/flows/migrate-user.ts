import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import type { Pool } from "../directory/pools.ts";
import { runTrigger } from "../mechanisms/triggers/run-trigger.ts";

/** A name that nobody has, and what the migration trigger is told with it. */
export interface Stranger {
  name: string;
  /** Where the flow carries one. */
  password?: string;
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
  { name, password, clientMetadata }: Stranger,
): Promise<void> {
  // Amazon Cognito: ClientMetadata of InitiateAuth reaches this trigger as validationData, that of ForgotPassword by its name.
  const metadata = source === "UserMigration_Authentication" ? "validationData" : "clientMetadata";
  await runTrigger(call, pool, "UserMigration", {
    source,
    clientId: client.id,
    userName: name,
    request: { ...(password !== undefined && { password }), ...(clientMetadata && { [metadata]: clientMetadata }) },
    response: { userAttributes: null },
  });
}
