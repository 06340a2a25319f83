// Codes that are sent while someone signs in: in the place of a password, or after one. What judges the answer travels
// in the Session, so sending one stores nothing but that it was sent.
import type { Call } from "../../../call.ts";
import { fold } from "../../../directory/names.ts";
import type { User } from "../../../directory/users.ts";
import { toBase64Url, utf8 } from "../../../lib/encoding.ts";
import { hmacSha256, sha256 } from "../../../lib/hash.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { makeCode } from "../../../mechanisms/factors/one-time-code.ts";
import { hashForKeeping, isCodeOf } from "../../code-hash.ts";
import { checkSenders } from "../../custom-sender.ts";
import { deliverCode, deliveryDetails, type Destination } from "../../deliver-code.ts";
import { deliverLater, hidesUsers, simulatedDestination } from "../../hidden-users.ts";
import { checkLimit, countTry } from "../../hourly-limits.ts";
import { settle } from "../settle.ts";
import type { Candidate } from "../sign-in.ts";

/** What a Session holds of a code that was sent. */
export interface SentCode {
  /** Keyed hash, with the id of its key. */
  code: string;
  /** Hash of where it went: the address itself would make the sealed text longer for some than for others. */
  to: string;
}

/** Of what `sendSignInCode` did, what the challenge says. */
export interface Sent {
  state: SentCode;
  /** CODE_DELIVERY_DELIVERY_MEDIUM and CODE_DELIVERY_DESTINATION. */
  parameters: Record<string, string>;
}

/**
 * Sends a code to an address of the candidate, at most twenty an hour. One hop; for someone who does not exist the same
 * work is done, and nothing leaves. The candidate's writes run in the same hop.
 * @param destination undefined for someone who does not exist, or has no such address
 * @param digits of the code
 * @throws Refusal UnexpectedLambdaException, LimitExceededException, CodeDeliveryFailureException,
 *   NotAuthorizedException
 */
export async function sendSignInCode(
  call: Call,
  candidate: Candidate,
  destination: Destination | { attribute: Destination["attribute"]; value?: undefined },
  digits: number,
): Promise<Sent> {
  const { turn, user, passed } = candidate;
  const { pool, client, clientMetadata } = turn;
  const { attribute } = destination;
  await checkSenders(call, pool);
  const there = user && destination.value !== undefined ? destination : undefined;
  const shown = there ?? (await standIn(call, candidate, attribute));
  const code = makeCode(digits);
  const to = await hashOf(shown);
  // A code that went nowhere is no answer to anything.
  const hash = await hashForKeeping(call, contextOf(pool.id, there ? to : crypto.randomUUID()), code);
  // Made-up addresses repeat from name to name, as those of users do not: counted by them, strangers' names would be
  // told apart.
  const counted = await codesTo(call, pool.id, there ?? { attribute, value: candidate.sub });
  const [tries] = await settle(call, candidate, [countTry(call, counted)]);
  checkLimit(tries as { refused: number }[]);
  if (user && there) {
    const source = "CustomMessage_Authentication";
    const about = { pool, clientId: client.id, user, source, code, destination: there, clientMetadata } as const;
    // Before anything was proven, neither time nor failure may tell whether there was someone to send it to.
    if (hidesUsers(client) && passed.length === 0) deliverLater(call, about);
    else await deliverCode(call, about);
  }
  const { DeliveryMedium, Destination } = deliveryDetails(shown);
  return {
    state: { code: hash, to },
    parameters: {
      CODE_DELIVERY_DELIVERY_MEDIUM: DeliveryMedium as string,
      CODE_DELIVERY_DESTINATION: Destination as string,
    },
  };
}

/** Where a code would go of someone who does not exist. */
async function standIn(
  call: Call,
  { turn, name }: Candidate,
  attribute: Destination["attribute"],
): Promise<Destination> {
  const simulated = await simulatedDestination(call, turn.pool, name, attribute);
  if (simulated.attribute === attribute) return simulated;
  // The name is an address of the other kind: it says nothing of this one.
  return simulatedDestination(call, turn.pool, `?${name}`, attribute);
}

/** What codes to an address are counted under. The table tells no addresses to who reads it. */
async function codesTo(call: Call, poolId: string, { attribute, value }: Destination) {
  const key = await call.keyring.oldest("unknown-user");
  const hash = await hmacSha256(key.bytes, utf8(`sign-in/${poolId}/${attribute}/${fold(value)}`));
  return { poolId, subject: `@${toBase64Url(hash)}`, kind: "send-one-time-password" } as const;
}

const hashOf = async ({ attribute, value }: Destination): Promise<string> =>
  toBase64Url(await sha256(utf8(JSON.stringify([attribute, value]))));

const contextOf = (poolId: string, to: string) => [poolId, "sign-in", to];

/** Whether a code went to an address that its user still has: one that is theirs no more proves nothing. */
export async function isTheirs(
  { attributes }: User,
  attribute: Destination["attribute"],
  { to }: SentCode,
): Promise<boolean> {
  const value = attributes[attribute];
  return value !== undefined && (await hashOf({ attribute, value })) === to;
}

/** Whether an answer is the code that was sent. */
export const isSentCode = (call: Call, poolId: string, { code, to }: SentCode, answer: string): Promise<boolean> =>
  isCodeOf(call, code, contextOf(poolId, to), answer);

/** What is said of a wrong code. */
export const wrongCode = (): Refusal =>
  new Refusal("CodeMismatchException", "Invalid code or auth state for the user.");
