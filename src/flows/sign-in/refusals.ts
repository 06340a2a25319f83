import type { Client } from "../../directory/clients.ts";
import { fold } from "../../directory/names.ts";
import { utf8 } from "../../lib/encoding.ts";
import { Refusal } from "../../lib/refusal.ts";
import { hidesUsers } from "../hidden-users.ts";
import { userNotFound } from "../resolve.ts";

/** The one answer to a wrong proof, whoever it was for. */
export const wrongPassword = (reason: string): Refusal =>
  new Refusal("NotAuthorizedException", "Incorrect username or password.", { reason });

/** The answer to an unknown name: the same as to a wrong proof where the client hides users. */
export const unknownUser = (client: Client): Refusal =>
  hidesUsers(client) ? wrongPassword("unknown user") : userNotFound();

/** Said of someone known who has nothing to begin with that the pool allows. */
export const noFirstFactor = (): Refusal =>
  new Refusal("NotAuthorizedException", "The user has no sign-in method that the user pool allows.");

export const disabledUser = (): Refusal => new Refusal("NotAuthorizedException", "User is disabled.");

export const badSession = (reason: string): Refusal =>
  new Refusal("NotAuthorizedException", "Invalid session for the user.", { reason });

export const expiredSession = (): Refusal =>
  new Refusal("NotAuthorizedException", "Invalid session for the user, session is expired.");

export const usedSession = (): Refusal =>
  new Refusal("NotAuthorizedException", "Invalid session for the user, session can only be used once.");

/** A parameter that the flow or challenge cannot do without. @throws Refusal InvalidParameterException */
export function required(given: Record<string, string>, name: string): string {
  const value = given[name];
  if (!value) throw new Refusal("InvalidParameterException", `Missing required parameter ${name}`);
  return value;
}

/** UTF-16 units of a name. Folding takes time that grows with the square of the length. */
const LONGEST_NAME = 512;

/**
 * Bytes that a name may take up in a Session, which holds it as sent and as it is looked up (JSON). More would not fit,
 * and would have to be kept here: for anyone, as often as they ask. Every username fits (UsernameType: 128 characters),
 * and every e-mail address in ASCII.
 */
const MOST_CARRIED = 800;

/** The name that someone signs in with, which the service model leaves as long as any text. @throws Refusal InvalidParameterException */
export function submittedName(given: Record<string, string>): string {
  const name = required(given, "USERNAME");
  if (name.length > LONGEST_NAME || utf8(JSON.stringify([name, fold(name)])).length > MOST_CARRIED) {
    throw new Refusal("InvalidParameterException", "USERNAME is too long.");
  }
  return name;
}
