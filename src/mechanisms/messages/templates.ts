import type { Pool } from "../../directory/pools.ts";
import { escapeHtml } from "../../lib/html.ts";
import type { Message } from "./send.ts";

/** What a message is about; decides which of the pool's texts it takes. */
export type MessageKind = "verification" | "invitation" | "authentication";

/** What takes the place of a pool's own texts in one message. */
export interface CustomTexts {
  subject?: string;
  text?: string;
}

/** What stands for the code, or the temporary password, and for who it is for. */
export const CODE = "{####}";
export const USERNAME = "{username}";

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

/** Cognito's own, where a link is sent. */
const LINK_DEFAULTS = {
  subject: "Your verification link",
  email: "Please click the link below to verify your email address. {##Verify Email##} ",
};

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

/** Whether the pool's own text for an invitation has a place for the password. */
export const invites = (pool: Pool, channel: Message["channel"]): boolean =>
  textsOf(pool, "invitation")[channel]?.includes(CODE) ?? true;

/**
 * The text of a message with what it is about put in. Mail is HTML: what the pool's owner wrote stays as it is, what is put
 * in becomes text.
 * @param about.code the code or the temporary password
 * @param about.link an address, where the mail is to lead there: `{##text##}` becomes a link with this text
 * @param custom texts in the place of the pool's
 */
export function writeMessage(
  pool: Pool,
  kind: MessageKind,
  channel: Message["channel"],
  to: string,
  { code, username, link }: { code: string; username: string; link?: string | undefined },
  custom: CustomTexts = {},
): Message {
  const plain = { code, username };
  if (channel === "sms") {
    const { sms } = { ...DEFAULTS[kind], ...textsOf(pool, kind) };
    return { channel, to, subject: null, body: fill(custom.text ?? sms, plain) };
  }
  const { subject, email } = link === undefined ? { ...DEFAULTS[kind], ...textsOf(pool, kind) } : linkTextsOf(pool);
  const html = { code: escapeHtml(code), username: escapeHtml(username), href: link && escapeHtml(link) };
  return { channel, to, subject: fill(custom.subject ?? subject, plain), body: fill(custom.text ?? email, html) };
}

function linkTextsOf({ settings }: Pool): { subject: string; email: string } {
  const { EmailSubjectByLink, EmailMessageByLink } = settings.VerificationMessageTemplate ?? {};
  return { subject: EmailSubjectByLink ?? LINK_DEFAULTS.subject, email: EmailMessageByLink ?? LINK_DEFAULTS.email };
}

/**
 * A link around its text, which ends at the first mark of either kind, so that no text takes longer than its length.
 */
export const LINK = /\{##((?:(?!\{##|##\})[^])+)##\}/;

const PLACEHOLDERS = new RegExp(`\\{####\\}|\\{username\\}|${LINK.source}`, "g");

/** One pass: what is put in is never searched for placeholders again. */
const fill = (text: string, put: { code: string; username: string; href?: string | undefined }): string =>
  text.replace(PLACEHOLDERS, (placeholder: string, linkText: string | undefined) => {
    if (linkText === undefined) return placeholder === CODE ? put.code : put.username;
    return put.href === undefined ? placeholder : `<a href="${put.href}">${linkText}</a>`;
  });
