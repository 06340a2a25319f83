/** A type as the AWS SDK for JavaScript knows it at run time: names and members, no limits. */
export type SdkType =
  | { kind: "structure"; name: string; members: Map<string, SdkType>; required: string[] }
  | { kind: "list"; name?: string; member: SdkType }
  | { kind: "map"; name?: string; key: SdkType; value: SdkType }
  | { kind: Simple; name?: string };

type Simple = "string" | "number" | "boolean" | "timestamp" | "blob" | "document";

export interface SdkOperation {
  name: string;
  input: SdkType & { kind: "structure" };
  /** Whether there is an output shape. */
  answers: boolean;
}

// Numbers of the schema serde of smithy-typescript 4. Simple types are bits, wrapped as lists (64) and maps (128).
const simple: Record<number, Simple> = {
  0: "string",
  1: "number",
  2: "boolean",
  4: "timestamp",
  15: "document",
  21: "blob",
  42: "blob",
};
const listOf = 64;
const mapOf = 128;
const [simpleTag, listTag, mapTag, structureTag, operationTag] = [0, 1, 2, 3, 9];

/** The operations of an SDK client package, by name. @param sdk the package's module namespace. */
export function sdkOperations(sdk: Record<string, unknown>): SdkOperation[] {
  return Object.values(sdk)
    .filter((schema): schema is unknown[] => Array.isArray(schema) && schema[0] === operationTag)
    .map((schema) => {
      const name = schema[2] as string;
      const input = read(schema[4]);
      if (input.kind !== "structure") throw new Error(`the input of ${name} is no structure`);
      return { name, input, answers: resolve(schema[5]) !== "unit" };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The enumerations that an SDK client package exports, by name. */
export function sdkEnums(sdk: Record<string, unknown>): Map<string, string[]> {
  const enums = new Map<string, string[]>();
  for (const [name, value] of Object.entries(sdk)) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const entries = Object.entries(value);
    if (entries.length > 0 && entries.every(([, text]) => typeof text === "string")) {
      enums.set(name, Object.values(value) as string[]);
    }
  }
  return enums;
}

/** Unwraps thunks and `[schema, traits]` pairs. */
function resolve(schema: unknown): unknown {
  if (typeof schema === "function") return resolve(schema());
  if (Array.isArray(schema) && schema.length === 2) return resolve(schema[0]);
  return schema;
}

function read(reference: unknown): SdkType {
  const schema = resolve(reference);
  if (typeof schema === "number") return readNumber(schema);
  if (!Array.isArray(schema)) throw new Error(`unknown SDK schema ${String(schema)}`);
  const name = schema[2] as string;
  switch (schema[0]) {
    case simpleTag:
      return { ...read(schema[4]), name };
    case listTag:
      return { kind: "list", name, member: read(schema[4]) };
    case mapTag:
      return { kind: "map", name, key: read(schema[4]), value: read(schema[5]) };
    case structureTag: {
      const names = schema[4] as string[];
      const types = schema[5] as unknown[];
      const members = new Map(names.map((member, at) => [member, read(types[at])]));
      return { kind: "structure", name, members, required: names.slice(0, (schema[6] as number | undefined) ?? 0) };
    }
    default:
      throw new Error(`unknown SDK schema kind ${String(schema[0])} of ${name}`);
  }
}

function readNumber(schema: number): SdkType {
  const kind = simple[schema];
  if (kind) return { kind };
  if (schema >= mapOf) return { kind: "map", key: { kind: "string" }, value: readNumber(schema - mapOf) };
  if (schema >= listOf) return { kind: "list", member: readNumber(schema - listOf) };
  throw new Error(`unknown SDK schema number ${schema}`);
}
