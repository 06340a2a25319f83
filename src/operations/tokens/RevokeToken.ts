import type { RevokeTokenCommandInput, RevokeTokenCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { checkClientSecret } from "../../flows/client-secrets.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { revokeToken } from "../../flows/authorization/revoke-token.ts";
import { Refusal } from "../../lib/refusal.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: RevokeToken. One that is already revoked succeeds (RFC 7009 §2.2). */
export const RevokeToken = open<RevokeTokenCommandInput, RevokeTokenCommandOutput>(
  async (call, { Token, ClientId, ClientSecret, RevokeAssociatedSessions }) => {
    const found = await resolveClient(call, ClientId);
    if (!(await checkClientSecret(call, found.client, ClientSecret))) {
      throw new Refusal("UnauthorizedException", "Unable to verify secret for the client.");
    }
    const outcome = await revokeToken(call, found, Token, { linked: RevokeAssociatedSessions === "LINKED" });
    switch (outcome) {
      case "revoked":
        return {};
      case "disabled":
        throw new Refusal("UnsupportedOperationException", "Token revocation is not enabled for the client.");
      case "signed-token":
        throw new Refusal("UnsupportedTokenTypeException", "Only refresh tokens can be revoked.");
      case "unknown":
        throw new Refusal("InvalidParameterException", "Invalid Refresh Token.");
      case "foreign":
        throw new Refusal("UnauthorizedException", "The token was not issued to this client.");
    }
  },
);
