import type { ChallengePage } from "./challenge-page.tsx";
import { customChallenge } from "./custom-challenge.tsx";
import { emailOtp } from "./email-otp.tsx";
import { mfaSetup } from "./mfa-setup.tsx";
import { newPasswordRequired } from "./new-password-required.tsx";
import { selectChallenge } from "./select-challenge.tsx";
import { selectMfaType } from "./select-mfa-type.tsx";
import { smsMfa } from "./sms-mfa.tsx";
import { smsOtp } from "./sms-otp.tsx";
import { softwareTokenMfa } from "./software-token-mfa.tsx";
import { webAuthn } from "./web-authn.tsx";

const pages: ChallengePage[] = [
  newPasswordRequired,
  mfaSetup,
  selectMfaType,
  softwareTokenMfa,
  smsMfa,
  emailOtp,
  smsOtp,
  customChallenge,
  selectChallenge,
  webAuthn,
];

/** Every challenge that has a page. */
export const challengePages: ReadonlyMap<string, ChallengePage> = new Map(pages.map((page) => [page.name, page]));
