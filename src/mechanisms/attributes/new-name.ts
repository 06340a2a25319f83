import { aliasAttributes, fold, usernameAttributes } from "../../directory/names.ts";
import type { Pool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { isEmail, isPhone } from "./formats.ts";

/** What a new user is called. */
export interface NewName {
  sub: string;
  /** As submitted, or the sub where people sign in by e-mail or phone. */
  username: string;
  /** Null-prototype; what was submitted empty is left out. */
  attributes: Record<string, string>;
}

const refuse = (message: string) => new Refusal("InvalidParameterException", message);

/**
 * Names a new user by the rules of the pool (Amazon Cognito: customizing sign-in attributes). Where e-mail or phone stand
 * for the username, the submitted name becomes that attribute and the username is the sub.
 * @param attributes as `readAttributes` gave them
 * @throws Refusal InvalidParameterException for a name of the wrong shape
 */
export function nameNewUser(pool: Pool, submitted: string, attributes: Record<string, string>): NewName {
  const sub = crypto.randomUUID();
  const kept = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(attributes)) if (value !== "") kept[name] = value;
  const kinds = usernameAttributes(pool);
  if (kinds.length === 0) {
    checkAgainstAliases(pool, submitted);
    return { sub, username: submitted, attributes: kept };
  }
  const kind = kinds.find((each) => (each === "email" ? isEmail(submitted) : isPhone(submitted)));
  if (!kind) throw refuse(shapeOf(kinds));
  const given = kept[kind];
  if (given !== undefined && fold(given) !== fold(submitted)) {
    throw refuse(`The attribute ${kind} must be the username, which is one.`);
  }
  kept[kind] = submitted;
  return { sub, username: sub, attributes: kept };
}

const shapeOf = (kinds: readonly string[]): string =>
  kinds.length > 1
    ? "Username should be either an email or a phone number."
    : kinds[0] === "email"
      ? "Username should be an email."
      : "Username should be a phone number.";

/** A username that looks like an alias would hide whoever signs in with that alias. */
function checkAgainstAliases(pool: Pool, submitted: string): void {
  const aliases = aliasAttributes(pool);
  // Decomposed, an address can be too long for one, and still be looked up as the composed one.
  const name = submitted.normalize("NFC");
  if (aliases.includes("email") && isEmail(name)) {
    throw refuse("Username cannot be of email format, since user pool is configured for email alias.");
  }
  if (aliases.includes("phone_number") && isPhone(name)) {
    throw refuse("Username cannot be of phone number format, since user pool is configured for phone number alias.");
  }
}
