import type { Call } from "../../../call.ts";
import { userChanges } from "../../../directory/user-writes.ts";
import type { User } from "../../../directory/users.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { checkWritable } from "../../../mechanisms/attributes/permissions.ts";
import { readAttributes } from "../../../mechanisms/attributes/schema.ts";
import { checkNewPassword, makeCredentials } from "../../passwords.ts";
import { checkAccountState } from "../proofs/account-state.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { badSession, required, usedSession } from "../refusals.ts";
import type { Step, Turn } from "../sign-in.ts";

const PREFIX = "userAttributes.";

/** Required attributes that the user has no value for. */
const missing = (turn: Turn, user: User): string[] =>
  turn.pool.attributes
    .filter((attribute) => attribute.Required && attribute.Name !== "sub" && !user.attributes[attribute.Name])
    .map((attribute) => attribute.Name);

/**
 * NEW_PASSWORD_REQUIRED: a user with a temporary password chooses their own and fills in required attributes. The session
 * is single use by the password it was made for, which the answer replaces; the database decides between two answers.
 */
export const newPasswordRequired: Step = {
  name: "NEW_PASSWORD_REQUIRED",

  due: ({ user }) => user.status === "FORCE_CHANGE_PASSWORD",

  async offer(call: Call, signIn) {
    const { turn, user } = signIn;
    const { email_verified, phone_number_verified, ...shown } = user.attributes;
    return {
      name: "NEW_PASSWORD_REQUIRED",
      session: await sealProgress(call, signIn, "NEW_PASSWORD_REQUIRED"),
      parameters: {
        USER_ID_FOR_SRP: user.username,
        requiredAttributes: JSON.stringify(missing(turn, user).map((name) => PREFIX + name)),
        userAttributes: JSON.stringify({
          ...(email_verified !== undefined && { email_verified }),
          ...(phone_number_verified !== undefined && { phone_number_verified }),
          ...shown,
        }),
      },
    };
  },

  async answer(call: Call, turn, session) {
    const { pool, given } = turn;
    const password = required(given, "NEW_PASSWORD");
    const moved = ({ status }: User) => (status === "FORCE_CHANGE_PASSWORD" ? undefined : usedSession());
    const { candidate } = await resume(call, turn, "NEW_PASSWORD_REQUIRED", session, { moved });
    const { user } = candidate;
    if (!user) throw badSession("the user is gone");
    if (user.status !== "FORCE_CHANGE_PASSWORD") throw usedSession();
    checkAccountState(user, call.now);
    const added = newAttributes(turn, user);
    await checkNewPassword(call, pool, password, user.credentials);
    const { after, statements } = userChanges(
      call.db,
      pool,
      user,
      {
        status: "CONFIRMED",
        credentials: await makeCredentials(call, pool, user, password, { before: user.credentials }),
        ...(Object.keys(added).length > 0 && { attributes: { ...user.attributes, ...added } }),
      },
      call.now,
    );
    const passed = [...candidate.passed, "NEW_PASSWORD_REQUIRED" as const];
    return { ...candidate, user: after, passed, writes: statements };
  },
};

/**
 * The attributes that come with the answer: missing required ones must, others that the client may write can.
 * @throws Refusal NotAuthorizedException for one that has a value already, InvalidParameterException
 */
function newAttributes(turn: Turn, user: User): Record<string, string> {
  const list = Object.entries(turn.given)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, Value]) => ({ Name: name.slice(PREFIX.length), Value }));
  for (const { Name, Value } of list) {
    const held = user.attributes[Name];
    if (held && held !== Value) {
      throw new Refusal("NotAuthorizedException", `Cannot modify an already provided ${Name}`);
    }
  }
  const fresh = list.filter(({ Name }) => !user.attributes[Name]);
  checkWritable(
    turn.pool,
    turn.client,
    fresh.map(({ Name }) => Name),
  );
  const added = readAttributes(turn.pool, fresh, { at: "create", by: "user" });
  const lacking = missing(turn, user).filter((name) => !added[name]);
  if (lacking.length > 0) {
    const lines = lacking.map((name) => `${name}: The attribute is required\n`).join("");
    throw new Refusal("InvalidParameterException", `Attributes did not conform to the schema: ${lines}`);
  }
  return added;
}
