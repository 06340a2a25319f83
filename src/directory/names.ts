import type { Pool } from "./pools.ts";
import type { NameKind } from "./schema/users.ts";

/**
 * Text as compared without regard to case. What begins with a text begins with it folded, too: a Greek capital sigma,
 * whose small form depends on what follows, always becomes the same one. Composed once more at the end, as some letters
 * have a composed form in lower case only (J̌ and ǰ).
 */
export const fold = (text: string): string => text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ς", "σ");

/** Whether names of the pool differ by case. Cognito's default is that they do. */
export const isCaseSensitive = (pool: Pool): boolean => pool.settings.UsernameConfiguration?.CaseSensitive ?? true;

/** How a name is looked up in the pool. */
export const nameKey = (pool: Pool, name: string): string => (isCaseSensitive(pool) ? name : fold(name));

/** The attributes that people of the pool sign in with instead of a username. */
export const usernameAttributes = (pool: Pool): readonly ("email" | "phone_number")[] =>
  pool.settings.UsernameAttributes ?? [];

/** The attributes that work as a second name beside the username. */
export const aliasAttributes = (pool: Pool): readonly ("email" | "phone_number" | "preferred_username")[] =>
  pool.settings.AliasAttributes ?? [];

/** One thing a user can sign in with. */
export interface SignInName {
  kind: NameKind;
  value: string;
}

/**
 * What a user can sign in with, by the rules of the pool (Amazon Cognito: customizing sign-in attributes): the username;
 * e-mail and phone, verified or not, where they stand for the username; verified e-mail and phone and preferred_username
 * where they are aliases.
 */
export function namesOf(pool: Pool, user: { username: string; attributes: Record<string, string> }): SignInName[] {
  const names: SignInName[] = [{ kind: "username", value: user.username }];
  for (const kind of usernameAttributes(pool)) {
    const value = user.attributes[kind];
    if (value) names.push({ kind, value });
  }
  for (const kind of aliasAttributes(pool)) {
    const value = user.attributes[kind];
    if (value && (kind === "preferred_username" || user.attributes[`${kind}_verified`] === "true")) {
      names.push({ kind, value });
    }
  }
  return names;
}

/** UTF-16 units. No name is longer, in whatever form it is written; and folding takes time that grows with their square. */
const LONGEST = 4_096;

/** Whether a text names this user, by sub or by anything they can sign in with. */
export function isNameOf(
  pool: Pool,
  user: { sub: string; username: string; attributes: Record<string, string> },
  name: string,
): boolean {
  if (name.length > LONGEST) return false;
  const key = nameKey(pool, name);
  return name === user.sub || namesOf(pool, user).some(({ value }) => nameKey(pool, value) === key);
}
