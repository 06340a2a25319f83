import type { Client } from "../../directory/clients.ts";
import { Refusal } from "../../lib/refusal.ts";
import { hidesUsers } from "../hidden-users.ts";

/** The one answer to a wrong proof, whoever it was for. */
export const wrongPassword = (reason: string): Refusal =>
  new Refusal("NotAuthorizedException", "Incorrect username or password.", { reason });

/** The answer to an unknown name: the same as to a wrong proof where the client hides users. */
export const unknownUser = (client: Client): Refusal =>
  hidesUsers(client) ? wrongPassword("unknown user") : new Refusal("UserNotFoundException", "User does not exist.");

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

/** UTF-16 units of a name. No attribute is longer, and folding takes time that grows with the square of the length. */
const LONGEST_NAME = 4_096;

/** The name that someone signs in with, which the service model leaves as long as any text. @throws Refusal InvalidParameterException */
export function submittedName(given: Record<string, string>): string {
  const name = required(given, "USERNAME");
  if (name.length > LONGEST_NAME) throw new Refusal("InvalidParameterException", "USERNAME is too long.");
  return name;
}
