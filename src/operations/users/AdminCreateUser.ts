import type {
  AdminCreateUserCommandInput,
  AdminCreateUserCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Pool } from "../../directory/pools.ts";
import { insertUser } from "../../directory/user-writes.ts";
import type { User } from "../../directory/users.ts";
import { checkSenders } from "../../flows/custom-sender.ts";
import { freshUser } from "../../flows/fresh-user.ts";
import { invitationDestinations, invite } from "../../flows/invitation.ts";
import { nameTaken } from "../../flows/name-taken.ts";
import { checkPasswordless, codeFactors } from "../../flows/passwordless.ts";
import { checkNewPassword, makeCredentials } from "../../flows/passwords.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { Refusal } from "../../lib/refusal.ts";
import { nameNewUser } from "../../mechanisms/attributes/new-name.ts";
import { readAttributes } from "../../mechanisms/attributes/schema.ts";
import { checkVerified } from "../../mechanisms/attributes/verified.ts";
import { generatePassword } from "../../mechanisms/factors/password-policy.ts";
import { runTrigger } from "../../mechanisms/triggers/run-trigger.ts";
import { type Checked, signed } from "../operation.ts";
import { toUserType } from "../user-shape.ts";

type Input = Checked<AdminCreateUserCommandInput>;

/** Amazon Cognito API: AdminCreateUser. */
export const AdminCreateUser = signed<AdminCreateUserCommandInput, AdminCreateUserCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const user =
      input.MessageAction === "RESEND" ? await inviteAgain(call, pool, input) : await create(call, pool, input);
    return { User: toUserType(user) };
  },
);

async function create(call: Call, pool: Pool, input: Input): Promise<User> {
  const given = readAttributes(pool, input.UserAttributes, { at: "create", by: "administrator" });
  const { sub, username, attributes } = nameNewUser(pool, input.Username, given);
  checkVerified(attributes);
  const password = await choosePassword(call, pool, input.TemporaryPassword);
  if (password === null) checkPasswordless(pool, attributes);
  const silent = password === null || input.MessageAction === "SUPPRESS";
  const destinations = silent ? [] : invitationDestinations(attributes, input.DesiredDeliveryMediums);
  if (destinations.length > 0) await checkSenders(call, pool);
  // Its answers are ignored: an administrator's user needs no confirmation.
  await runTrigger(call, pool, "PreSignUp", {
    source: "PreSignUp_AdminCreateUser",
    userName: username,
    request: {
      userAttributes: attributes,
      ...(input.ValidationData && { validationData: toMap(input.ValidationData) }),
      ...(input.ClientMetadata && { clientMetadata: input.ClientMetadata }),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  const names = { poolId: pool.id, sub, username };
  const user = freshUser(call, {
    ...names,
    attributes,
    status: password === null ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD",
    credentials: password === null ? null : await makeCredentials(call, pool, names, password, { temporary: true }),
    factors: {},
  });
  const written = await insertUser(call.db, pool, user, { force: input.ForceAliasCreation ?? false });
  if ("taken" in written) throw nameTaken(pool, written.taken);
  // Stored first: a password that arrives must work, and one that does not can be sent anew with RESEND.
  if (password !== null) await invite(call, pool, user, password, destinations, input.ClientMetadata);
  return user;
}

/** RESEND: another temporary password, with a new expiry, for a user who has not signed in yet. */
async function inviteAgain(call: Call, pool: Pool, input: Input): Promise<User> {
  const password = input.TemporaryPassword || generatePassword(pool.settings.Policies?.PasswordPolicy);
  await checkNewPassword(call, pool, password);
  const { user, decision } = await reviseUser(call, pool, input.Username, async (before) => {
    if (before.status !== "FORCE_CHANGE_PASSWORD") {
      const message = `Resend not possible. ${before.username} status is not FORCE_CHANGE_PASSWORD`;
      throw new Refusal("UnsupportedUserStateException", message);
    }
    const destinations = invitationDestinations(before.attributes, input.DesiredDeliveryMediums);
    if (destinations.length > 0) await checkSenders(call, pool);
    const options = { temporary: true, before: before.credentials };
    return { change: { credentials: await makeCredentials(call, pool, before, password, options) }, destinations };
  });
  await invite(call, pool, user, password, decision.destinations, input.ClientMetadata);
  return user;
}

/**
 * The temporary password: as given, else a new one; null where none is given and people can sign in by a code instead.
 * @throws Refusal InvalidPasswordException
 */
async function choosePassword(call: Call, pool: Pool, given: string | undefined): Promise<string | null> {
  if (given) {
    await checkNewPassword(call, pool, given);
    return given;
  }
  return codeFactors(pool).length > 0 ? null : generatePassword(pool.settings.Policies?.PasswordPolicy);
}

const toMap = (list: NonNullable<Input["ValidationData"]>): Record<string, string> =>
  Object.fromEntries(list.map(({ Name, Value }) => [Name, Value ?? ""]));
