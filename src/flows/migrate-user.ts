import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import { aliasAttributes, nameKey, usernameAttributes } from "../directory/names.ts";
import type { Pool } from "../directory/pools.ts";
import { insertUser } from "../directory/user-writes.ts";
import { type User, userByName } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { isEmail, isPhone, isUsername } from "../mechanisms/attributes/formats.ts";
import { type NewName, nameNewUser } from "../mechanisms/attributes/new-name.ts";
import { readAttributes } from "../mechanisms/attributes/schema.ts";
import { checkVerified } from "../mechanisms/attributes/verified.ts";
import { type Responses, runTrigger, unrecognizable } from "../mechanisms/triggers/run-trigger.ts";
import { freshUser } from "./fresh-user.ts";
import { invitationDestinations, invite } from "./invitation.ts";
import { nameTaken } from "./name-taken.ts";
import { makeCredentials } from "./passwords.ts";
import { sendLater } from "./send-later.ts";

/** A name that nobody has, and what the migration trigger is told with it. */
export interface Stranger {
  name: string;
  /** Where the flow carries one. */
  password?: string;
  /** ClientMetadata of a sign-in. */
  validationData?: Record<string, string> | undefined;
  /** ClientMetadata of any other operation. */
  clientMetadata?: Record<string, string> | undefined;
}

/** Stands in a welcome message for the password, which people bring along and nobody sends them. */
const THEIR_OWN = "********";

/**
 * Asks the migration trigger about a name that nobody has, and creates the user whom it knows (Amazon Cognito: migrate
 * user Lambda trigger). Its password is the one that was submitted, whatever the pool's policy; unless the trigger says
 * that the user is confirmed, it lets in nobody before it is reset.
 * @returns the user as stored, by this migration or by one that came before it; undefined where the trigger knows
 *   nobody
 * @throws Refusal UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException,
 *   UsernameExistsException or AliasExistsException when others have names of the user
 */
export async function migrateUser(
  call: Call,
  { pool, client }: { pool: Pool; client: Client },
  source: "UserMigration_Authentication" | "UserMigration_ForgotPassword",
  stranger: Stranger,
): Promise<User | undefined> {
  const { name, password, validationData, clientMetadata } = stranger;
  const response = await runTrigger(call, pool, "UserMigration", {
    source,
    clientId: client.id,
    userName: name,
    request: {
      ...(password !== undefined && { password }),
      ...(validationData && { validationData }),
      ...(clientMetadata && { clientMetadata }),
    },
    response: {
      userAttributes: null,
      forceAliasCreation: null,
      enableSMSMFA: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
    },
  });
  if (Object.keys(response.userAttributes ?? {}).length === 0) return undefined;
  const named = nameOf(pool, name, response);
  const user = await newUser(call, pool, named, password, response);
  const written = await insertUser(call.db, pool, user, { force: response.forceAliasCreation ?? false });
  if ("taken" in written) {
    const [[holder]] = await call.db.batch([userByName(call.db, pool, name)]);
    if (!holder) throw nameTaken(pool, written.taken);
    return holder;
  }
  if (response.messageAction !== "SUPPRESS") welcome(call, pool, user, response, clientMetadata);
  return user;
}

/**
 * What the migrated user is called. Where names are attributes, those that came back decide. Where attributes are
 * aliases and the submitted name is one of them, the function names the user by `username`.
 * @throws Refusal InvalidLambdaResponseException for attributes that the pool cannot take
 */
function nameOf(pool: Pool, submitted: string, { userAttributes, enableSMSMFA }: Responses["UserMigration"]): NewName {
  const { username, ...returned } = userAttributes ?? {};
  const list = Object.entries(returned).map(([Name, Value]) => ({ Name, Value }));
  try {
    const attributes = readAttributes(pool, list, { at: "create", by: "administrator" });
    const isAlias = aliasAttributes(pool).some(
      (alias) => attributes[alias] && nameKey(pool, attributes[alias]) === nameKey(pool, submitted),
    );
    if (isAlias && !isUsername(username ?? ""))
      throw unrecognizable("an alias was submitted, and no username came back");
    const name = isAlias ? (username as string) : nameAmong(pool, submitted, attributes);
    const named = nameNewUser(pool, name, attributes);
    checkVerified(named.attributes);
    if (enableSMSMFA && !named.attributes.phone_number) throw unrecognizable("SMS MFA without a phone number");
    return named;
  } catch (error) {
    if (error instanceof Refusal && error.name === "InvalidParameterException") throw unrecognizable(error.message);
    throw error;
  }
}

/**
 * Where e-mail or phone stand for the username: the submitted name unless another of its kind came back, or it is
 * neither.
 */
function nameAmong(pool: Pool, submitted: string, attributes: Record<string, string>): string {
  const kinds = usernameAttributes(pool);
  const kind = kinds.find((each) => (each === "email" ? isEmail(submitted) : isPhone(submitted)));
  const [held] = kinds.map((each) => attributes[each]).filter(Boolean);
  return (kind ? attributes[kind] : held) || submitted;
}

async function newUser(
  call: Call,
  pool: Pool,
  { sub, username, attributes }: NewName,
  password: string | undefined,
  { finalUserStatus, enableSMSMFA }: Responses["UserMigration"],
): Promise<User> {
  const names = { poolId: pool.id, sub, username };
  return freshUser(call, {
    ...names,
    attributes,
    // Without a password there is nothing yet that a confirmed user could sign in with.
    status: finalUserStatus === "CONFIRMED" && password !== undefined ? "CONFIRMED" : "RESET_REQUIRED",
    credentials: password === undefined ? null : await makeCredentials(call, pool, names, password),
    factors: enableSMSMFA ? { mfa: ["SMS_MFA"] } : {},
  });
}

/** Sends the pool's invitation after the answer has left: whoever signs in waits for no message, and fails by none. */
function welcome(
  call: Call,
  pool: Pool,
  user: User,
  { desiredDeliveryMediums }: Responses["UserMigration"],
  clientMetadata: Record<string, string> | undefined,
): void {
  const reachable = desiredDeliveryMediums?.filter((medium) =>
    Boolean(user.attributes[medium === "EMAIL" ? "email" : "phone_number"]),
  );
  if (desiredDeliveryMediums?.length && !reachable?.length) return;
  const destinations = invitationDestinations(user.attributes, reachable);
  sendLater(call, "CustomMessage_AdminCreateUser", () =>
    invite(call, pool, user, THEIR_OWN, destinations, clientMetadata),
  );
}
