import { Refusal } from "../../lib/refusal.ts";
import { formEndpoint, required } from "./form-endpoint.ts";
import { grants } from "./grants/grants.ts";

/**
 * RFC 6749 §3.2. `invalid_client` is 400, as at the token endpoint of Amazon Cognito, whatever method the client used;
 * §5.2 of the RFC asks for 401 where that was the Authorization header. Clients read the body, so what Cognito's clients
 * know wins here. Revocation, where Cognito has 401, and introspection follow the standard.
 */
export const token = formEndpoint({
  path: "/oauth2/token",
  cors: true,
  invalidClient: 400,
  answer(call, client, form) {
    const grant = grants.get(required(form, "grant_type"));
    if (!grant) throw new Refusal("unsupported_grant_type", "The grant type is not supported.");
    return grant(call, client, form);
  },
});
