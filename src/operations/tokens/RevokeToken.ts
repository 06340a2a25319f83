import type { RevokeTokenCommandInput, RevokeTokenCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { closeSession } from "../../directory/sessions.ts";
import { checkClientSecret } from "../../flows/client-secrets.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { Refusal } from "../../lib/refusal.ts";
import { readRefreshToken } from "../../mechanisms/tokens/refresh-token.ts";
import { open } from "../operation.ts";

/** Three parts parted by dots: one of our signed tokens, which are never what this operation takes. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Amazon Cognito API: RevokeToken. Ends the token's whole family. Any token of the family will do, also one that rotation
 * has replaced; one that is unknown or already revoked succeeds (RFC 7009 §2.2).
 */
export const RevokeToken = open<RevokeTokenCommandInput, RevokeTokenCommandOutput>(
  async (call, { Token, ClientId, ClientSecret }) => {
    const { client, pool } = await resolveClient(call, ClientId);
    if (!(await checkClientSecret(call, client, ClientSecret))) {
      throw new Refusal("UnauthorizedException", "Unable to verify secret for the client.");
    }
    if (client.settings.EnableTokenRevocation === false) {
      throw new Refusal("UnsupportedOperationException", "Token revocation is not enabled for the client.");
    }
    if (JWT.test(Token)) throw new Refusal("UnsupportedTokenTypeException", "Only refresh tokens can be revoked.");
    const token = await readRefreshToken(call.keyring, Token);
    if (!token) throw new Refusal("InvalidParameterException", "Invalid Refresh Token.");
    if (token.poolId !== pool.id || token.clientId !== client.id) {
      throw new Refusal("UnauthorizedException", "The token was not issued to this client.");
    }
    await call.db.batch([closeSession(call.db, pool.id, token.session)]);
    return {};
  },
);
