import { only, type Parameters } from "../../flows/authorization/request/parameters.ts";
import { type ClientLook, lookOf } from "../../flows/look-of-client.ts";
import type { LoginContext } from "./login-env.ts";

/**
 * Begins to read the look of the client that an address names, while that is still being found out about. Only a page needs
 * it: whatever else comes of the request does not fail with it.
 */
export function beginLook(c: LoginContext, parameters: Parameters): Promise<ClientLook> {
  const look = lookOf(c.get("call"), only(parameters, "client_id"), new URL(c.req.url).host);
  look.catch(() => undefined);
  return look;
}
