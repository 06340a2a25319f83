import type { Call } from "../../../call.ts";
import { groupsOf } from "../../../directory/groups.ts";
import { isNameOf } from "../../../directory/names.ts";
import { userChanges } from "../../../directory/user-writes.ts";
import { type User, userBySub } from "../../../directory/users.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { checkWritable } from "../../../mechanisms/attributes/permissions.ts";
import { readAttributes } from "../../../mechanisms/attributes/schema.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { checkNewPassword, makeCredentials } from "../../passwords.ts";
import { checkAccountState } from "../account-state.ts";
import { badSession, required, usedSession } from "../refusals.ts";
import { openState, sealState } from "../session-string.ts";
import type { SignIn, Step, Turn } from "../sign-in.ts";

interface State {
  sub: string;
  /** The user as the temporary password was proven for: any other password, and with it the answered challenge, voids the session. */
  hash: string;
  passed: SignIn["passed"];
  scope: string;
}

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

  async offer(call: Call, { turn, user, passed, scope }) {
    const state: State = { sub: user.sub, hash: user.credentials?.hash ?? "", passed, scope };
    const { email_verified, phone_number_verified, ...shown } = user.attributes;
    return {
      name: "NEW_PASSWORD_REQUIRED",
      session: await sealState(call, turn, "NEW_PASSWORD_REQUIRED", state),
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
    const { pool, client, given } = turn;
    const password = required(given, "NEW_PASSWORD");
    const username = required(given, "USERNAME");
    const state = await openState<State>(call, turn, "NEW_PASSWORD_REQUIRED", session);
    const [[user], groups] = await call.db.batch([
      userBySub(call.db, pool.id, state.sub),
      groupsOf(call.db, pool.id, state.sub),
    ]);
    if (!user) throw badSession("the user is gone");
    if (!isNameOf(pool, user, username)) throw badSession("answer for another user");
    await checkSecretHash(call, client, given.SECRET_HASH, username, user.username);
    if (user.status !== "FORCE_CHANGE_PASSWORD") throw usedSession();
    if (user.credentials?.hash !== state.hash) throw badSession("the password was changed");
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
    return {
      turn,
      user: after,
      groups,
      passed: [...state.passed, "NEW_PASSWORD_REQUIRED"],
      scope: state.scope,
      writes: statements,
    };
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
