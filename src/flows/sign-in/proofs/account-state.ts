import { Refusal } from "../../../lib/refusal.ts";
import type { User } from "../../../directory/users.ts";
import { disabledUser } from "../refusals.ts";

/** The first factor was right, but the user has not confirmed: whoever is told may go on to confirm. */
export class UnconfirmedUser extends Refusal {
  readonly user: User;
  constructor(user: User) {
    super("UserNotConfirmedException", "User is not confirmed.");
    this.user = user;
  }
}

/** The first factor was right, but the password must be changed: whoever is told may do so. */
export class ResetRequiredUser extends Refusal {
  readonly user: User;
  constructor(user: User) {
    super("PasswordResetRequiredException", "Password reset required for the user");
    this.user = user;
  }
}

/**
 * Refuses a user who may not sign in although the first factor was right. Judged only then, so that a state is told to
 * nobody who could not sign in.
 * @throws Refusal NotAuthorizedException, UserNotConfirmedException, PasswordResetRequiredException
 */
export function checkAccountState(user: User, now: number): void {
  if (!user.enabled) throw disabledUser();
  switch (user.status) {
    case "UNCONFIRMED":
      throw new UnconfirmedUser(user);
    case "RESET_REQUIRED":
      throw new ResetRequiredUser(user);
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
