import type { CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import { putCode } from "../../directory/codes.ts";
import type { Pool } from "../../directory/pools.ts";
import { type User, userByName } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { attemptSubject } from "../attempt-subject.ts";
import { checkSenders } from "../custom-sender.ts";
import { deliverCode, deliveryDetails, type Destination, drawCode } from "../deliver-code.ts";
import { decoyCode, deliverLater, hidesUsers, simulatedDestination, unknownName } from "../hidden-users.ts";
import { checkLimit, countTry } from "../hourly-limits.ts";
import { migrateUser } from "../migrate-user.ts";
import { checkResettable, recoveryAttributes, recoveryDestination } from "./destination.ts";

/** Who has forgotten a password. */
export interface RecoveryRequest {
  name: string;
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Sends a code that allows a new password (Amazon Cognito API: ForgotPassword). Where the client hides users, whoever
 * cannot have one is answered as if it had been sent.
 * @throws Refusal LimitExceededException, UserNotFoundException, NotAuthorizedException, InvalidParameterException,
 *   CodeDeliveryFailureException, UserLambdaValidationException, UnexpectedLambdaException,
 *   InvalidLambdaResponseException; UsernameExistsException and AliasExistsException of a migration
 */
export async function requestRecovery(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  { name, clientMetadata }: RecoveryRequest,
): Promise<CodeDeliveryDetailsType> {
  await checkSenders(call, pool);
  const usual = usualAttribute(pool);
  const subject = await attemptSubject(call, pool, name);
  const [tries, [known]] = await call.db.batch([
    countTry(call, { poolId: pool.id, subject: subject.query, kind: "send-reset" }),
    userByName(call.db, pool, name),
  ]);
  checkLimit(tries);
  const stranger = { name, clientMetadata };
  const user = known ?? (await migrateUser(call, { pool, client }, "UserMigration_ForgotPassword", stranger));
  const hides = hidesUsers(client);
  const simulated = await simulatedDestination(call, pool, name, usual);
  let found: { user: User; destination: Destination };
  try {
    found = recoverable(pool, user);
  } catch (error) {
    if (!hides || !(error instanceof Refusal)) throw error;
    await putCode(call.db, await decoyCode(call, pool.id, user?.sub ?? subject.unknown, "reset", simulated.attribute));
    return deliveryDetails(simulated);
  }
  const { code, row } = await drawCode(call, found.user, "reset", found.destination);
  await putCode(call.db, row);
  const source = "CustomMessage_ForgotPassword";
  const about = { pool, clientId: client.id, ...found, source, code, clientMetadata } as const;
  if (!hides) return deliverCode(call, about);
  deliverLater(call, about);
  return deliveryDetails(found.destination);
}

/** Where most codes of the pool go: its first means of recovery that it sees verified. */
function usualAttribute(pool: Pool): Destination["attribute"] {
  const attributes = recoveryAttributes(pool);
  const verified = attributes.filter((attribute) => pool.settings.AutoVerifiedAttributes?.includes(attribute));
  return verified[0] ?? (pool.settings.AccountRecoverySetting && attributes[0]) ?? "email";
}

/** @throws Refusal UserNotFoundException, NotAuthorizedException, InvalidParameterException */
function recoverable(pool: Pool, user: User | undefined): { user: User; destination: Destination } {
  if (!user) throw unknownName();
  if (!user.enabled) throw new Refusal("NotAuthorizedException", "User is disabled.");
  checkResettable(user);
  return { user, destination: recoveryDestination(pool, user) };
}
