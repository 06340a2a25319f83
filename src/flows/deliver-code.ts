import type { CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import type { Code, CodeKind } from "../directory/codes.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { escapeHtml } from "../lib/html.ts";
import { maskEmail, maskPhone } from "../mechanisms/factors/delivery-mask.ts";
import { makeCode } from "../mechanisms/factors/one-time-code.ts";
import { customTexts } from "../mechanisms/messages/custom-texts.ts";
import { sendMessage } from "../mechanisms/messages/send.ts";
import { CODE, invites, type MessageKind, USERNAME, writeMessage } from "../mechanisms/messages/templates.ts";
import { runTrigger, unrecognizable } from "../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../mechanisms/triggers/user-attributes.ts";
import { hashForKeeping, isCodeOf } from "./code-hash.ts";
import { confirmationLink, confirmsByLink } from "./confirmation-link.ts";
import { hasSender, tellSender } from "./custom-sender.ts";

const HOUR = 3_600_000;

/** Milliseconds that a code lives (Amazon Cognito: quotas, validity of codes). */
export const CODE_LIFETIME: Record<CodeKind, number> = {
  "sign-up": 24 * HOUR,
  reset: HOUR,
  "verify:email": 24 * HOUR,
  "verify:phone_number": 24 * HOUR,
};

/** A code and where it is to go: an attribute of the user and the value it has, or will have once proven. */
export interface Destination {
  attribute: "email" | "phone_number";
  value: string;
}

/**
 * Draws a code for a user. Store `row` (in the batch of what the code belongs to) before `deliverCode` lets it leave:
 * a code that arrives must work, while one that is stored and never arrives can be asked for again.
 */
export async function drawCode(
  call: Call,
  user: Pick<User, "poolId" | "sub">,
  kind: CodeKind,
  { attribute, value }: Destination,
): Promise<{ code: string; row: Code }> {
  const code = makeCode(6);
  const { poolId, sub } = user;
  const hash = await hashForKeeping(call, [poolId, sub, kind, attribute, value], code);
  return { code, row: { poolId, sub, kind, hash, attribute, value, expiresAt: call.now + CODE_LIFETIME[kind] } };
}

/** Whether an answer is the code of this row. */
export const isCode = (call: Call, row: Code, answer: string): Promise<boolean> =>
  isCodeOf(call, row.hash, [row.poolId, row.sub, row.kind, row.attribute, row.value], answer);

/** What the caller may know of where a code went. */
export const deliveryDetails = ({ attribute, value }: Destination): CodeDeliveryDetailsType =>
  attribute === "email"
    ? { Destination: maskEmail(value), DeliveryMedium: "EMAIL", AttributeName: "email" }
    : { Destination: maskPhone(value), DeliveryMedium: "SMS", AttributeName: "phone_number" };

/** Whose mails may have a link in the place of the code. */
const SIGN_UP = ["CustomMessage_SignUp", "CustomMessage_ResendCode"];

/** Which of the pool's texts a message takes; those of all other sources are about a code. */
const KINDS: ReadonlyMap<string, MessageKind> = new Map([
  ["CustomMessage_AdminCreateUser", "invitation"],
  ["CustomMessage_Authentication", "authentication"],
]);

/** A code or temporary password, who it is for and where it goes. */
export interface Delivery {
  pool: Pool;
  clientId?: string | undefined;
  user: Pick<User, "sub" | "username" | "attributes" | "status">;
  /**
   * `CustomMessage_SignUp`, `_ResendCode`, `_ForgotPassword`, `_UpdateUserAttribute`, `_VerifyUserAttribute`,
   * `_AdminCreateUser` or `_Authentication`.
   */
  source: `CustomMessage_${string}`;
  code: string;
  destination: Destination;
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Sends a code (or temporary password): the single way that one leaves. Asks the custom-message trigger first; a custom
 * sender of the pool takes the place of both trigger and message. An invitation by a text of the pool that has no place
 * for the password is not sent.
 * @throws Refusal CodeDeliveryFailureException, UserLambdaValidationException, UnexpectedLambdaException,
 *   InvalidLambdaResponseException
 */
export async function deliverCode(call: Call, delivery: Delivery): Promise<CodeDeliveryDetailsType> {
  const { pool, user, source, code, destination, clientId, clientMetadata } = delivery;
  const channel = destination.attribute === "email" ? "email" : "sms";
  const kind = KINDS.get(source) ?? "verification";
  const details = deliveryDetails(destination);
  const metadata = clientMetadata && { clientMetadata };
  if (hasSender(pool, channel)) {
    // Cognito's are escaped wherever they go, and the functions that read them undo it.
    const secret = kind === "invitation" ? escapeHtml(code) : code;
    await tellSender(call, pool, channel, secret, {
      source: source.replace("CustomMessage_", ""),
      clientId,
      userName: user.username,
      told: { userAttributes: { ...userAttributes(user), ...addressee(user, destination) }, ...metadata },
    });
    return details;
  }
  const mayLink = channel === "email" && SIGN_UP.includes(source) && confirmsByLink(pool);
  const linkFor = mayLink ? clientId : undefined;
  const answer = await runTrigger(call, pool, "CustomMessage", {
    source,
    clientId,
    userName: user.username,
    request: {
      userAttributes: userAttributes(user),
      codeParameter: CODE,
      linkParameter: "{##Click Here##}",
      usernameParameter: kind === "invitation" ? USERNAME : null,
      ...metadata,
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  });
  const custom = customTexts(pool, kind, channel, linkFor !== undefined, answer);
  if ("fault" in custom) throw unrecognizable(custom.fault);
  if (kind === "invitation" && custom.text === undefined && !invites(pool, channel)) return details;
  const name = user.username === user.sub ? (user.attributes[destination.attribute] ?? user.username) : user.username;
  const link = linkFor && (await confirmationLink(call, pool, { clientId: linkFor, username: user.username, code }));
  await sendMessage(call, writeMessage(pool, kind, channel, destination.value, { code, username: name, link }, custom));
  return details;
}

/** A sender knows no other address than the attribute, so a value that is still to be proven stands in its place. */
function addressee(user: Pick<User, "attributes">, { attribute, value }: Destination): Record<string, string> {
  return user.attributes[attribute] === value ? {} : { [attribute]: value, [`${attribute}_verified`]: "false" };
}
