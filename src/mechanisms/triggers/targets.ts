import { z } from "zod";
import type { Target } from "./transports/transport.ts";
import { transports } from "./transports/transports.ts";

/** An ARN, or how several begin. */
const PATTERN = /^(?:arn:[^*\s]+\*?|\*)$/;

/** Secrets do not change while an isolate lives, so the last text is the only one worth keeping. */
let last: { text: string; targets: ReadonlyMap<string, Target> } | undefined;

/**
 * How the function of an ARN is reached: by the entry of the secret `TRIGGERS` with its name, else by the longest one
 * that ends with `*` and whose begin it has.
 * @returns undefined where no entry is for it
 * @throws Error naming the member at fault (`TRIGGERS["arn:…"].secret: …`) and never a value, since values are secrets
 */
export function targetOf(text: string | undefined, arn: string): Target | undefined {
  const targets = parseTargets(text);
  const exact = targets.get(arn);
  if (exact) return exact;
  const begins = [...targets.keys()].filter((key) => key.endsWith("*") && arn.startsWith(key.slice(0, -1)));
  const [longest] = begins.sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : targets.get(longest);
}

function parseTargets(text: string | undefined): ReadonlyMap<string, Target> {
  if (text === undefined || text === "") return new Map();
  if (last?.text === text) return last.targets;
  const object = z.record(z.string(), z.record(z.string(), z.unknown())).safeParse(readJson(text));
  if (!object.success) throw new Error("TRIGGERS: must be an object of objects by ARN");
  const targets = new Map(
    Object.entries(object.data).map(([arn, entry], at) => {
      if (!PATTERN.test(arn)) throw new Error(`TRIGGERS: the name of member ${at + 1} is no ARN, nor the begin of one`);
      return [arn, readTarget(arn, entry)];
    }),
  );
  last = { text, targets };
  return targets;
}

function readTarget(arn: string, entry: object): Target {
  const at = `TRIGGERS[${JSON.stringify(arn)}]`;
  const transport = transports.find(({ member }) => Object.hasOwn(entry, member));
  if (!transport) throw new Error(`${at}: has none of ${transports.map(({ member }) => member).join(", ")}`);
  const parsed = transport.schema().safeParse(entry);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => at + describe(issue)).join("; "));
  return parsed.data;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, hence no cause.
    throw new Error("TRIGGERS: is not JSON");
  }
}

/** In words of our own: zod's messages name unknown members, and a misplaced secret can be one. */
function describe({ path, ...issue }: z.core.$ZodIssue): string {
  const member = path.map((part) => `.${String(part)}`).join("");
  switch (issue.code) {
    case "unrecognized_keys":
      return `${member}: has a member that does not belong there`;
    case "invalid_type":
      return `${member}: must be given as ${issue.expected}`;
    case "too_small":
      return `${member}: is too short`;
    case "too_big":
      return `${member}: is too long`;
    default:
      return `${member}: is not well-formed`;
  }
}
