import type { Call } from "../call.ts";
import { Refusal } from "../lib/refusal.ts";

const PURPOSE = "page-token";
const LIFETIME = 3_600_000;

/**
 * The token that asks for the next page: where the page before ended, sealed, so that it tells nothing of other users and
 * fits only the same question. Good for an hour.
 * @param question what was asked: operation, pool, and everything else that decides the order (group, filter)
 * @param position keys of the last row of the page
 */
export async function sealPageToken(
  call: Call,
  question: readonly string[],
  position: readonly (string | number)[],
): Promise<string> {
  return call.keyring.sealJson(PURPOSE, [call.now + LIFETIME, ...position], JSON.stringify(question));
}

/**
 * Where a page begins.
 * @returns the position sealed by `sealPageToken` for the same question, or undefined where there is no token: the first page
 * @throws Refusal InvalidParameterException for a token that is foreign, altered, expired, or of another question
 */
export async function openPageToken<Position extends readonly (string | number)[]>(
  call: Call,
  question: readonly string[],
  token: string | undefined,
): Promise<Position | undefined> {
  if (token === undefined) return undefined;
  const content = await call.keyring.openJson<[number, ...Position]>(PURPOSE, token, JSON.stringify(question));
  const [expires = 0, ...position] = content ?? [];
  if (expires > call.now) return position as unknown as Position;
  throw new Refusal("InvalidParameterException", "Invalid pagination token given.");
}

/** Rows of a page: what was asked for, or as many as there may be when it was left out or 0. */
export const pageSize = (asked: number | undefined, most = 60): number => asked || most;

/**
 * Cuts a page from rows that were read with a limit of one more than the page holds.
 * @returns the rows of the page, and the last of them when there are more
 */
export function cutPage<Row>(rows: Row[], size: number): { page: Row[]; last: Row | undefined } {
  return rows.length > size ? { page: rows.slice(0, size), last: rows[size - 1] } : { page: rows, last: undefined };
}
