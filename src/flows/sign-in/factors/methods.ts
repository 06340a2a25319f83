import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import { isMultiFactor, provedDevice } from "./second-factor.ts";
import type { SignIn } from "../sign-in.ts";

/**
 * What each challenge proves, in the registered words (RFC 8176 §2). A custom one may prove anything, and so says
 * nothing.
 */
const METHODS: ReadonlyMap<ChallengeNameType, readonly string[]> = new Map([
  ["PASSWORD", ["pwd"]],
  ["PASSWORD_VERIFIER", ["pwd"]],
  ["SMS_OTP", ["sms"]],
  ["SMS_MFA", ["sms"]],
  ["EMAIL_OTP", ["otp"]],
  ["SOFTWARE_TOKEN_MFA", ["otp"]],
  ["MFA_SETUP", ["otp"]],
  ["WEB_AUTHN", ["pop"]],
] as const);

/** How the user of a sign-in has proven themselves (OpenID Connect Core 1.0 §2, `amr`). */
export const methodsOf = (signIn: SignIn): string[] => [
  ...new Set([
    ...signIn.passed.flatMap((name) => METHODS.get(name) ?? []),
    // RFC 8176 §2: proof of possession of a software-secured key.
    ...(provedDevice(signIn) ? ["swk"] : []),
    ...(signIn.userVerified ? ["user"] : []),
    ...(isMultiFactor(signIn) ? ["mfa"] : []),
  ]),
];
