import type { Shape } from "./model/model.ts";
import { matcher } from "./pattern.ts";

/** One limit of a shape, and how the service words it after "failed to satisfy constraint: ". */
export interface Constraint {
  sentence: string;
  holds(value: unknown): boolean;
}

/**
 * The limits of one shape itself, not of what it holds. Values are as `coerce` leaves them: strings, numbers, bytes,
 * arrays, null-prototype records.
 */
export function constraintsOf(shape: Shape): Constraint[] {
  switch (shape.type) {
    case "string": {
      const { pattern, enum: values } = shape;
      const constraints = range(shape, "length", (value) => characters(value as string));
      if (pattern !== undefined) {
        const matches = matcher(pattern);
        // An empty value that is too short is reported once.
        const emptyIsShort = (shape.min ?? 0) > 0;
        constraints.push({
          sentence: `Member must satisfy regular expression pattern: ${pattern}`,
          holds: (value) => (value === "" && emptyIsShort) || matches(value as string),
        });
      }
      if (values) {
        const known = new Set<unknown>(values);
        const sentence = `Member must satisfy enum value set: [${values.join(", ")}]`;
        constraints.push({ sentence, holds: (value) => known.has(value) });
      }
      return constraints;
    }
    case "integer":
    case "long":
      return range(shape, "value", (value) => value as number);
    case "blob":
    case "list":
      return range(shape, "length", (value) => (value as ArrayLike<unknown>).length);
    case "map":
      return range(shape, "length", (value) => Object.keys(value as object).length);
    default:
      return [];
  }
}

function range(
  { min, max }: { min?: number; max?: number },
  noun: "length" | "value",
  measure: (value: unknown) => number,
): Constraint[] {
  const constraints: Constraint[] = [];
  if (max !== undefined) {
    const sentence = `Member must have ${noun} less than or equal to ${max}`;
    constraints.push({ sentence, holds: (value) => measure(value) <= max });
  }
  if (min !== undefined) {
    const sentence = `Member must have ${noun} greater than or equal to ${min}`;
    constraints.push({ sentence, holds: (value) => measure(value) >= min });
  }
  return constraints;
}

/**
 * Length in Unicode scalar values, as the Smithy specification defines `length` for strings, and as people count: an
 * emoji is one character. Counting UTF-16 units would make limits depend on the script a person writes in.
 */
function characters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) pairs++;
  return text.length - pairs;
}
