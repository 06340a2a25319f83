import type {
  GetUserPoolMfaConfigCommandInput,
  GetUserPoolMfaConfigCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { poolNow } from "../revise-pool.ts";
import { toMfaConfig } from "./mfa-config.ts";

/** Amazon Cognito API: GetUserPoolMfaConfig. */
export const GetUserPoolMfaConfig = signed<GetUserPoolMfaConfigCommandInput, GetUserPoolMfaConfigCommandOutput>(
  async (call, { UserPoolId }) => toMfaConfig((await poolNow(call, UserPoolId)).settings),
);
