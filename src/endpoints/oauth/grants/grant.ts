import type { Call } from "../../../call.ts";
import type { AuthenticatedClient } from "../../../flows/authorization/authenticate-client.ts";
import type { Form } from "../form-endpoint.ts";

/** A grant's own part of the token endpoint: from parameters to the members of the answer (RFC 6749 §5.1). */
export type Grant = (call: Call, client: AuthenticatedClient, form: Form) => Promise<object>;
