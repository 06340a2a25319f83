import { Refusal } from "../../lib/refusal.ts";
import type { User } from "../../directory/users.ts";
import { disabledUser } from "./refusals.ts";

/**
 * Refuses a user who may not sign in although the first factor was right. Judged only then, so that a state is told to
 * nobody who could not sign in.
 * @throws Refusal NotAuthorizedException, UserNotConfirmedException, PasswordResetRequiredException
 */
export function checkAccountState(user: User, now: number): void {
  if (!user.enabled) throw disabledUser();
  switch (user.status) {
    case "UNCONFIRMED":
      throw new Refusal("UserNotConfirmedException", "User is not confirmed.");
    case "RESET_REQUIRED":
      throw new Refusal("PasswordResetRequiredException", "Password reset required for the user");
    case "FORCE_CHANGE_PASSWORD":
      if ((user.credentials?.expiresAt ?? Number.POSITIVE_INFINITY) <= now) {
        throw new Refusal(
          "NotAuthorizedException",
          "Temporary password has expired and must be reset by an administrator.",
        );
      }
      return;
    case "CONFIRMED":
    case "EXTERNAL_PROVIDER":
      return;
  }
}
