import type { Call } from "../../call.ts";
import type { Statement } from "../../directory/database.ts";
import { unchangedUser } from "../../directory/users.ts";
import { badSession } from "./refusals.ts";
import { runWrites } from "./run-writes.ts";
import type { Candidate } from "./sign-in.ts";

/**
 * Runs what the last step decided, where no tokens follow at once. Costs no hop where there is nothing to run.
 * @param first statements of the same batch
 * @returns the rows of `first`
 * @throws Refusal NotAuthorizedException where another answer, or another change of the user, came first
 */
export async function settle(
  call: Call,
  { user, writes, overtaken }: Candidate,
  first: Statement[] = [],
): Promise<unknown[][]> {
  const check = user && writes.length > 0 ? [unchangedUser(call.db, user)] : [];
  const [head, ...others] = [...first, ...writes, ...check];
  if (!head) return [];
  const results = await runWrites(call, [head, ...others]);
  if (check.length > 0 && results.at(-1)?.length === 0) {
    throw overtaken?.() ?? badSession("overtaken by another change of the user");
  }
  return results.slice(0, first.length);
}
