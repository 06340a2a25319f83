import { exchangeCode } from "../../../flows/authorization/exchange-code.ts";
import { required } from "../form-endpoint.ts";
import type { Grant } from "./grant.ts";
import { tokensOfUser } from "./tokens-of-user.ts";

/** RFC 6749 §4.1.3, RFC 7636 §4.5. What was granted need not be what was asked for, so the scope is said (§5.1). */
export const authorizationCodeGrant: Grant = async (call, client, form, possession) => {
  const tokens = await exchangeCode(call, client, {
    code: required(form, "code"),
    redirectUri: form.get("redirect_uri"),
    verifier: form.get("code_verifier"),
    resource: form.get("resource"),
    possession,
  });
  return { ...tokensOfUser(tokens, possession), scope: tokens.scope };
};
