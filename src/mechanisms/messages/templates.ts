import type { Pool } from "../../directory/pools.ts";
import type { Message } from "./send.ts";

/** What a message is about; decides which of the pool's texts it takes. */
export type MessageKind = "verification" | "invitation" | "authentication";

const CODE = "{####}";

/** Cognito's own texts, for pools that have none. */
const DEFAULTS = {
  verification: {
    subject: "Your verification code",
    email: `Your verification code is ${CODE}`,
    sms: `Your verification code is ${CODE}. `,
  },
  invitation: {
    subject: "Your temporary password",
    email: `Your username is {username} and temporary password is ${CODE}. `,
    sms: `Your username is {username} and temporary password is ${CODE}. `,
  },
  authentication: {
    subject: "Your authentication code",
    email: `Your authentication code is ${CODE}. `,
    sms: `Your authentication code is ${CODE}. `,
  },
} as const;

function textsOf(pool: Pool, kind: MessageKind): { subject?: string; email?: string; sms?: string } {
  const { settings } = pool;
  const found: { subject?: string | undefined; email?: string | undefined; sms?: string | undefined } = {};
  if (kind === "verification") {
    const template = settings.VerificationMessageTemplate;
    found.subject = template?.EmailSubject ?? settings.EmailVerificationSubject;
    found.email = template?.EmailMessage ?? settings.EmailVerificationMessage;
    found.sms = template?.SmsMessage ?? settings.SmsVerificationMessage;
  } else if (kind === "invitation") {
    const template = settings.AdminCreateUserConfig?.InviteMessageTemplate;
    found.subject = template?.EmailSubject;
    found.email = template?.EmailMessage;
    found.sms = template?.SMSMessage;
  } else {
    found.subject = settings.mfa?.email?.Subject;
    found.email = settings.mfa?.email?.Message;
    found.sms = settings.SmsAuthenticationMessage;
  }
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined));
}

/** The text of a message with its code and username put in. @param code the code or the temporary password */
export function writeMessage(
  pool: Pool,
  kind: MessageKind,
  channel: Message["channel"],
  to: string,
  { code, username }: { code: string; username: string },
): Message {
  const texts = { ...DEFAULTS[kind], ...textsOf(pool, kind) };
  // One pass: what is put in is never searched for placeholders again.
  const fill = (text: string) =>
    text.replace(/\{####\}|\{username\}/g, (placeholder) => (placeholder === CODE ? code : username));
  return channel === "email"
    ? { channel, to, subject: fill(texts.subject), body: fill(texts.email) }
    : { channel, to, subject: null, body: fill(texts.sms) };
}
