import type { Call } from "../call.ts";
import { hashCode, matchesCode } from "../mechanisms/factors/one-time-code.ts";

const PURPOSE = "code";

/** What is kept of a code: its keyed hash, with the id of the key. @param context what the code is good for */
export async function hashForKeeping(call: Call, context: readonly string[], code: string): Promise<string> {
  const key = await call.keyring.newest(PURPOSE);
  return `${key.id}.${await hashCode(key.bytes, context, code)}`;
}

/**
 * Whether an answer is the code of which `hashForKeeping` made this for the same context; false once its key was
 * retired.
 */
export async function isCodeOf(call: Call, kept: string, context: readonly string[], answer: string): Promise<boolean> {
  const [id = "", hash = ""] = kept.split(".");
  const key = await call.keyring.byId(PURPOSE, id);
  return key !== undefined && matchesCode(hash, key.bytes, context, answer);
}
