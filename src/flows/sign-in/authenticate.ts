import type { Call } from "../../call.ts";
import type { User } from "../../directory/users.ts";
import { runTrigger } from "../../mechanisms/triggers/run-trigger.ts";
import { disabledUser, hidesUsers, unknownUser } from "./refusals.ts";
import type { Turn } from "./sign-in.ts";

/**
 * Asks the pre-authentication trigger, once per sign-in, before any proof is judged. For an unknown user it runs only
 * where the client hides users, as Cognito does.
 * @throws Refusal UserNotFoundException or NotAuthorizedException where the client does not hide unknown and disabled users
 */
export async function preAuthenticate(call: Call, turn: Turn, user: User | undefined, name: string): Promise<void> {
  if (!hidesUsers(turn.client)) {
    if (!user) throw unknownUser(turn.client);
    if (!user.enabled) throw disabledUser();
  }
  await runTrigger(call, turn.pool, "PreAuthentication", {
    source: "PreAuthentication_Authentication",
    clientId: turn.client.id,
    userName: user?.username ?? name,
    request: {
      userAttributes: user ? { sub: user.sub, "cognito:user_status": user.status, ...user.attributes } : {},
      ...(turn.clientMetadata && { validationData: turn.clientMetadata }),
      userNotFound: !user,
    },
    response: {},
  });
}

/**
 * Asks the migration trigger about a name that nobody has.
 * @param source `UserMigration_Authentication` with the password, or `UserMigration_ForgotPassword`
 */
export async function migrate(
  call: Call,
  turn: Turn,
  source: "UserMigration_Authentication" | "UserMigration_ForgotPassword",
  { name, password }: { name: string; password?: string },
): Promise<void> {
  await runTrigger(call, turn.pool, "UserMigration", {
    source,
    clientId: turn.client.id,
    userName: name,
    request: {
      ...(password !== undefined && { password }),
      ...(turn.clientMetadata && { validationData: turn.clientMetadata }),
    },
    response: { userAttributes: null },
  });
}
