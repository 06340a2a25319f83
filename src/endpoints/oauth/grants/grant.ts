import type { Call } from "../../../call.ts";
import type { AuthenticatedClient } from "../../../flows/authorization/client/authenticate-client.ts";
import type { Possession } from "../../../flows/authorization/client/dpop-proof.ts";
import type { Form } from "../form-endpoint.ts";

/**
 * A grant's own part of the token endpoint: from parameters to the members of the answer (RFC 6749 §5.1).
 * @param possession of a key, which the access token is to be bound to (RFC 9449 §5); the grant spends it before it gives
 *   anything
 */
export type Grant = (
  call: Call,
  client: AuthenticatedClient,
  form: Form,
  possession: Possession | undefined,
) => Promise<object>;
