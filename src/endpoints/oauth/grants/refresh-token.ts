import { refreshGrant } from "../../../flows/authorization/refresh-grant.ts";
import { required } from "../form-endpoint.ts";
import type { Grant } from "./grant.ts";
import { tokensOfUser } from "./tokens-of-user.ts";

/**
 * RFC 6749 §6. A `scope` parameter is ignored, as Cognito does: what was granted stays. The scope is said where a
 * trigger made it another than that (§5.1).
 */
export const refreshTokenGrant: Grant = async (call, client, form, possession) => {
  const tokens = await refreshGrant(call, client, {
    refreshToken: required(form, "refresh_token"),
    resource: form.get("resource"),
    possession,
  });
  const { scope, granted } = tokens;
  return { ...tokensOfUser(tokens, possession), ...(scope !== granted && { scope }) };
};
