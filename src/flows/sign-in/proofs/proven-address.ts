import type { Call } from "../../../call.ts";
import { aliasAttributes } from "../../../directory/names.ts";
import { type UserChange, userChanges } from "../../../directory/user-writes.ts";
import { namesTaken, type User } from "../../../directory/users.ts";
import type { Destination } from "../../deliver-code.ts";
import type { SignIn, Turn } from "../sign-in.ts";

/**
 * A sign-in whose user has given back the code that went to an address: it is theirs (Amazon Cognito: SMS and email
 * message MFA). In the place of a password it confirms them, too (Amazon Cognito: authentication flows, passwordless);
 * and takes away the password that came with the sign-up, since whoever chose it may have named the address of somebody
 * else. An address that is another user's name stays unverified, and keeps nobody from signing in; to ask for that
 * takes a hop.
 */
export async function withProvenAddress(
  call: Call,
  signIn: SignIn,
  attribute: Destination["attribute"],
  { isFirst }: { isFirst: boolean },
): Promise<SignIn> {
  const { turn, user, writes } = signIn;
  const confirms = isFirst && user.status === "UNCONFIRMED";
  const verifies =
    user.attributes[`${attribute}_verified`] !== "true" && !(await isTaken(call, turn.pool, user, attribute));
  if (!confirms && !verifies) return signIn;
  const change: UserChange = {
    ...(confirms && { status: "CONFIRMED", credentials: null }),
    ...(verifies && { attributes: { ...user.attributes, [`${attribute}_verified`]: "true" } }),
  };
  const { after, statements } = userChanges(call.db, turn.pool, user, change, call.now);
  return { ...signIn, user: after, writes: [...writes, ...statements] };
}

/** Whether somebody else signs in with an address that would become a name of this user. */
async function isTaken(
  call: Call,
  pool: Turn["pool"],
  user: User,
  attribute: Destination["attribute"],
): Promise<boolean> {
  const value = user.attributes[attribute];
  if (value === undefined || !aliasAttributes(pool).includes(attribute)) return false;
  return (await namesTaken(call.db, pool, [{ kind: attribute, value }], user.sub)).length > 0;
}
