import type {
  SetUserPoolMfaConfigCommandInput,
  SetUserPoolMfaConfigCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { updatePool } from "../../directory/pools.ts";
import { signed } from "../operation.ts";
import { poolChanged, poolNow } from "../revise-pool.ts";
import { checkPool } from "./check-pool.ts";
import { toMfaConfig, withMfaConfig } from "./mfa-config.ts";

/** Amazon Cognito API: SetUserPoolMfaConfig. */
export const SetUserPoolMfaConfig = signed<SetUserPoolMfaConfigCommandInput, SetUserPoolMfaConfigCommandOutput>(
  async (call, { UserPoolId, ...input }) => {
    const before = await poolNow(call, UserPoolId);
    const settings = withMfaConfig(before.settings, input);
    checkPool({ ...before, settings });
    if (!(await updatePool(call.db, before, { settings }, call.now))) throw poolChanged();
    return toMfaConfig(settings);
  },
);
