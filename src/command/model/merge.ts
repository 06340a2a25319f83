import type { Model, OperationModel, Service, Shape, StructureShape } from "../../endpoints/aws/model/model.ts";
import type { Beyond } from "./beyond.ts";
import { type SdkOperation, type SdkType, sdkEnums, sdkOperations } from "./sdk.ts";

/** The parts of a botocore `service-2.json` that are used here. */
export interface ServiceDescription {
  metadata: { targetPrefix: string };
  operations: Record<string, { errors?: { shape: string }[] }>;
  shapes: Record<string, DescribedShape>;
}

interface DescribedShape {
  type: string;
  document?: boolean;
  members?: Record<string, { shape: string }>;
  required?: string[];
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  sensitive?: boolean;
}

/** What an installed SDK client package tells. */
export interface Sdk {
  namespace: Record<string, unknown>;
  /** Whether the SDK leaves requests of this operation unsigned. */
  unsigned(operation: string): boolean;
  /** Wire names of the errors that the SDK documents for an operation. */
  errors(operation: string): string[];
  /** TypeScript text of a member's type, such as `OAuthFlowType[]`; undefined when it is not there. */
  typeText(structure: string, member: string): string | undefined;
}

/** One contract out of the service description and the SDK; where they differ, the SDK, which is newer, wins. */
export function mergeModel(service: Service, description: ServiceDescription, sdk: Sdk, beyond: Beyond): Model {
  const operations = sdkOperations(sdk.namespace);
  const gone = Object.keys(description.operations).filter((name) => !operations.some((known) => known.name === name));
  if (gone.length > 0) throw new Error(`the SDK has lost ${gone.join(", ")}: decide whether to keep them`);
  const shapes = inputShapes(operations, description, sdk, beyond);
  return {
    targetPrefix: description.metadata.targetPrefix,
    signingName: service,
    operations: sorted(
      operations.map((operation): [string, OperationModel] => {
        const described = description.operations[operation.name]?.errors?.map((error) => error.shape) ?? [];
        const unsigned = sdk.unsigned(operation.name) || beyond.unsigned.includes(operation.name);
        const model: OperationModel = {
          auth: unsigned ? "none" : "signed",
          input: operation.input.name,
          output: operation.answers ? "object" : "empty",
          errors: [...new Set([...described, ...sdk.errors(operation.name)])].sort(),
        };
        return [operation.name, model];
      }),
    ),
    shapes: sorted([...shapes]),
  };
}

/** Every shape that some input reaches, by name. */
function inputShapes(
  operations: SdkOperation[],
  description: ServiceDescription,
  sdk: Sdk,
  beyond: Beyond,
): Map<string, Shape> {
  const enums = sdkEnums(sdk.namespace);
  const shapes = new Map<string, Shape>();
  const described = (name: string): DescribedShape | undefined =>
    Object.hasOwn(description.shapes, name) ? description.shapes[name] : undefined;

  const structure = (type: SdkType & { kind: "structure" }): void => {
    if (shapes.has(type.name)) return;
    const known = described(type.name);
    const shape: StructureShape = { type: "structure", members: {} };
    shapes.set(type.name, shape);
    const required = new Set([...(known?.required ?? []), ...type.required]);
    if (required.size > 0) shape.required = [...required].sort();
    if (known?.sensitive) shape.sensitive = true;
    const members: [string, string][] = [...type.members].map(([name, memberType]) => {
      const target = memberShape(type.name, name, memberType, known?.members?.[name]?.shape);
      keep(target, memberType);
      return [name, target];
    });
    const extra = beyond.borrowed[type.name];
    for (const name of extra?.members ?? []) {
      const target = described(extra?.from ?? "")?.members?.[name]?.shape;
      if (!target) throw new Error(`${extra?.from} has no ${name} to lend`);
      members.push([name, target]);
    }
    for (const [name, target] of Object.entries(beyond.added[type.name] ?? {})) {
      keepOurs(target);
      members.push([name, target]);
    }
    shape.members = sorted(members);
  };

  /** Takes over a shape that only we have, and what hangs below it. */
  const keepOurs = (name: string): void => {
    const ours = beyond.shapes[name];
    if (ours?.type !== "structure") return keepDescribed(name);
    shapes.set(name, ours);
    for (const target of Object.values(ours.members)) keepOurs(target);
  };

  /** The shape name of a member: ours, the description's, or found for what only the SDK knows. */
  const memberShape = (owner: string, name: string, type: SdkType, known: string | undefined): string => {
    const ours = beyond.members[`${owner}.${name}`] ?? beyond.members[name];
    if (ours) return ours;
    if (known) return known;
    if (type.kind === "structure") return type.name;
    if (type.name && described(type.name)) return type.name;
    const text = sdk.typeText(owner, name) ?? "";
    const [, enumName = "", list] = /^(\w+)(\[\])?$/.exec(text) ?? [];
    const values = enums.get(enumName);
    if (values) {
      const item = described(enumName) ? undefined : ({ type: "string", enum: [...values].sort() } satisfies Shape);
      if (item) shapes.set(enumName, item);
      if (!list) return enumName;
      keepDescribed(enumName);
      shapes.set(`${enumName}List`, { type: "list", member: enumName });
      return `${enumName}List`;
    }
    const namesake = shapeOfNamesakes(name, type);
    if (!namesake) throw new Error(`nothing says what limits ${owner}.${name} has: state it in beyond.ts`);
    return namesake;
  };

  /** The shape that members of this name most often have elsewhere. */
  const shapeOfNamesakes = (name: string, type: SdkType): string | undefined => {
    const votes = new Map<string, number>();
    for (const shape of Object.values(description.shapes)) {
      const target = shape.members?.[name]?.shape;
      if (target && kindOf(described(target)) === type.kind) votes.set(target, (votes.get(target) ?? 0) + 1);
    }
    if (votes.size === 0 && type.kind === "boolean") return "BooleanType";
    return [...votes].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))[0]?.[0];
  };

  /** Takes over a shape and what hangs below it. */
  const keep = (name: string, type: SdkType): void => {
    if (type.kind === "structure") return structure(type);
    keepDescribed(name);
    if (type.kind === "list" && type.member.kind === "structure") structure(type.member);
    if (type.kind === "map" && type.value.kind === "structure") structure(type.value);
  };

  const keepDescribed = (name: string): void => {
    if (shapes.has(name)) return;
    const known = beyond.shapes[name] ?? compact(name, described(name), enums, beyond);
    shapes.set(name, known);
    const below = known.type === "list" ? [known.member] : known.type === "map" ? [known.key, known.value] : [];
    // Structures are taken from the SDK, which may know more members.
    for (const part of below) if (described(part)?.type !== "structure" && part in allNames) keepDescribed(part);
  };
  const allNames = { ...description.shapes, ...beyond.shapes };

  for (const operation of operations) structure(operation.input);
  return shapes;
}

/** Our short form of a described shape that is no structure with members. */
function compact(name: string, shape: DescribedShape | undefined, enums: Map<string, string[]>, beyond: Beyond): Shape {
  if (!shape) throw new Error(`no shape named ${name}`);
  if (shape.document) return { type: "document" };
  const range = {
    ...(shape.min === undefined ? {} : { min: shape.min }),
    ...(shape.max === undefined ? {} : { max: shape.max }),
  };
  const sensitive = shape.sensitive ? { sensitive: true as const } : {};
  switch (shape.type) {
    case "list":
      return { type: "list", member: shape.member?.shape ?? "", ...range, ...sensitive };
    case "map":
      return { type: "map", key: shape.key?.shape ?? "", value: shape.value?.shape ?? "", ...range, ...sensitive };
    case "string": {
      const values = [...new Set([...(shape.enum ?? []), ...(enums.get(name) ?? []), ...(beyond.enums[name] ?? [])])];
      const pattern = shape.pattern === undefined ? {} : { pattern: shape.pattern };
      return { type: "string", ...range, ...pattern, ...(values.length > 0 ? { enum: values } : {}), ...sensitive };
    }
    case "integer":
    case "long":
    case "blob":
      return { type: shape.type, ...range };
    case "boolean":
    case "timestamp":
      return { type: shape.type };
    default:
      throw new Error(`${name} has the unknown type ${shape.type}`);
  }
}

const kindOf = (shape: DescribedShape | undefined): string | undefined =>
  shape?.document ? "document" : shape?.type === "integer" || shape?.type === "long" ? "number" : shape?.type;

const sorted = <T>(entries: [string, T][]): Record<string, T> =>
  Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
