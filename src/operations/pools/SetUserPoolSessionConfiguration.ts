import type {
  SetUserPoolSessionConfigurationCommandInput,
  SetUserPoolSessionConfigurationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { updatePool } from "../../directory/pools.ts";
import { checkSessionTier } from "../check-session-tier.ts";
import { signed } from "../operation.ts";
import { poolChanged, poolNow } from "../revise-pool.ts";
import { toSessionConfiguration } from "./session-configuration.ts";

/** Amazon Cognito API: SetUserPoolSessionConfiguration. Sessions that there are end by neither member. */
export const SetUserPoolSessionConfiguration = signed<
  SetUserPoolSessionConfigurationCommandInput,
  SetUserPoolSessionConfigurationCommandOutput
>(async (call, { UserPoolId, UserSessionTracking, TokenSession }) => {
  const before = await poolNow(call, UserPoolId);
  checkSessionTier(before);
  // What clients have configured is kept: "retained but dormant" while nothing is tracked.
  const sessions = { ...before.settings.sessions, tracking: UserSessionTracking, maxPerUser: TokenSession.MaxPerUser };
  const after = await updatePool(call.db, before, { settings: { ...before.settings, sessions } }, call.now);
  if (!after) throw poolChanged();
  return toSessionConfiguration(after);
});
