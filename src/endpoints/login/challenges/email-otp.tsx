import { codePage, sentTo } from "./code-form.tsx";

/** A code in a mail, in the place of a password or after one. */
export const emailOtp = codePage("EMAIL_OTP", "EMAIL_OTP_CODE", sentTo);
