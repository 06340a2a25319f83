import { allowedFirstFactors } from "../directory/pool.ts";
import type { Pool } from "../directory/pools.ts";
import { Refusal } from "../lib/refusal.ts";
import { checkRequired } from "../mechanisms/attributes/schema.ts";

/** Whether the pool lets users begin a sign-in with anything but a password. */
export const allowsPasswordless = ({ settings }: Pick<Pool, "settings">): boolean =>
  allowedFirstFactors(settings).some((factor) => factor !== "PASSWORD");

/** The attributes whose owner the pool lets in by a code sent there (SignInPolicy, AllowedFirstAuthFactors). */
export function codeFactors(pool: Pool): ("email" | "phone_number")[] {
  const factors = allowedFirstFactors(pool.settings);
  return [
    ...(factors.includes("EMAIL_OTP") ? ["email" as const] : []),
    ...(factors.includes("SMS_OTP") ? ["phone_number" as const] : []),
  ];
}

/**
 * Whether a user without password can sign in by a code and has all that the pool requires: nobody asks for it later.
 * @throws Refusal InvalidParameterException
 */
export function checkPasswordless(pool: Pool, attributes: Record<string, string>): void {
  checkRequired(pool, attributes);
  const factors = codeFactors(pool);
  if (factors.some((attribute) => attributes[attribute])) return;
  const wanted = factors.join(" or ");
  throw new Refusal("InvalidParameterException", `A user without password needs the attribute ${wanted}.`);
}
