import { Refusal } from "../../lib/refusal.ts";
import { coerce, mismatch, type ScalarShape } from "./coerce.ts";
import { type Constraint, constraintsOf } from "./constraints.ts";
import { Faults } from "./faults.ts";
import {
  type ListShape,
  type MapShape,
  model,
  operationModel,
  type Service,
  type Shape,
  type StructureShape,
} from "./model/model.ts";

/** Takes a JSON value that is not null, collects faults, gives the clean value. `hidden` values are never repeated. */
type Reader = (value: unknown, at: string, faults: Faults) => unknown;

/** Characters of a map key that a path repeats. */
const longestKey = 128;

const readers = new Map<string, Reader>();

/**
 * The input of an operation, checked against the model of its service. Checks are made at the first call of an operation
 * and kept.
 * @param body parsed JSON.
 * @returns known members only: members that are absent or null are left out, null elements of lists and maps are dropped,
 *   maps are null-prototype records, blobs bytes, timestamps dates. Nothing of `body` is shared but strings.
 * @throws Refusal `SerializationException` for a wrong JSON type; `InvalidParameterException` (identity pools:
 *   `ValidationException`) with every violation of the model in one message; `UnknownOperationException`.
 */
export function validateInput(service: Service, operation: string, body: unknown): Record<string, unknown> {
  const found = operationModel(service, operation);
  if (!found) throw new Refusal("UnknownOperationException", "");
  const faults = new Faults();
  const input = readerOf(service, found.input, false)(body, "", faults);
  faults.raise(service);
  return input as Record<string, unknown>;
}

function readerOf(service: Service, name: string, hidden: boolean): Reader {
  const key = `${service} ${name} ${hidden}`;
  const known = readers.get(key) ?? compile(service, name, hidden);
  readers.set(key, known);
  return known;
}

function compile(service: Service, name: string, hiddenAbove: boolean): Reader {
  const shape = shapeOf(service, name);
  const hidden = hiddenAbove || ("sensitive" in shape && shape.sensitive === true);
  switch (shape.type) {
    case "structure":
      return structureReader(service, shape, hidden);
    case "list":
      return listReader(service, shape, hidden);
    case "map":
      return mapReader(service, shape, hidden);
    default: {
      const constraints = constraintsOf(shape);
      const echoed = !hidden && isPlain(shape);
      return (value, at, faults) => {
        const clean = coerce(shape, value, at);
        judge(constraints, clean, at, faults, echoed);
        return clean;
      };
    }
  }
}

function structureReader(service: Service, shape: StructureShape, hidden: boolean): Reader {
  const required = new Set(shape.required);
  // By name: the order in which the deployed service reports is arbitrary, ours is the same every time.
  const members = Object.keys(shape.members)
    .sort()
    .map((name) => ({
      name,
      path: name.charAt(0).toLowerCase() + name.slice(1),
      required: required.has(name),
      read: readerOf(service, shape.members[name] ?? "", hidden),
    }));
  return (value, at, faults) => {
    if (!isRecord(value)) throw mismatch(value, at);
    const clean: Record<string, unknown> = {};
    for (const { name, path, required, read } of members) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      const place = at === "" ? path : `${at}.${path}`;
      if (given !== null && given !== undefined) clean[name] = read(given, place, faults);
      else if (required) faults.add(null, place, "Member must not be null");
    }
    return clean;
  };
}

function listReader(service: Service, shape: ListShape, hidden: boolean): Reader {
  const member = shapeOf(service, shape.member);
  const constraints = constraintsOf(shape);
  const echoed = !hidden && isPlain(member);
  const items = isScalar(member) ? constraintsOf(member) : [];
  const read = readerOf(service, shape.member, hidden);
  return (value, at, faults) => {
    if (!Array.isArray(value)) throw mismatch(value, at);
    const given = value.filter((item) => item !== null);
    const clean = isScalar(member)
      ? given.map((item) => coerce(member, item, at))
      : given.map((item, index) => read(item, `${at}.${index + 1}.member`, faults));
    judge(constraints, clean, at, faults, echoed);
    if (!clean.every((item) => fits(items, item))) {
      faults.add(echoed ? clean : undefined, at, `Member must satisfy constraint: ${list(items)}`);
    }
    return clean;
  };
}

function mapReader(service: Service, shape: MapShape, hidden: boolean): Reader {
  const [key, member] = [shapeOf(service, shape.key), shapeOf(service, shape.value)];
  if (!isScalar(key)) throw new Error(`the keys of a map are ${key.type}`);
  const constraints = constraintsOf(shape);
  const echoed = !hidden && isPlain(key) && isPlain(member);
  const keys = constraintsOf(key);
  const items = isScalar(member) ? constraintsOf(member) : [];
  const read = readerOf(service, shape.value, hidden);
  return (value, at, faults) => {
    if (!isRecord(value)) throw mismatch(value, at);
    const clean = Object.create(null) as Record<string, unknown>;
    for (const [name, item] of Object.entries(value)) {
      if (item === null) continue;
      coerce(key, name, at);
      clean[name] = isScalar(member)
        ? coerce(member, item, at)
        : read(item, `${at}.${name.slice(0, longestKey)}.member`, faults);
    }
    const shown = echoed ? clean : undefined;
    judge(constraints, clean, at, faults, echoed);
    if (!Object.keys(clean).every((name) => fits(keys, name))) {
      faults.add(shown, at, `Map keys must satisfy constraint: ${list(keys)}`);
    }
    if (!Object.values(clean).every((item) => fits(items, item))) {
      faults.add(shown, at, `Map value must satisfy constraint: ${list(items)}`);
    }
    return clean;
  };
}

function judge(constraints: Constraint[], value: unknown, at: string, faults: Faults, echoed: boolean): void {
  for (const constraint of constraints) {
    if (!constraint.holds(value)) faults.add(echoed ? value : undefined, at, constraint.sentence);
  }
}

const fits = (constraints: Constraint[], value: unknown): boolean =>
  constraints.every((constraint) => constraint.holds(value));

/** Lists of scalars and maps report all limits of their elements at once, as seen in deployed services since 2017. */
const list = (constraints: Constraint[]): string => `[${constraints.map(({ sentence }) => sentence).join(", ")}]`;

function shapeOf(service: Service, name: string): Shape {
  const shape = model(service).shapes[name];
  if (!shape) throw new Error(`the model of ${service} has no shape ${name}`);
  return shape;
}

const isScalar = (shape: Shape): shape is ScalarShape =>
  shape.type !== "structure" && shape.type !== "list" && shape.type !== "map";

/** Whether values may be shown, and have a text worth showing. */
const isPlain = (shape: Shape): boolean =>
  isScalar(shape) && shape.type !== "blob" && shape.type !== "document" && !("sensitive" in shape);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
