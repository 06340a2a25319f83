// The schema of a pool (Amazon Cognito: working with user attributes): standard attributes, overridden, and custom ones.
import type { SchemaAttributeType } from "@aws-sdk/client-cognito-identity-provider";
import type { Attribute } from "../../directory/pool.ts";
import { Refusal } from "../../lib/refusal.ts";
import { STANDARD_ATTRIBUTES } from "../../mechanisms/attributes/standard.ts";

type Entry = SchemaAttributeType;

const MOST_CUSTOM = 50;
const LONGEST = 2048;
const PREFIX = /^(?:dev:)?custom:/;

const refuse = (message: string): Refusal => new Refusal("InvalidParameterException", message);

/** The attribute's name without `custom:` and `dev:custom:`, which do not tell two attributes apart. */
const bareName = (name: string): string => name.replace(PREFIX, "");

const isCustom = ({ Name }: Attribute): boolean => PREFIX.test(Name);

/**
 * The schema of a new pool: standard attributes with what the entries change of them, then the custom ones.
 * @throws Refusal InvalidParameterException, LimitExceededException
 */
export function newSchema(entries: readonly Entry[]): Attribute[] {
  const isStandard = ({ Name }: Entry) => STANDARD_ATTRIBUTES.some((attribute) => attribute.Name === Name);
  const standard = changeSchema(STANDARD_ATTRIBUTES, entries.filter(isStandard));
  return addCustomAttributes(
    standard,
    entries.filter((entry) => !isStandard(entry)),
  );
}

/**
 * A schema with custom attributes added.
 * @param entries named without prefix
 * @throws Refusal InvalidParameterException, LimitExceededException
 */
export function addCustomAttributes(schema: readonly Attribute[], entries: readonly Entry[]): Attribute[] {
  const grown = [...schema];
  for (const entry of entries) {
    const attribute = customAttribute(entry);
    const same = grown.find((other) => isCustom(other) && bareName(other.Name) === entry.Name);
    if (same) throw refuse(`${attribute.Name}: Existing attribute already has name ${same.Name}.`);
    grown.push(attribute);
  }
  if (grown.filter(isCustom).length > MOST_CUSTOM) {
    throw new Refusal("LimitExceededException", `A user pool can have at most ${MOST_CUSTOM} custom attributes.`);
  }
  return grown;
}

/**
 * A schema with attributes that it has changed in what may be changed of them.
 * @param entries custom attributes may be named with or without their prefix
 * @throws Refusal InvalidParameterException
 */
export function changeSchema(schema: readonly Attribute[], entries: readonly Entry[]): Attribute[] {
  const changes = new Map<string, Attribute>();
  for (const entry of entries) {
    const name = nameOf(entry);
    const attribute =
      schema.find(({ Name }) => Name === name) ??
      schema.find((other) => isCustom(other) && bareName(other.Name) === name);
    if (!attribute) throw refuse(`${name}: Attribute does not exist in the schema. AddCustomAttributes adds it.`);
    if (changes.has(attribute.Name)) throw refuse(`${name}: Existing attribute already has name ${attribute.Name}.`);
    changes.set(attribute.Name, changed(attribute, entry));
  }
  return schema.map((attribute) => changes.get(attribute.Name) ?? attribute);
}

/** Whether a value that fits `before` may not fit `after`. */
export function isTighter(before: Attribute, after: Attribute): boolean {
  const [text, number] = ["StringAttributeConstraints", "NumberAttributeConstraints"] as const;
  return (
    Number(after[text]?.MinLength ?? 0) > Number(before[text]?.MinLength ?? 0) ||
    Number(after[text]?.MaxLength ?? LONGEST) < Number(before[text]?.MaxLength ?? LONGEST) ||
    Number(after[number]?.MinValue ?? -Infinity) > Number(before[number]?.MinValue ?? -Infinity) ||
    Number(after[number]?.MaxValue ?? Infinity) < Number(before[number]?.MaxValue ?? Infinity)
  );
}

function customAttribute(entry: Entry): Attribute {
  const { AttributeDataType, DeveloperOnlyAttribute = false, Mutable = true, Required } = entry;
  if (!AttributeDataType) {
    throw refuse("Invalid AttributeDataType input, consider using the provided AttributeDataType enum.");
  }
  if (Required) throw refuse("Required custom attributes are not supported currently.");
  const Name = `${DeveloperOnlyAttribute ? "dev:" : ""}custom:${nameOf(entry)}`;
  const attribute: Attribute = { Name, AttributeDataType, DeveloperOnlyAttribute, Mutable, Required: false };
  return { ...attribute, ...constraints(attribute, entry) };
}

function changed(attribute: Attribute, entry: Entry): Attribute {
  const { AttributeDataType, Mutable = attribute.Mutable, Required = attribute.Required } = entry;
  const custom = isCustom(attribute);
  if (
    (AttributeDataType ?? attribute.AttributeDataType) !== attribute.AttributeDataType ||
    (custom ? entry.DeveloperOnlyAttribute === !attribute.DeveloperOnlyAttribute : entry.DeveloperOnlyAttribute)
  ) {
    const kind = custom ? "custom" : "standard";
    throw refuse(
      `You can not change AttributeDataType or set developerOnlyAttribute for ${kind} schema attribute ${attribute.Name}`,
    );
  }
  if (custom && Required) throw refuse("Required custom attributes are not supported currently.");
  if (attribute.Name === "sub") {
    if (Mutable !== attribute.Mutable || Required !== attribute.Required)
      throw refuse("sub: Attribute cannot be updated.");
    return attribute;
  }
  // Seen in deployed services: constraints count only beside a data type.
  return { ...attribute, Mutable, Required, ...(AttributeDataType && constraints(attribute, entry)) };
}

/** The constraints of an entry on top of those that the attribute has. */
function constraints({ Name, AttributeDataType, ...held }: Attribute, entry: Entry): Partial<Attribute> {
  if (AttributeDataType === "String") {
    const bounds = { ...held.StringAttributeConstraints, ...entry.StringAttributeConstraints };
    const [min, max] = readBounds(Name, "StringAttributeConstraints", bounds.MinLength, bounds.MaxLength);
    if ((min ?? 0) > LONGEST || (max ?? 0) > LONGEST) {
      throw refuse(`user.${Name}: String attributes cannot have a length of more than ${LONGEST}`);
    }
    if ((min ?? 0) > (max ?? LONGEST)) throw refuse(`user.${Name}: Max length cannot be less than min length.`);
    return { StringAttributeConstraints: bounds };
  }
  if (AttributeDataType === "Number") {
    const bounds = { ...held.NumberAttributeConstraints, ...entry.NumberAttributeConstraints };
    const [min, max] = readBounds(Name, "NumberAttributeConstraints", bounds.MinValue, bounds.MaxValue);
    if ((min ?? 0) > (max ?? Infinity)) throw refuse(`user.${Name}: Max value cannot be less than min value.`);
    return { NumberAttributeConstraints: bounds };
  }
  return {};
}

const readBounds = (name: string, member: string, ...bounds: (string | undefined)[]): (number | undefined)[] =>
  bounds.map((text) => {
    if (text === undefined) return undefined;
    if (!/^\d{1,40}$/.test(text)) throw refuse(`Invalid ${member} for schema attribute ${name}`);
    return Number(text);
  });

function nameOf({ Name }: Entry): string {
  if (Name === undefined) throw refuse("An attribute of the schema needs a name.");
  return Name;
}
