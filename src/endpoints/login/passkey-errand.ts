// Someone comes to add a passkey and has to sign in first: what brings them back afterwards is a parameter of the
// address, beside those of the authorization, which all pages of the sign-in carry along.
import type { Visit } from "./login-page.tsx";

export const ADD_PASSKEY_PATH = "/passkeys/add";

const ERRAND = "add_passkey";

/**
 * Milliseconds for which a sign-in need not be repeated to add a passkey, whatever the client says of `prompt` and
 * `max_age`: it was made for this request, and nobody is led in a circle.
 */
export const FRESH = 5 * 60_000;

/** Whether someone signs in to add a passkey. */
export const isErrand = ({ c }: Visit): boolean => new URL(c.req.url).searchParams.has(ERRAND);

function withErrand({ query }: Visit, path: string, is: boolean): string {
  const parameters = new URLSearchParams(query);
  if (is) parameters.set(ERRAND, "1");
  else parameters.delete(ERRAND);
  return `${path}?${parameters.toString()}`;
}

/** Where they sign in first. */
export const signInFirstAddress = (visit: Visit): string => withErrand(visit, "/login", true);

/** Where they come back to. */
export const addPasskeyAddress = (visit: Visit): string => withErrand(visit, ADD_PASSKEY_PATH, false);
