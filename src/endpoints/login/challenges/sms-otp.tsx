import { codePage, sentTo } from "./code-form.tsx";

/** Sign-in by a code in a text message alone. */
export const smsOtp = codePage("SMS_OTP", "SMS_OTP_CODE", sentTo);
