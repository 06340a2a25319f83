import { Refusal } from "../../lib/refusal.ts";

/**
 * What an authenticator app is set up by the right of: an access token or the session of a sign-in, and not both.
 * @throws Refusal InvalidParameterException
 */
export function tokenOrSession({
  AccessToken,
  Session,
}: {
  AccessToken?: string | undefined;
  Session?: string | undefined;
}): { token: string } | { session: string } {
  if (AccessToken !== undefined && Session === undefined) return { token: AccessToken };
  if (Session !== undefined && AccessToken === undefined) return { session: Session };
  throw new Refusal("InvalidParameterException", "Exactly one of AccessToken and Session is required.");
}
