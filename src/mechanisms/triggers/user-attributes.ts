import type { User } from "../../directory/users.ts";

/** A stored user's attributes as triggers are told them (Amazon Cognito: common parameters of Lambda trigger events). */
export const userAttributes = (user: Pick<User, "attributes" | "sub" | "status">): Record<string, string> => ({
  ...user.attributes,
  sub: user.sub,
  "cognito:user_status": user.status,
});
