import type { CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import type { Code, CodeKind } from "../directory/codes.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { maskEmail, maskPhone } from "../mechanisms/factors/delivery-mask.ts";
import { hashCode, makeCode, matchesCode } from "../mechanisms/factors/one-time-code.ts";
import { sendMessage } from "../mechanisms/messages/send.ts";
import { writeMessage } from "../mechanisms/messages/templates.ts";
import { arnOf, runTrigger } from "../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../mechanisms/triggers/user-attributes.ts";
import { confirmationLink, confirmsByLink } from "./confirmation-link.ts";

const HOUR = 3_600_000;

/** Milliseconds that a code lives (Amazon Cognito: quotas, validity of codes). */
export const CODE_LIFETIME: Record<CodeKind, number> = {
  "sign-up": 24 * HOUR,
  reset: HOUR,
  "verify:email": 24 * HOUR,
  "verify:phone_number": 24 * HOUR,
};

const PURPOSE = "code";

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
  const key = await call.keyring.newest(PURPOSE);
  const hash = `${key.id}.${await hashCode(key.bytes, [user.poolId, user.sub, kind, attribute, value], code)}`;
  const { poolId, sub } = user;
  return { code, row: { poolId, sub, kind, hash, attribute, value, expiresAt: call.now + CODE_LIFETIME[kind] } };
}

/** Whether an answer is the code of this row. */
export async function isCode(call: Call, row: Code, answer: string): Promise<boolean> {
  const [id = "", hash = ""] = row.hash.split(".");
  const key = await call.keyring.byId(PURPOSE, id);
  return (
    key !== undefined && matchesCode(hash, key.bytes, [row.poolId, row.sub, row.kind, row.attribute, row.value], answer)
  );
}

/** What the caller may know of where a code went. */
export const deliveryDetails = ({ attribute, value }: Destination): CodeDeliveryDetailsType =>
  attribute === "email"
    ? { Destination: maskEmail(value), DeliveryMedium: "EMAIL", AttributeName: "email" }
    : { Destination: maskPhone(value), DeliveryMedium: "SMS", AttributeName: "phone_number" };

const SENDERS = {
  email: { trigger: "CustomEmailSender", type: "customEmailSenderRequestV1" },
  sms: { trigger: "CustomSMSSender", type: "customSMSSenderRequestV1" },
} as const;

/** Whose mails may have a link in the place of the code. */
const SIGN_UP = ["CustomMessage_SignUp", "CustomMessage_ResendCode"];

/**
 * Sends a code (or temporary password): the single way that one leaves. Asks the custom-message trigger first; a custom
 * sender of the pool takes the place of both trigger and message.
 * @param source `CustomMessage_SignUp`, `_ResendCode`, `_ForgotPassword`, `_UpdateUserAttribute`, `_VerifyUserAttribute`,
 *   `_AdminCreateUser` or `_Authentication`
 * @throws Refusal CodeDeliveryFailureException, UnexpectedLambdaException
 */
export async function deliverCode(
  call: Call,
  about: {
    pool: Pool;
    clientId?: string | undefined;
    user: Pick<User, "sub" | "username" | "attributes" | "status">;
    source: `CustomMessage_${string}`;
    code: string;
    destination: Destination;
    clientMetadata?: Record<string, string> | undefined;
  },
): Promise<CodeDeliveryDetailsType> {
  const { pool, user, source, code, destination } = about;
  const channel = destination.attribute === "email" ? "email" : "sms";
  const event = { clientId: about.clientId, userName: user.username };
  const told = {
    userAttributes: userAttributes(user),
    ...(about.clientMetadata && { clientMetadata: about.clientMetadata }),
  };
  const { trigger: sender, type } = SENDERS[channel];
  if (arnOf(pool.settings.LambdaConfig, sender) !== undefined) {
    // Of this request the code may leave only encrypted under the pool's KMSKeyID.
    const sent = { ...event, source: source.replace("CustomMessage", sender), request: { type, code, ...told } };
    await runTrigger(call, pool, sender, { ...sent, response: {} });
    return deliveryDetails(destination);
  }
  const kind =
    source === "CustomMessage_AdminCreateUser"
      ? "invitation"
      : source === "CustomMessage_Authentication"
        ? "authentication"
        : "verification";
  await runTrigger(call, pool, "CustomMessage", {
    ...event,
    source,
    request: {
      ...told,
      codeParameter: "{####}",
      linkParameter: "{##Click Here##}",
      usernameParameter: kind === "invitation" ? "{username}" : null,
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  });
  const name = user.username === user.sub ? (user.attributes[destination.attribute] ?? user.username) : user.username;
  const link =
    channel === "email" && SIGN_UP.includes(source) && about.clientId !== undefined && confirmsByLink(pool)
      ? await confirmationLink(call, pool, { clientId: about.clientId, username: user.username, code })
      : undefined;
  await sendMessage(call, writeMessage(pool, kind, channel, destination.value, { code, username: name, link }));
  return deliveryDetails(destination);
}
