import { codePage, sentTo } from "./code-form.tsx";

/** A second factor by a code in a text message. */
export const smsMfa = codePage("SMS_MFA", "SMS_MFA_CODE", sentTo);
