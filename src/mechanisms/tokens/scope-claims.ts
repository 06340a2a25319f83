/** The attributes that a scope is about (OpenID Connect Core 1.0 §5.4; custom ones by Amazon Cognito: scopes). */
const OF_SCOPE: ReadonlyMap<string, (attribute: string) => boolean> = new Map([
  ["email", (name: string) => name === "email" || name === "email_verified"],
  ["phone", (name: string) => name === "phone_number" || name === "phone_number_verified"],
  ["profile", (name: string) => PROFILE.has(name) || name.startsWith("custom:")],
]);

const PROFILE = new Set([
  "name",
  "family_name",
  "given_name",
  "middle_name",
  "nickname",
  "preferred_username",
  "profile",
  "picture",
  "website",
  "gender",
  "birthdate",
  "zoneinfo",
  "locale",
  "updated_at",
]);

/** The scopes that are about attributes. */
export const ATTRIBUTE_SCOPES: readonly string[] = [...OF_SCOPE.keys()];

/**
 * The attributes that a token or the answer of userInfo shows. `openid` alone means all of them at Cognito, and none in the
 * standard; with a scope that is about some, only those.
 * @param attributes those that the client may read
 * @param alone what `openid` without such a scope means
 * @param also names that the request asked for by themselves (OpenID Connect Core 1.0 §5.5)
 */
export function attributesOfScopes(
  scopes: readonly string[],
  attributes: Record<string, string>,
  { alone, also = [] }: { alone: "all" | "none"; also?: readonly string[] | undefined },
): Record<string, string> {
  const narrowing = scopes.flatMap((scope) => OF_SCOPE.get(scope) ?? []);
  const all = narrowing.length === 0 && alone === "all";
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => all || narrowing.some((covers) => covers(name)) || also.includes(name),
    ),
  );
}
