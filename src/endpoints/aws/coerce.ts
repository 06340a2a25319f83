import { fromBase64 } from "../../lib/encoding.ts";
import { Refusal } from "../../lib/refusal.ts";
import type { Shape } from "./model/model.ts";

export type ScalarShape = Exclude<Shape, { type: "structure" | "list" | "map" }>;

/** Levels a document may nest. Branding settings have about ten; deeper ones would exhaust the stack of whoever reads them. */
const deepest = 100;

const names = {
  string: "String",
  integer: "Integer",
  long: "Long",
  boolean: "Boolean",
  blob: "Blob",
  timestamp: "Timestamp",
};

/**
 * A scalar as programs want it, out of JSON: blobs from base64 to bytes, timestamps from epoch seconds to Date, documents
 * copied with null-prototype objects, the rest as it is. Nothing is converted between JSON types.
 * @param at path of the member, for the log.
 * @throws Refusal SerializationException for another JSON type.
 */
export function coerce(shape: ScalarShape, value: unknown, at: string): unknown {
  switch (shape.type) {
    case "string":
      // Half a surrogate pair turns into U+FFFD wherever it is stored, so that two different values would become equal.
      if (typeof value === "string" && value.isWellFormed()) return value;
      break;
    case "integer":
      if (typeof value === "number" && (value | 0) === value) return value | 0;
      break;
    case "long":
      if (Number.isSafeInteger(value)) return value;
      break;
    case "boolean":
      if (typeof value === "boolean") return value;
      break;
    case "timestamp": {
      const date = new Date(typeof value === "number" ? value * 1000 : Number.NaN);
      if (!Number.isNaN(date.getTime())) return date;
      break;
    }
    case "blob": {
      const bytes = typeof value === "string" ? fromBase64(value) : null;
      if (bytes) return bytes;
      break;
    }
    case "document":
      return copy(value, at, deepest);
  }
  throw mismatch(value, at, names[shape.type]);
}

/** The refusal of a JSON type that does not fit. @param expected name of a scalar type, absent for containers. */
export function mismatch(value: unknown, at: string, expected?: string): Refusal {
  return new Refusal("SerializationException", explain(value, expected), {
    reason: `unexpected JSON type at ${at || "the body"}`,
  });
}

function explain(value: unknown, expected: string | undefined): string {
  if (Array.isArray(value)) return "Start of list found where not expected";
  if (typeof value === "object" && value !== null) return "Start of structure or map found where not expected";
  if (!expected) return "Unexpected field type";
  const token = typeof value === "boolean" ? String(value) : typeof value;
  return `${token.toUpperCase()}_VALUE cannot be converted to ${expected}`;
}

function copy(value: unknown, at: string, levels: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) {
    throw new Refusal("SerializationException", "The document is nested too deeply", { reason: `document at ${at}` });
  }
  if (Array.isArray(value)) return value.map((item) => copy(item, at, levels - 1));
  const clean = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) clean[key] = copy(item, at, levels - 1);
  return clean;
}
