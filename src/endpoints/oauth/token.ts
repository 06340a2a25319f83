import { type Possession, readProof } from "../../flows/authorization/client/dpop-proof.ts";
import type { AuthenticatedClient } from "../../flows/authorization/client/authenticate-client.ts";
import { Refusal } from "../../lib/refusal.ts";
import { formEndpoint, required } from "./form-endpoint.ts";
import { grants } from "./grants/grants.ts";

/**
 * RFC 6749 §3.2. `invalid_client` is 400, as at the token endpoint of Amazon Cognito, whatever method the client used;
 * §5.2 of the RFC asks for 401 where that was the Authorization header, and is followed in pools that keep to the standard.
 */
export const token = formEndpoint({
  path: "/oauth2/token",
  cors: true,
  invalidClient: 400,
  async answer(call, client, form, request) {
    const possession = await readProof(call, request);
    checkBound(client, possession);
    const grant = grants.get(required(form, "grant_type"));
    if (!grant) throw new Refusal("unsupported_grant_type", "The grant type is not supported.");
    const answer = await grant(call, client, form, possession);
    if (possession && !possession.isSpent) throw new Error("a grant gave tokens for a proof that can be used again");
    return answer;
  },
});

/** RFC 9449 §5.2, `dpop_bound_access_tokens`. @throws Refusal invalid_request */
function checkBound({ client }: AuthenticatedClient, possession: Possession | undefined): void {
  if (client.settings.OAuthConfiguration?.RequireDPoP && !possession) {
    throw new Refusal("invalid_request", "The client must send a DPoP proof.");
  }
}
