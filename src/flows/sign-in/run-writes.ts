import type { Call } from "../../call.ts";
import { isTaken, type Statement } from "../../directory/database.ts";
import { Refusal } from "../../lib/refusal.ts";
import { usedSession } from "./refusals.ts";

/**
 * Runs what a step decided, in one transaction with what comes next.
 * @returns the rows of each statement
 * @throws Refusal NotAuthorizedException where the challenge was answered meanwhile; AliasExistsException when an
 *   attribute that came with the answer is someone else's name
 */
export async function runWrites(call: Call, [first, ...others]: [Statement, ...Statement[]]): Promise<unknown[][]> {
  try {
    return (await call.db.batch([first, ...others])) as unknown[][];
  } catch (error) {
    if (isTaken(error, "spent_challenges")) throw usedSession();
    if (!isTaken(error, "user_names")) throw error;
    throw new Refusal("AliasExistsException", "An account with the email or phone number already exists.");
  }
}
