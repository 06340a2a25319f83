import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import { mfaMode } from "../../../directory/pool.ts";
import type { MfaFactor } from "../../../directory/users.ts";
import { usableFactors } from "../../mfa.ts";
import { badSession } from "../refusals.ts";
import type { Candidate, SignIn } from "../sign-in.ts";

const SECOND: ReadonlySet<ChallengeNameType> = new Set([
  "SMS_MFA",
  "SOFTWARE_TOKEN_MFA",
  "EMAIL_OTP",
  "MFA_SETUP",
] as const);

/** Whether a second factor was passed. What a sign-in begins with is its first, an e-mailed code, too. */
export const passedSecondFactor = ({ passed }: Pick<Candidate, "passed">): boolean =>
  passed.slice(1).some((name) => SECOND.has(name));

/**
 * Whether a passkey that verified its user, by a fingerprint or PIN, counts as two factors (WebAuthnConfigurationType).
 */
const passkeyIsBoth = ({ turn, user, passed, userVerified }: SignIn): boolean =>
  passed[0] === "WEB_AUTHN" &&
  userVerified === true &&
  turn.pool.settings.mfa?.webAuthn?.FactorConfiguration === "MULTI_FACTOR_WITH_USER_VERIFICATION" &&
  user.factors.passkeyIsMfa === true;

/**
 * Whether a remembered device stands in for the second factor (DeviceConfigurationType, ChallengeRequiredOnNewDevice).
 */
const deviceReplacesMfa = ({ turn, device }: Candidate): boolean =>
  device?.remembered === true && turn.pool.settings.DeviceConfiguration?.ChallengeRequiredOnNewDevice === true;

/** Whether a remembered device has proven itself: a browser by its cookie, a program by SRP. */
export const provedDevice = ({ device, passed }: Candidate): boolean =>
  device?.remembered === true && (device.secretHash !== null || passed.includes("DEVICE_PASSWORD_VERIFIER"));

/** The channels that a sign-in has begun with; they are not asked a second time. */
const FIRST_CHANNEL: ReadonlyMap<ChallengeNameType, MfaFactor> = new Map([
  ["EMAIL_OTP", "EMAIL_OTP"],
  ["SMS_OTP", "SMS_MFA"],
] as const);

/**
 * The second factors that a user can be asked for in this sign-in: the channel that it began with is none, since it was
 * proven already.
 */
export function secondFactorsOf({ turn, user, passed }: Pick<SignIn, "turn" | "user" | "passed">): MfaFactor[] {
  const first = passed[0] && FIRST_CHANNEL.get(passed[0]);
  return usableFactors(turn.pool, user).filter((factor) => factor !== first);
}

/**
 * The challenge by which a second factor is due now, if one is (Amazon Cognito: adding MFA to a user pool). Whether a
 * device that stands in for it has proven itself is asked for by DEVICE_SRP_AUTH.
 * @throws Refusal NotAuthorizedException where there is none but what the sign-in began with
 */
export function secondFactor(signIn: SignIn): ChallengeNameType | undefined {
  const { turn, user, chosen } = signIn;
  const mode = mfaMode(turn.pool.settings);
  if (mode === "OFF" || passedSecondFactor(signIn) || passkeyIsBoth(signIn) || deviceReplacesMfa(signIn)) {
    return undefined;
  }
  const usable = secondFactorsOf(signIn);
  if (usable.length === 0) {
    // Where a second factor is asked for, a code is none to begin with; it was when this began.
    if (usableFactors(turn.pool, user).length > 0) throw badSession("a code that would be both factors");
    return mode === "ON" ? "MFA_SETUP" : undefined;
  }
  if (usable.length === 1) return usable[0];
  const wanted = chosen ?? user.factors.preferred;
  return wanted && usable.includes(wanted) ? wanted : "SELECT_MFA_TYPE";
}

/**
 * Refuses the proof of a second factor that was switched off since it was asked for.
 * @throws Refusal NotAuthorizedException
 */
export function checkUsable({ turn, user }: Candidate, factor: MfaFactor): void {
  if (!user || !usableFactors(turn.pool, user).includes(factor)) throw badSession("a factor that was switched off");
}

/** Whether more than one factor was proven (RFC 8176, `mfa`). */
export const isMultiFactor = (signIn: SignIn): boolean =>
  passedSecondFactor(signIn) || passkeyIsBoth(signIn) || provedDevice(signIn);
