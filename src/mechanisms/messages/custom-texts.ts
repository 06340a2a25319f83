import type { Pool } from "../../directory/pools.ts";
import type { Message } from "./send.ts";
import { CODE, type CustomTexts, LINK, type MessageKind, USERNAME } from "./templates.ts";

/**
 * What a custom-message trigger answers. Null leaves the pool's own text, as does an empty one: typed languages write
 * either.
 */
export interface CustomMessage {
  smsMessage?: string | null | undefined;
  emailMessage?: string | null | undefined;
  emailSubject?: string | null | undefined;
}

/** Characters. */
const LONGEST = { smsMessage: 140, emailMessage: 20_000, emailSubject: 140 };

/**
 * The texts that a custom-message trigger gives for a message (Amazon Cognito: custom message Lambda trigger, response
 * parameters). Only what the message has use for is looked at.
 * @param byLink whether the mail is to lead to a page; the link may then stand for the code
 * @returns `fault` where the texts cannot be sent
 */
export function customTexts(
  { settings }: Pool,
  kind: MessageKind,
  channel: Message["channel"],
  byLink: boolean,
  { smsMessage, emailMessage, emailSubject }: CustomMessage,
): CustomTexts | { fault: string } {
  const given = channel === "sms" ? { smsMessage } : { emailMessage, emailSubject };
  const texts = Object.entries(given).filter(([, text]) => text) as [keyof CustomMessage, string][];
  if (channel === "email" && texts.length > 0 && settings.EmailConfiguration?.EmailSendingAccount !== "DEVELOPER") {
    return { fault: "a text for e-mail, which takes EmailSendingAccount DEVELOPER" };
  }
  for (const [name, text] of texts) {
    if (Array.from(text).length > LONGEST[name]) return { fault: `${name} longer than ${LONGEST[name]}` };
    if (name === "emailSubject") continue;
    if (!text.includes(CODE) && !(byLink && LINK.test(text))) return { fault: `${name} without the code` };
    if (kind === "invitation" && !text.includes(USERNAME)) return { fault: `${name} without the username` };
  }
  const [text, subject] = channel === "sms" ? [smsMessage] : [emailMessage, emailSubject];
  return { ...(text && { text }), ...(subject && { subject }) };
}
