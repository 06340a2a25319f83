import type { AttributeType, CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import { putCode } from "../../directory/codes.ts";
import { aliasAttributes, namesOf } from "../../directory/names.ts";
import type { Pool } from "../../directory/pools.ts";
import { insertUser } from "../../directory/user-writes.ts";
import { type NameKind, namesTaken, type User, userByName } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { type NewName, nameNewUser } from "../../mechanisms/attributes/new-name.ts";
import { checkWritable } from "../../mechanisms/attributes/permissions.ts";
import { checkRequired, readAttributes } from "../../mechanisms/attributes/schema.ts";
import { runTrigger } from "../../mechanisms/triggers/run-trigger.ts";
import { codesToAddress } from "../address-limit.ts";
import { checkSenders } from "../custom-sender.ts";
import { deliverCode, drawCode } from "../deliver-code.ts";
import { freshUser } from "../fresh-user.ts";
import { checkLimit, countTry } from "../hourly-limits.ts";
import { checkPasswordless, codeFactors } from "../passwordless.ts";
import { checkNewPassword, makeCredentials } from "../passwords.ts";
import { postConfirmation } from "../post-confirmation.ts";
import { confirmationDestination } from "./destination.ts";

/** What a person hands in to become a user. */
export interface Registration {
  name: string;
  /** Absent where the pool lets people in by a code alone. */
  password?: string | undefined;
  attributes?: readonly AttributeType[] | undefined;
  validationData?: readonly AttributeType[] | undefined;
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Registers a user who then confirms by a code (Amazon Cognito API: SignUp). The user and the code are stored before the
 * code leaves: when it cannot be sent, or its address has been sent too many, the user exists, and another code can be
 * asked for.
 * @returns the user as stored, and where the code went if one was sent
 * @throws Refusal NotAuthorizedException, InvalidParameterException, InvalidPasswordException, UsernameExistsException,
 *   LimitExceededException, CodeDeliveryFailureException, UnexpectedLambdaException, InvalidLambdaResponseException
 */
export async function register(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  registration: Registration,
): Promise<{ user: User; delivery: CodeDeliveryDetailsType | undefined }> {
  const { name, password, clientMetadata } = registration;
  if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly) {
    throw new Refusal("NotAuthorizedException", "SignUp is not permitted for this user pool");
  }
  const named = readName(pool, client, registration);
  await checkSecret(call, pool, password, named.attributes);
  await checkFree(call, pool, named, name);
  const { confirmed, verified } = await preSignUp(call, pool, client, named, registration);

  const attributes = { ...named.attributes };
  for (const attribute of ["email", "phone_number"] as const) {
    if (attributes[attribute]) attributes[`${attribute}_verified`] = String(verified.includes(attribute));
  }
  const names = { poolId: pool.id, sub: named.sub, username: named.username };
  const user = freshUser(call, {
    ...names,
    status: confirmed ? "CONFIRMED" : "UNCONFIRMED",
    attributes,
    credentials: password === undefined ? null : await makeCredentials(call, pool, names, password),
    factors: {},
  });
  const destination = confirmed ? undefined : confirmationDestination(pool, attributes);
  if (destination) await checkSenders(call, pool);
  const drawn = destination && (await drawCode(call, user, "sign-up", destination));
  const along = drawn
    ? [putCode(call.db, drawn.row), countTry(call, await codesToAddress(call, pool.id, destination))]
    : [];
  const written = await insertUser(call.db, pool, user, { along, force: verified.length > 0 });
  if ("taken" in written) throw nameTaken(written.taken);

  if (confirmed) {
    const source = "PostConfirmation_ConfirmSignUp";
    await postConfirmation(call, pool, user, source, { clientId: client.id, clientMetadata });
  }
  if (!destination || !drawn) return { user, delivery: undefined };
  checkLimit(written.along[1] as { refused: number }[]);
  const source = "CustomMessage_SignUp";
  const about = { pool, clientId: client.id, user, source, code: drawn.code, destination, clientMetadata } as const;
  return { user, delivery: await deliverCode(call, about) };
}

/** @throws Refusal InvalidParameterException, NotAuthorizedException */
function readName(pool: Pool, client: Client, { name, attributes }: Registration): NewName {
  const submitted = readAttributes(pool, attributes, { at: "create", by: "user" });
  checkWritable(pool, client, Object.keys(submitted));
  const named = nameNewUser(pool, name, submitted);
  checkRequired(pool, named.attributes);
  // Whoever has not proven to be anybody could keep names from those who would use them.
  if (named.attributes.preferred_username && aliasAttributes(pool).includes("preferred_username")) {
    throw new Refusal(
      "InvalidParameterException",
      "preferred_username is an alias of this user pool and cannot be set before the user is confirmed.",
    );
  }
  return named;
}

/** @throws Refusal InvalidPasswordException; InvalidParameterException where there must be a password and is none */
async function checkSecret(
  call: Call,
  pool: Pool,
  password: string | undefined,
  attributes: Record<string, string>,
): Promise<void> {
  if (password !== undefined) return checkNewPassword(call, pool, password);
  if (codeFactors(pool).length === 0) throw new Refusal("InvalidParameterException", "Password is required.");
  checkPasswordless(pool, attributes);
}

/**
 * Refuses a name that someone has, before the trigger is asked and a password hashed. Someone's sub or alias is refused
 * as a username, too: it would come between them and those who name them so. The insert decides races.
 */
async function checkFree(call: Call, pool: Pool, named: NewName, name: string): Promise<void> {
  const [taken, [holder]] = await call.db.batch([
    namesTaken(call.db, pool, namesOf(pool, named), named.sub),
    userByName(call.db, pool, name),
  ]);
  if (taken.length > 0 || holder) throw nameTaken(taken.map(({ kind }) => kind));
}

/** Told to anyone, by design: whoever signs up must learn that a name is taken. */
function nameTaken(kinds: readonly NameKind[]): Refusal {
  const kind = kinds.find((each) => each !== "username");
  return new Refusal(
    "UsernameExistsException",
    kind ? `An account with the given ${kind} already exists.` : "User already exists",
  );
}

/** Asks the pre-sign-up trigger. @throws Refusal UnexpectedLambdaException, InvalidLambdaResponseException */
async function preSignUp(
  call: Call,
  pool: Pool,
  client: Client,
  { username, attributes }: NewName,
  { validationData, clientMetadata }: Registration,
): Promise<{ confirmed: boolean; verified: ("email" | "phone_number")[] }> {
  const response = await runTrigger(call, pool, "PreSignUp", {
    source: "PreSignUp_SignUp",
    clientId: client.id,
    userName: username,
    request: {
      userAttributes: attributes,
      ...(validationData && {
        validationData: Object.fromEntries(validationData.map(({ Name, Value }) => [Name as string, Value ?? ""])),
      }),
      ...(clientMetadata && { clientMetadata }),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  const verified = [
    ...(response.autoVerifyEmail ? ["email" as const] : []),
    ...(response.autoVerifyPhone ? ["phone_number" as const] : []),
  ];
  const absent = verified.find((attribute) => !attributes[attribute]);
  if (absent) {
    const reason = `verified ${absent}, which is absent`;
    throw new Refusal("InvalidLambdaResponseException", "Unrecognizable lambda output", { reason });
  }
  return { confirmed: response.autoConfirmUser ?? false, verified };
}
