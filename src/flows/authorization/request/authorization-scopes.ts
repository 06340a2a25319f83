import { ATTRIBUTE_SCOPES } from "../../../mechanisms/tokens/scope-claims.ts";

/** OpenID Connect Core 1.0 §5.4, and the scope of the operations on one's own account. */
const STANDARD: readonly string[] = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"];

/**
 * The scopes that a request about a person is given, or undefined where it asks for one that the client was not given.
 * A scope that was, and that its resource server has no more, is inactive: left out without a word (Amazon Cognito:
 * scopes, M2M, and APIs with resource servers).
 * @param allowed those of the client
 * @param existing those of the pool's resource servers
 * @param requested as sent; without any, all that the client has
 */
export function grantedScopes(
  allowed: readonly string[],
  existing: ReadonlySet<string>,
  requested: string | undefined,
): string[] | undefined {
  const asked = [...new Set(requested?.split(" ").filter((scope) => scope !== ""))];
  if (!asked.every((scope) => allowed.includes(scope))) return undefined;
  const granted = asked.length > 0 ? asked : allowed;
  return granted.filter((scope) => STANDARD.includes(scope) || existing.has(scope));
}

/** Whether scopes are about attributes of a user whose identity is not asked for, which Amazon Cognito refuses. */
export const lacksOpenId = (granted: readonly string[]): boolean =>
  !granted.includes("openid") && granted.some((scope) => ATTRIBUTE_SCOPES.includes(scope));
