import type { Call } from "../call.ts";
import type { User } from "../directory/users.ts";

/** What of a new user depends on how they come to be. */
type Given = Pick<User, "poolId" | "sub" | "username" | "attributes" | "status" | "credentials" | "factors">;

/** A user who is yet to be stored. */
export const freshUser = ({ now }: Pick<Call, "now">, given: Given): User => ({
  ...given,
  enabled: true,
  signedOutAt: 0,
  createdAt: now,
  updatedAt: now,
  revision: crypto.randomUUID(),
});
