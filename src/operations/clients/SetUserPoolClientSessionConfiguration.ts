import type {
  SetUserPoolClientSessionConfigurationCommandInput,
  SetUserPoolClientSessionConfigurationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { setBrowserMinutes } from "../../directory/clients.ts";
import { tracksSessions } from "../../directory/session-settings.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkSessionTier } from "../check-session-tier.ts";
import { signed } from "../operation.ts";
import { clientChanged, clientNow } from "./client-now.ts";

/**
 * Amazon Cognito API: SetUserPoolClientSessionConfiguration. A larger value counts for the browser sessions that are
 * opened from now on; those that there are end when they would have.
 */
export const SetUserPoolClientSessionConfiguration = signed<
  SetUserPoolClientSessionConfigurationCommandInput,
  SetUserPoolClientSessionConfigurationCommandOutput
>(async (call, { UserPoolId, ClientId, SSOSession }) => {
  const { pool, client } = await clientNow(call, UserPoolId, ClientId);
  checkSessionTier(pool);
  if (!tracksSessions(pool.settings)) {
    throw new Refusal("OperationNotEnabledException", "Session tracking is not enabled for the user pool.");
  }
  if (!(await setBrowserMinutes(call.db, client, SSOSession.MaxValidityMinutes, call.now))) throw clientChanged();
  return { UserPoolId, ClientId, SSOSession: { MaxValidityMinutes: SSOSession.MaxValidityMinutes } };
});
