import type { AttributeType, UserType } from "@aws-sdk/client-cognito-identity-provider";
import type { Factors, User } from "../directory/users.ts";
import { toMfaOptions } from "./mfa-shape.ts";

/** A user's attributes as a list, `sub` first. @param only names to show; all when absent or empty */
export function toAttributes(user: Pick<User, "sub" | "attributes">, only?: readonly string[]): AttributeType[] {
  const all = [["sub", user.sub] as const, ...Object.entries(user.attributes)];
  return all
    .filter(([name]) => !only || only.length === 0 || only.includes(name))
    .map(([Name, Value]) => ({ Name, Value }));
}

/** A user as ListUsers, ListUsersInGroup and AdminCreateUser show one. */
export function toUserType(
  user: Omit<User, "credentials" | "factors" | "signedOutAt" | "revision"> & { factors: Pick<Factors, "mfa"> },
  only?: readonly string[],
): UserType {
  return {
    Username: user.username,
    Attributes: toAttributes(user, only),
    UserCreateDate: new Date(user.createdAt),
    UserLastModifiedDate: new Date(user.updatedAt),
    Enabled: user.enabled,
    UserStatus: user.status,
    ...toMfaOptions(user.factors),
  };
}
