import { Refusal } from "../../lib/refusal.ts";
import type { Service } from "./model/model.ts";

/** Violations that are worded. A body of a mebibyte can hold far more, and the answer to it should stay small. */
const most = 100;

/** Characters of a value that are repeated. */
const longestEcho = 2048;

/** The name that each service gives to violations of its model. That of identity pools is in no model, but deployed. */
const refusals: Record<Service, string> = {
  "cognito-idp": "InvalidParameterException",
  "cognito-identity": "ValidationException",
};

/** Collects violations of the model, worded as the deployed services do ("Amazon Cognito API: validation errors"). */
export class Faults {
  readonly #sentences: string[] = [];

  /** @param value what was sent; undefined when it may not be repeated. @param at path such as `schema.1.member.name`. */
  add(value: unknown, at: string, sentence: string): void {
    if (this.#sentences.length === most) return;
    this.#sentences.push(`Value${echo(value)} at '${at}' failed to satisfy constraint: ${sentence}`);
  }

  /** @throws Refusal with everything that was collected, if anything was. */
  raise(service: Service): void {
    const count = this.#sentences.length;
    if (count === 0) return;
    const heading = `${count} validation ${count === 1 ? "error" : "errors"} detected`;
    throw new Refusal(refusals[service], `${heading}: ${this.#sentences.join("; ")}`, { reason: "model violation" });
  }
}

function echo(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return " null";
  return ` '${javaText(value).slice(0, longestEcho).toWellFormed()}'`;
}

/** As Java prints lists and maps. */
function javaText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${key}=${String(item)}`);
  return `{${entries.join(", ")}}`;
}
