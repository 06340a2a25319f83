import type { Call } from "../../call.ts";
import { putMessage } from "../../directory/outbox.ts";
import { Refusal } from "../../lib/refusal.ts";

/** A message, ready to leave. */
export interface Message {
  channel: "email" | "sms";
  /** E-mail address or E.164 number. */
  to: string;
  /** Null for SMS. */
  subject: string | null;
  /** HTML where it is an e-mail, as Amazon Cognito sends it; else plain text. */
  body: string;
}

/**
 * Sends a message. In development it goes to the outbox.
 * @throws Refusal CodeDeliveryFailureException when no provider takes it
 */
export async function sendMessage(call: Call, message: Message): Promise<void> {
  if (!call.settings.development) {
    throw new Refusal("CodeDeliveryFailureException", "The message could not be delivered.", {
      reason: "no message provider is configured",
    });
  }
  await putMessage(call.db, { ...message, sentAt: call.now });
}
