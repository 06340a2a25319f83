import type { Call } from "../../../call.ts";
import type { User } from "../../../directory/users.ts";
import { runTrigger } from "../../../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../../../mechanisms/triggers/user-attributes.ts";
import { hidesUsers } from "../../hidden-users.ts";
import { disabledUser, unknownUser } from "../refusals.ts";
import type { Turn } from "../sign-in.ts";

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
      userAttributes: user ? userAttributes(user) : {},
      ...(turn.validationData && { validationData: turn.validationData }),
      userNotFound: !user,
    },
    response: {},
  });
}
