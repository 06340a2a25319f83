import { revokeToken } from "../../flows/authorization/revoke-token.ts";
import { Refusal } from "../../lib/refusal.ts";
import { formEndpoint, required } from "./form-endpoint.ts";

/**
 * RFC 7009 for refresh tokens. The answer has no body, since Amplify parses any that there is. A token that is unknown or
 * already revoked is as the caller wants it (§2.2).
 */
export const revoke = formEndpoint({
  path: "/oauth2/revoke",
  cors: true,
  invalidClient: 401,
  async answer(call, client, form) {
    const outcome = await revokeToken(call, client, required(form, "token"));
    switch (outcome) {
      case "revoked":
      case "unknown":
        return null;
      case "disabled":
        throw new Refusal("invalid_request", "Token revocation is not enabled for the client.");
      case "signed-token":
        throw new Refusal("unsupported_token_type", "Only refresh tokens can be revoked.");
      case "foreign":
        throw new Refusal("invalid_grant", "The token was not issued to this client.");
    }
  },
});
