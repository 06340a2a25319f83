import type { CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import { admitted } from "../../directory/attempts.ts";
import type { Client } from "../../directory/clients.ts";
import { type Code, putCode } from "../../directory/codes.ts";
import type { Pool } from "../../directory/pools.ts";
import { type User, userByName } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { codesToAddress } from "../address-limit.ts";
import { attemptSubject } from "../attempt-subject.ts";
import { checkSenders } from "../custom-sender.ts";
import { deliverCode, deliveryDetails, type Destination, drawCode } from "../deliver-code.ts";
import {
  decoyCode,
  deliverLater,
  hidesUsers,
  isPublicName,
  simulatedDestination,
  unknownName,
} from "../hidden-users.ts";
import { checkLimit, countTry } from "../hourly-limits.ts";
import { ConfirmedAlready } from "./confirmed-already.ts";
import { confirmationDestination } from "./destination.ts";

/**
 * Sends another sign-up code and voids the one before (Amazon Cognito API: ResendConfirmationCode). Where the client hides
 * users, whoever cannot have one is answered as if it had been sent.
 * @throws Refusal LimitExceededException, UserNotFoundException, InvalidParameterException, CodeDeliveryFailureException,
 *   UnexpectedLambdaException
 */
export async function resendCode(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  { name, clientMetadata }: { name: string; clientMetadata?: Record<string, string> | undefined },
): Promise<CodeDeliveryDetailsType> {
  await checkSenders(call, pool);
  const subject = await attemptSubject(call, pool, name);
  const [tries, [user]] = await call.db.batch([
    countTry(call, { poolId: pool.id, subject: subject.query, kind: "send-sign-up" }),
    userByName(call.db, pool, name),
  ]);
  checkLimit(tries);
  const hides = hidesUsers(client);
  const usual = pool.settings.AutoVerifiedAttributes?.includes("phone_number") ? "phone_number" : "email";
  const simulated = await simulatedDestination(call, pool, name, usual);
  const destination = destinationOf(pool, user, hides ? name : undefined);
  if (!user || !destination) {
    if (!hides) throw unknownName();
    const decoy = await decoyCode(call, pool.id, user?.sub ?? subject.unknown, "sign-up", simulated.attribute);
    await store(call, pool.id, simulated, decoy);
    return deliveryDetails(simulated);
  }
  const { code, row } = await drawCode(call, user, "sign-up", destination);
  const sent = await store(call, pool.id, destination, row);
  // A client that hides users is not told: names that nobody has meet this limit otherwise.
  if (!hides) checkLimit(sent);
  const source = "CustomMessage_ResendCode";
  const about = { pool, clientId: client.id, user, source, code, destination, clientMetadata } as const;
  if (!hides) return deliverCode(call, about);
  if (!sent[0]?.refused) deliverLater(call, about);
  return deliveryDetails(destination);
}

/**
 * Counts a code for its address, and keeps it unless that has had too many: the one before then stays good.
 * @returns what was counted, for `checkLimit`
 */
async function store(call: Call, poolId: string, destination: Destination, row: Code): Promise<{ refused: number }[]> {
  const sent = await codesToAddress(call, poolId, destination);
  const [tries] = await call.db.batch([countTry(call, sent), putCode(call.db, row, admitted(sent))]);
  return tries;
}

/**
 * Where the code goes; undefined for whoever does not exist, or is to be answered so.
 * @param hiddenBy the submitted name where the client hides users
 * @throws Refusal InvalidParameterException
 */
function destinationOf(pool: Pool, user: User | undefined, hiddenBy: string | undefined): Destination | undefined {
  if (!user?.enabled) return undefined;
  const told = hiddenBy === undefined || isPublicName(pool, user, hiddenBy);
  if (user.status !== "UNCONFIRMED") {
    if (told) throw new ConfirmedAlready("InvalidParameterException", "User is already confirmed.");
    return undefined;
  }
  const destination = confirmationDestination(pool, user.attributes);
  if (!destination && told) {
    throw new Refusal("InvalidParameterException", "Cannot resend codes. Auto verification not turned on.");
  }
  return destination;
}
