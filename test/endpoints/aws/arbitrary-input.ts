import fc from "fast-check";
import {
  model,
  operationModel,
  type Service,
  type Shape,
  type StructureShape,
} from "../../../src/endpoints/aws/model/model.ts";
import { brokenText, validText } from "./arbitrary-text.ts";

/** A body as JSON carries it, or a part of one. */
type Json = unknown;

/** An input with a fault, the fault in words, and the name of the refusal it deserves. */
export interface BrokenInput {
  input: Json;
  fault: string;
  refusal: "SerializationException" | "InvalidParameterException" | "ValidationException";
}

interface Broken {
  fault: string;
  wrongType: boolean;
  values: () => fc.Arbitrary<Json>;
}

/** Bodies that are refused for their size elsewhere are not worth making. */
const largest = 200_000;

/** Inputs of an operation that its model accepts, as parsed from JSON: any choice of optional members, small values. */
export function validInput(service: Service, operation: string): fc.Arbitrary<Record<string, Json>> {
  return valid(service, inputOf(service, operation)) as fc.Arbitrary<Record<string, Json>>;
}

/** Inputs of an operation that are valid but for one fault: a wrong JSON type, or a violation of the model. */
export function brokenInput(service: Service, operation: string): fc.Arbitrary<BrokenInput> {
  const violation = service === "cognito-idp" ? "InvalidParameterException" : "ValidationException";
  return fc
    .constantFrom(...faults(service, inputOf(service, operation)))
    .chain(({ fault, wrongType, values }) =>
      values().map((input) => ({ input, fault, refusal: wrongType ? "SerializationException" : violation })),
    );
}

function inputOf(service: Service, operation: string): string {
  const found = operationModel(service, operation);
  if (!found) throw new Error(`no operation ${operation}`);
  return found.input;
}

function shapeOf(service: Service, name: string): Shape {
  const shape = model(service).shapes[name];
  if (!shape) throw new Error(`no shape ${name}`);
  return shape;
}

function valid(service: Service, name: string): fc.Arbitrary<Json> {
  const shape = shapeOf(service, name);
  switch (shape.type) {
    case "structure":
      return structure(service, shape);
    case "list": {
      const minLength = shape.min ?? 0;
      const maxLength = Math.min(minLength + 2, shape.max ?? Number.POSITIVE_INFINITY);
      return fc.array(valid(service, shape.member), { minLength, maxLength });
    }
    case "map":
      return entries(service, shape, shape.min ?? 0, 2);
    case "string":
      return validText(shape);
    case "integer":
    case "long":
      return fc.integer({ min: shape.min ?? -1000, max: shape.max ?? 100_000 });
    case "blob":
      return fc
        .uint8Array({ minLength: shape.min ?? 0, maxLength: (shape.min ?? 0) + 40 })
        .map((bytes) => btoa(String.fromCharCode(...bytes)));
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return fc.integer({ min: 0, max: 2 ** 31 });
    case "document":
      return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  }
}

/** Required members always, others as it falls; `fixed` members as given. */
function structure(service: Service, shape: StructureShape, fixed: Record<string, fc.Arbitrary<Json>> = {}) {
  const members = Object.entries(shape.members).map(([name, target]) => [name, fixed[name] ?? valid(service, target)]);
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<Json>>, {
    requiredKeys: [...(shape.required ?? []), ...Object.keys(fixed)],
    noNullPrototype: true,
  });
}

function entries(service: Service, shape: Shape & { type: "map" }, least: number, more: number): fc.Arbitrary<Json> {
  const awkward = ["__proto__", "constructor", "toString"];
  const key = shapeOf(service, shape.key);
  if (key.type !== "string") throw new Error(`keys of type ${key.type}`);
  const free = !key.pattern && !key.enum;
  const keys = free ? fc.oneof(validText(key), fc.constantFrom(...awkward)) : validText(key);
  return fc
    .uniqueArray(fc.tuple(keys, valid(service, shape.value)), {
      minLength: least,
      maxLength: Math.max(least, Math.min(least + more, shape.max ?? Number.POSITIVE_INFINITY)),
      selector: ([name]) => name,
    })
    .map((pairs) => Object.fromEntries(pairs));
}

/** Every single fault a value of this shape can have, in itself or below. */
function faults(service: Service, name: string): Broken[] {
  const shape = shapeOf(service, name);
  const own = [...wrongTypes(shape), ...violations(service, shape)];
  switch (shape.type) {
    case "structure": {
      const missing = (shape.required ?? []).map((member) => {
        const rest = { ...shape, required: shape.required?.filter((other) => other !== member) ?? [] };
        const values = () => structure(service, rest).map((given) => ({ ...(given as object), [member]: null }));
        return { fault: `no ${member}`, wrongType: false, values };
      });
      const below = Object.entries(shape.members).flatMap(([member, target]) =>
        faults(service, target).map(({ fault, wrongType, values }) => ({
          fault: `${member}: ${fault}`,
          wrongType,
          values: () => structure(service, shape, { [member]: values() }),
        })),
      );
      return [...own, ...missing, ...below];
    }
    case "list": {
      const below = faults(service, shape.member).map(({ fault, wrongType, values }) => ({
        fault: `element: ${fault}`,
        wrongType,
        values: () =>
          fc
            .array(valid(service, shape.member), {
              minLength: Math.max(0, (shape.min ?? 0) - 1),
              maxLength: shape.min ?? 1,
            })
            .chain((others) => values().map((broken) => [...others, broken])),
      }));
      return [...own, ...below];
    }
    case "map": {
      const below = faults(service, shape.value).map(({ fault, wrongType, values }) => ({
        fault: `value: ${fault}`,
        wrongType,
        values: () => fc.tuple(validKey(service, shape.key), values()).map(([key, broken]) => ({ [key]: broken })),
      }));
      const keys = violations(service, shapeOf(service, shape.key)).map(({ fault, values }) => ({
        fault: `key: ${fault}`,
        wrongType: false,
        values: () => fc.tuple(values(), valid(service, shape.value)).map(([key, item]) => ({ [String(key)]: item })),
      }));
      return [...own, ...below, ...keys];
    }
    default:
      return own;
  }
}

const validKey = (service: Service, name: string) => valid(service, name) as fc.Arbitrary<string>;

function wrongTypes(shape: Shape): Broken[] {
  const samples: Record<Exclude<Shape["type"], "document">, Json[]> = {
    structure: ["text", 1, true, [], ["a"]],
    list: ["text", 1, false, {}, { a: 1 }],
    map: ["text", 1, true, [], ["a"]],
    string: [1, true, {}, [], "\ud800"],
    integer: ["1", 1.5, 1e12, true, {}, []],
    long: ["1", 1.5, 1e300, true, {}, []],
    boolean: ["true", 1, {}, []],
    timestamp: ["2026-01-01T00:00:00Z", 1e300, true, {}, []],
    blob: [1, true, {}, [], "not base64!"],
  };
  if (shape.type === "document") return [];
  const values = samples[shape.type];
  return [{ fault: `not a ${shape.type}`, wrongType: true, values: () => fc.constantFrom(...values) }];
}

function violations(service: Service, shape: Shape): Broken[] {
  const found: Broken[] = [];
  const add = (fault: string, values: () => fc.Arbitrary<Json>) => found.push({ fault, wrongType: false, values });
  const { min = 0, max = Number.POSITIVE_INFINITY } = "min" in shape || "max" in shape ? shape : {};
  switch (shape.type) {
    case "string": {
      if (min > 0)
        add("too short", () =>
          validText(shape).map((text) =>
            Array.from(text)
              .slice(0, min - 1)
              .join(""),
          ),
        );
      if (max < largest) add("too long", () => validText(shape).map((text) => (text || "a").repeat(max + 1)));
      const broken = brokenText(shape);
      if (broken) add(shape.enum ? "not in the enumeration" : "against the pattern", () => broken);
      break;
    }
    case "integer":
    case "long":
      if (shape.min !== undefined) add("too small", () => fc.integer({ min: min - 1000, max: min - 1 }));
      if (max < Number.POSITIVE_INFINITY) add("too large", () => fc.integer({ min: max + 1, max: max + 1000 }));
      break;
    case "blob":
      if (max < largest) add("too long", () => fc.constant(btoa("a".repeat(max + 1))));
      break;
    case "list":
      if (min > 0) add("too few", () => fc.array(valid(service, shape.member), { maxLength: min - 1 }));
      if (max <= 500) add("too many", () => valid(service, shape.member).map((item) => Array(max + 1).fill(item)));
      break;
    case "map":
      if (min > 0) add("too few", () => fc.constant({}));
      // Where only so many keys are valid, surplus ones are faulty themselves.
      if (max <= 500) {
        const keys = Array.from({ length: max + 1 }, (_, at) => `key${at}`);
        add("too many", () =>
          valid(service, shape.value).map((item) => Object.fromEntries(keys.map((key) => [key, item]))),
        );
      }
      break;
    default:
  }
  return found;
}
