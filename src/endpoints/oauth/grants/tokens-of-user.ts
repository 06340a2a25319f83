import { type Possession, tokenTypeOf } from "../../../flows/authorization/client/dpop-proof.ts";
import type { GrantedTokens } from "../../../flows/authorization/redeem.ts";

/** Tokens about a user as the token endpoint shows them (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3). */
export const tokensOfUser = (
  { accessToken, idToken, refreshToken, expiresIn }: GrantedTokens,
  possession: Possession | undefined,
) => ({
  ...(idToken !== undefined && { id_token: idToken }),
  access_token: accessToken,
  ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  expires_in: expiresIn,
  token_type: tokenTypeOf(possession),
});
