import { fold } from "../../directory/names.ts";
import type { Pool } from "../../directory/pools.ts";
import { beginningWith, EVERYONE, type UserSearch } from "../../directory/user-search.ts";
import { Refusal } from "../../lib/refusal.ts";

/** `<attribute> = "<value>"` or `<attribute> ^= "<prefix>"`; inside the quotes `\"` and `\\` stand for `"` and `\`. */
const FILTER = /^\s*(\S+?)\s*(\^?=)\s*"((?:[^"\\]|\\["\\])*)"\s*$/u;

/** The words for a user's being enabled, by the number that is stored for it and in the order of both. */
const ENABLED = ["Disabled", "Enabled"] as const;

/**
 * What a filter of ListUsers asks for (Amazon Cognito API: ListUsers, Filter). Beyond Cognito, every attribute of the
 * pool's schema can be searched. An absent or empty filter finds everyone.
 * @throws Refusal InvalidParameterException
 */
export function readFilter(pool: Pool, filter = ""): UserSearch {
  if (filter === "") return EVERYONE;
  const [, name, operator, quoted] = FILTER.exec(filter) ?? [];
  if (name === undefined || quoted === undefined) throw unreadable();
  const value = quoted.replace(/\\(.)/gu, "$1");
  const matching = (text: string) => (operator === "=" ? { equal: text } : beginningWith(text));
  switch (name) {
    case "username":
      return { by: "username", within: matching(value) };
    case "sub":
      return { by: "sub", within: matching(value.toLowerCase()) };
    case "cognito:user_status":
      return { by: "status", within: matching(value.toUpperCase()) };
    case "status":
      return { by: "enabled", within: matchingEnabled(value, operator === "=") };
  }
  if (pool.attributes.some((attribute) => attribute.Name === name)) {
    return { by: { attribute: name }, within: matching(fold(value)) };
  }
  if (/[="^]/.test(name)) throw unreadable();
  throw new Refusal("InvalidParameterException", `Invalid search attribute: ${name}`);
}

const unreadable = () => new Refusal("InvalidParameterException", "Error while parsing filter");

/** The numbers whose words match: none, one, or both as they are neighbours. */
function matchingEnabled(value: string, whole: boolean): UserSearch["within"] {
  const found = [0, 1].filter((number) => {
    const word = ENABLED[number] as string;
    return whole ? word === value : word.startsWith(value);
  });
  const from = found[0];
  return from === undefined ? { from: 0, below: 0 } : { from, below: from + found.length };
}
