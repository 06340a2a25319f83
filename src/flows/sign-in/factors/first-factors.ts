// What someone can begin a sign-in with where they have the choice (Amazon Cognito: choice-based sign-in, USER_AUTH).
import type { Call } from "../../../call.ts";
import { allowedFirstFactors, mfaMode } from "../../../directory/pool.ts";
import type { Passkey } from "../../../directory/passkeys.ts";
import type { Pool } from "../../../directory/pools.ts";
import type { User } from "../../../directory/users.ts";
import { usableFactors } from "../../mfa.ts";
import { allowsPasskeys } from "../../passkey-rules.ts";
import { codeFactors } from "../../passwordless.ts";
import { settle } from "../settle.ts";
import type { Candidate, Challenge } from "../sign-in.ts";
import { srpValue } from "../proofs/srp-exchange.ts";
import { offerEmailOtp } from "../steps/email-otp.ts";
import { offerPassword } from "../steps/password.ts";
import { offerExchange, offerPasswordSrp } from "../steps/password-srp.ts";
import { offerSmsOtp } from "../steps/sms-otp.ts";
import { offerWebAuthn } from "../steps/web-authn.ts";

/** In the order in which they are listed. */
export const FIRST_FACTORS = ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"] as const;

export type FirstFactor = (typeof FIRST_FACTORS)[number];

const listed = (factors: readonly FirstFactor[]): FirstFactor[] =>
  FIRST_FACTORS.filter((factor) => factors.includes(factor));

/** A password counts twice: by SRP and as it is. */
const passwordsOf = ({ settings }: Pool): FirstFactor[] =>
  allowedFirstFactors(settings).includes("PASSWORD") ? ["PASSWORD_SRP", "PASSWORD"] : [];

const CODES = { email: "EMAIL_OTP", phone_number: "SMS_OTP" } as const;

/**
 * What a user can begin with: of what the pool allows, what they have. Whoever has a temporary password is to replace
 * it. Where a second factor will be asked for, a code is not one of two, and a passkey is both or nothing. Whose
 * provider signs them in has nothing here but a password, if that.
 */
export function firstFactors(pool: Pool, user: User, hasPasskey: boolean): FirstFactor[] {
  const { credentials, status, attributes, factors } = user;
  const passwords = credentials ? passwordsOf(pool) : [];
  if (status === "FORCE_CHANGE_PASSWORD" || status === "EXTERNAL_PROVIDER") return passwords;
  const second = mfaMode(pool.settings) === "ON" || usableFactors(pool, user).length > 0;
  const codes = second ? [] : codeFactors(pool).filter((address) => attributes[address]);
  const passkey = allowsPasskeys(pool) && hasPasskey && (!second || factors.passkeyIsMfa === true);
  return listed([...passwords, ...codes.map((address) => CODES[address]), ...(passkey ? ["WEB_AUTHN" as const] : [])]);
}

/**
 * The first factor that the answer to a code counts as, whatever it was sent for; undefined where its user could not begin
 * with one that goes to the same address.
 */
export function codeFactorOf(
  pool: Pool,
  user: User,
  attribute: keyof typeof CODES,
): "EMAIL_OTP" | "SMS_OTP" | undefined {
  const factor = CODES[attribute];
  return firstFactors(pool, user, false).includes(factor) ? factor : undefined;
}

/** What a name that nobody has could begin with if somebody had it, where no user of the pool tells. */
export const usualFactors = (pool: Pool): FirstFactor[] =>
  listed([
    ...passwordsOf(pool),
    ...(mfaMode(pool.settings) === "ON" ? [] : codeFactors(pool).map((address) => CODES[address])),
  ]);

/**
 * The challenge by which a first factor is asked for. A password's SRP goes straight on where SRP_A came along. The
 * candidate's writes run in the same hop, if there are any.
 * @param held the user's passkeys, where they were read before
 * @throws Refusal InvalidParameterException, LimitExceededException, CodeDeliveryFailureException,
 *   InvalidUserPoolConfigurationException
 */
export async function offerFirstFactor(
  call: Call,
  candidate: Candidate,
  factor: FirstFactor,
  held?: readonly Passkey[],
): Promise<Challenge> {
  switch (factor) {
    case "EMAIL_OTP":
      return offerEmailOtp(call, candidate);
    case "SMS_OTP":
      return offerSmsOtp(call, candidate);
    case "WEB_AUTHN": {
      const [challenge] = await Promise.all([offerWebAuthn(call, candidate, held), settle(call, candidate)]);
      return challenge;
    }
    case "PASSWORD":
      await settle(call, candidate);
      return offerPassword(call, candidate);
    case "PASSWORD_SRP": {
      const { SRP_A } = candidate.turn.given;
      const A = SRP_A ? srpValue(candidate.turn.given) : undefined;
      await settle(call, candidate);
      return A === undefined ? offerPasswordSrp(call, candidate) : offerExchange(call, candidate, A);
    }
  }
}
