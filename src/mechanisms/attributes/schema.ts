import type { AttributeType } from "@aws-sdk/client-cognito-identity-provider";
import type { Attribute } from "../../directory/pool.ts";
import type { Pool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { isBirthdate, isDateTime, isEmail, isNumber, isPhone } from "./formats.ts";

/** The two flags that say whether an address was proven. */
const VERIFIED = ["email_verified", "phone_number_verified"];

/** Written by the service alone. */
const OWN = ["sub", "identities"];

/** The attribute of a pool with this full name (`email`, `custom:team`). */
export const attributeOf = (pool: Pool, name: string): Attribute | undefined =>
  pool.attributes.find((attribute) => attribute.Name === name);

/** Whether only administrators write an attribute, whatever a client's list says. */
export const isAdministratorOnly = ({ Name, DeveloperOnlyAttribute }: Attribute): boolean =>
  DeveloperOnlyAttribute === true || VERIFIED.includes(Name) || OWN.includes(Name);

/** What a write is refused with that the client, or any user, has no right to. */
export const unauthorizedWrite = (reason: string): Refusal =>
  new Refusal("NotAuthorizedException", "A client attempted to write unauthorized attribute", { reason });

/**
 * Attributes as submitted, checked against the pool's schema (Amazon Cognito: working with user attributes). Booleans
 * come out in lower case; of an attribute that is named twice the last value counts.
 * @param at whether the user is being created, when immutable attributes may still be written
 * @param by users may not write developer attributes and the two flags of verification
 * @returns a null-prototype record; an empty text stands for "delete"
 * @throws Refusal InvalidParameterException with every fault in one message, NotAuthorizedException
 */
export function readAttributes(
  pool: Pool,
  list: readonly AttributeType[] | undefined,
  { at, by }: { at: "create" | "update"; by: "user" | "administrator" },
): Record<string, string> {
  const submitted = new Map((list ?? []).map(({ Name, Value }) => [Name as string, Value ?? ""]));
  const read = Object.create(null) as Record<string, string>;
  const misplaced: string[] = [];
  const misshapen: string[] = [];
  for (const [name, value] of submitted) {
    const attribute = attributeOf(pool, name);
    if (!attribute) {
      if (!name.includes(":")) {
        throw new Refusal("InvalidParameterException", `Type for attribute {${name}} could not be determined`);
      }
      misplaced.push(`${name}: Attribute does not exist in the schema.`);
    } else if (OWN.includes(name) || (at === "update" && attribute.Mutable === false)) {
      misplaced.push(`${name}: Attribute cannot be updated.`);
    } else if (by === "user" && isAdministratorOnly(attribute)) {
      throw unauthorizedWrite(name);
    } else {
      const fault = value === "" ? emptyFault(attribute, at) : valueFault(attribute, value);
      if (fault) misshapen.push(`${name}: ${fault}`);
      read[name] = attribute.AttributeDataType === "Boolean" ? value.toLowerCase() : value;
    }
  }
  if (misplaced.length > 0) {
    if (at === "create") throw nonconforming(misplaced);
    throw new Refusal("InvalidParameterException", misplaced.map((fault) => `user.${fault}\n`).join(""));
  }
  if (misshapen.length > 0) throw nonconforming(misshapen);
  for (const [name, looksRight, message] of FORMATS) {
    const value = read[name];
    if (value && !looksRight(value)) throw new Refusal("InvalidParameterException", message);
  }
  return read;
}

/**
 * Refuses a user who lacks an attribute that the pool requires.
 * @throws Refusal InvalidParameterException that names all of them
 */
export function checkRequired(pool: Pool, attributes: Record<string, string>): void {
  const missing = pool.attributes.filter(({ Name, Required }) => Required && Name !== "sub" && !attributes[Name]);
  if (missing.length > 0) throw nonconforming(missing.map(({ Name }) => `${Name}: ${MISSING}`));
}

const MISSING = "The attribute is required";

const FORMATS: readonly (readonly [name: string, looksRight: (value: string) => boolean, message: string])[] = [
  ["email", isEmail, "Invalid email address format."],
  ["phone_number", isPhone, "Invalid phone number format."],
];

const nonconforming = (faults: string[]): Refusal =>
  new Refusal(
    "InvalidParameterException",
    `Attributes did not conform to the schema: ${faults.map((fault) => `${fault}\n`).join("")}`,
  );

/** At creation `checkRequired` reports what is missing, whether it was sent empty or not at all. */
const emptyFault = ({ Required }: Attribute, at: "create" | "update"): string | undefined =>
  at === "update" && Required ? MISSING : undefined;

/** What is wrong with a value, in words after the attribute's name. */
function valueFault(attribute: Attribute, value: string): string | undefined {
  switch (attribute.AttributeDataType) {
    case "Boolean":
      return /^(?:true|false)$/i.test(value) ? undefined : "Boolean must be true or false";
    case "Number":
      return isNumber(value) ? numberFault(attribute, Number(value)) : "Number must be decimal";
    case "DateTime":
      return isDateTime(value) ? undefined : "DateTime must be an ISO 8601 date or seconds since 1970";
    default:
      return (
        lengthFault(attribute, value) ??
        (attribute.Name === "birthdate" && !isBirthdate(value) ? "Birthdate must be of the form YYYY-MM-DD" : undefined)
      );
  }
}

function numberFault({ NumberAttributeConstraints: bounds }: Attribute, value: number): string | undefined {
  if (bounds?.MinValue !== undefined && value < Number(bounds.MinValue))
    return `Number must be no less than ${bounds.MinValue}`;
  if (bounds?.MaxValue !== undefined && value > Number(bounds.MaxValue))
    return `Number must be no more than ${bounds.MaxValue}`;
  return undefined;
}

function lengthFault({ StringAttributeConstraints: bounds }: Attribute, value: string): string | undefined {
  const length = Array.from(value).length;
  if (bounds?.MinLength !== undefined && length < Number(bounds.MinLength)) {
    return `String must be no shorter than ${bounds.MinLength} characters`;
  }
  if (bounds?.MaxLength !== undefined && length > Number(bounds.MaxLength)) {
    return `String must be no longer than ${bounds.MaxLength} characters`;
  }
  return undefined;
}
