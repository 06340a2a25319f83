import { z } from "zod";

/** An administrator's key. Without `actions` it may do everything, without `pools` everywhere; an empty list allows nothing. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  /** Such as `cognito-idp:AdminGetUser`, `cognito-idp:List*`, `cognito-identity:*` or `*`; exact in case. */
  actions?: string[] | undefined;
  /** Ids of user pools and identity pools. */
  pools?: string[] | undefined;
}

/** By access key id. A Map, so that an id sent by a stranger never meets an inherited name. */
export type AccessKeys = ReadonlyMap<string, AccessKey>;

const ACTION = /^(?:\*|cognito-(?:idp|identity):(?:[A-Za-z]+\*?|\*))$/;
const POOL_ID = /^[\w-]+(?:_[0-9A-Za-z]+|:[0-9a-f-]+)$/;

/** Strict, because a misspelt `actions` or `pools` would hand out everything. Built on first use: schemas are slow to build. */
const buildSchema = () =>
  z.array(
    z.strictObject({
      accessKeyId: z.string().regex(/^[\w-]{1,128}$/),
      secretAccessKey: z.string().min(1).max(256),
      actions: z.array(z.string().regex(ACTION)).optional(),
      pools: z.array(z.string().regex(POOL_ID)).optional(),
    }),
  );
let schema: ReturnType<typeof buildSchema> | undefined;

/** Secrets do not change while an isolate lives, so the last text is the only one worth keeping. */
let last: { text: string; keys: AccessKeys } | undefined;

/**
 * Reads the secret `ADMIN_KEYS`, a JSON list of {@link AccessKey}.
 * @param text undefined or empty where there is no such secret, which means that nobody may administer.
 * @throws Error naming the member at fault (`ADMIN_KEYS[1].actions[0]: …`) and never a value, since values are secrets.
 */
export function parseAccessKeys(text: string | undefined): AccessKeys {
  if (text === undefined || text === "") return new Map();
  if (last?.text === text) return last.keys;

  schema ??= buildSchema();
  const parsed = schema.safeParse(readJson(text));
  if (!parsed.success) throw new Error(parsed.error.issues.map(describe).join("; "));

  const keys = new Map<string, AccessKey>();
  for (const [at, key] of parsed.data.entries()) {
    if (keys.has(key.accessKeyId)) throw new Error(`ADMIN_KEYS[${at}].accessKeyId: is used twice`);
    keys.set(key.accessKeyId, key);
  }
  last = { text, keys };
  return keys;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, hence no cause.
    throw new Error("ADMIN_KEYS: is not JSON");
  }
}

/** In words of our own: zod's messages name unknown members, and a misplaced secret can be one. */
function describe(issue: z.core.$ZodIssue): string {
  const member = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `ADMIN_KEYS${member}: ${fault(issue)}`;
}

function fault(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return "has a member other than accessKeyId, secretAccessKey, actions and pools";
    case "invalid_type":
      return `must be given as ${issue.expected}`;
    case "too_small":
      return "is empty";
    case "too_big":
      return "is too long";
    default:
      return issue.path.includes("actions")
        ? "must be <service>:<Operation>, with * only at its end"
        : "is not well-formed";
  }
}
