import type { AuthFactorType, GetUserAuthFactorsResponse } from "@aws-sdk/client-cognito-identity-provider";
import type { Pool } from "../../directory/pools.ts";
import type { MfaFactor, User } from "../../directory/users.ts";
import { usableFactors } from "../../flows/mfa.ts";
import { firstFactors } from "../../flows/sign-in/factors/first-factors.ts";
import { toMfaSettings } from "../mfa-shape.ts";

/** In the order in which they are listed. */
const FACTORS: readonly AuthFactorType[] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "SOFTWARE_TOKEN"];

/** Second factors by the names that they have here. */
const SECOND: Record<MfaFactor, AuthFactorType> = {
  EMAIL_OTP: "EMAIL_OTP",
  SMS_MFA: "SMS_OTP",
  SOFTWARE_TOKEN_MFA: "SOFTWARE_TOKEN",
};

/**
 * What a user can sign in with, as GetUserAuthFactors and AdminGetUserAuthFactors show it: what USER_AUTH would let
 * them begin with now, the codes that are sent to them after that, and an authenticator app that was proven, asked for
 * or not.
 * @param hasPasskey whether a passkey is registered
 */
export function toAuthFactors(pool: Pool, user: User, hasPasskey: boolean): GetUserAuthFactorsResponse {
  const configured = new Set<string>([
    ...firstFactors(pool, user, hasPasskey),
    ...usableFactors(pool, user).map((factor) => SECOND[factor]),
    ...(user.factors.softwareToken ? ["SOFTWARE_TOKEN"] : []),
  ]);
  return {
    Username: user.username,
    ...toMfaSettings(user),
    ConfiguredUserAuthFactors: FACTORS.filter((factor) => configured.has(factor)),
  };
}
