import type { PasswordPolicyType } from "@aws-sdk/client-cognito-identity-provider";
import { randomText } from "../../lib/random.ts";

const MOST_CHARACTERS = 256;
const DEFAULT_LENGTH = 8;
const GENERATED_LENGTH = 16;

/** A pool without a policy asks for everything; in a policy that was sent, what it leaves out is not asked for. */
const DEFAULT_POLICY: PasswordPolicyType = {
  RequireNumbers: true,
  RequireSymbols: true,
  RequireUppercase: true,
  RequireLowercase: true,
};

const DIGIT = /[0-9]/;
const UPPER = /[A-Z]/;
const LOWER = /[a-z]/;
const SYMBOL = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;

/** Without 0 O o, 1 I l and i, which people mix up, and without symbols that mean something in HTML or a template. */
const READABLE = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789!@%*+-=?";

/** What a policy asks for, for people to read. */
export const passwordRules = (policy: PasswordPolicyType = DEFAULT_POLICY) => ({
  length: policy.MinimumLength ?? DEFAULT_LENGTH,
  lowercase: policy.RequireLowercase === true,
  uppercase: policy.RequireUppercase === true,
  numbers: policy.RequireNumbers === true,
  symbols: policy.RequireSymbols === true,
});

/**
 * Whether a password conforms with a pool's policy. Characters are Unicode code points.
 * @returns null when it does, else the message of the first failure, for InvalidPasswordException. The order and the
 * texts are Cognito's; it words the last two as validation errors of a request, which a caller may have checked before.
 */
export function checkPassword(policy: PasswordPolicyType = DEFAULT_POLICY, password: string): string | null {
  const length = Array.from(password).length;
  const failure =
    (length < (policy.MinimumLength ?? DEFAULT_LENGTH) && "Password not long enough") ||
    (policy.RequireNumbers && !DIGIT.test(password) && "Password must have numeric characters") ||
    (policy.RequireSymbols && !SYMBOL.test(password) && "Password must have symbol characters") ||
    (policy.RequireUppercase && !UPPER.test(password) && "Password must have uppercase characters") ||
    (policy.RequireLowercase && !LOWER.test(password) && "Password must have lowercase characters") ||
    (length > MOST_CHARACTERS && "Password must not have more than 256 characters") ||
    (password !== password.trim() && "Password must not begin or end with white space");
  return failure ? `Password did not conform with policy: ${failure}` : null;
}

/**
 * A password that any policy of at most its minimum length accepts: 16 characters (95 bits) or more, every kind present.
 * All passwords of that description are equally likely.
 */
export function generatePassword(policy: PasswordPolicyType = DEFAULT_POLICY): string {
  const length = Math.max(GENERATED_LENGTH, policy.MinimumLength ?? DEFAULT_LENGTH);
  for (;;) {
    const password = randomText(length, READABLE);
    // Drawing again, rather than putting a missing kind in, keeps the draw uniform.
    if ([DIGIT, UPPER, LOWER, SYMBOL].every((kind) => kind.test(password))) return password;
  }
}
