import type {
  GetUserPoolSessionConfigurationCommandInput,
  GetUserPoolSessionConfigurationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { poolNow } from "../revise-pool.ts";
import { toSessionConfiguration } from "./session-configuration.ts";

/** Amazon Cognito API: GetUserPoolSessionConfiguration. */
export const GetUserPoolSessionConfiguration = signed<
  GetUserPoolSessionConfigurationCommandInput,
  GetUserPoolSessionConfigurationCommandOutput
>(async (call, { UserPoolId }) => toSessionConfiguration(await poolNow(call, UserPoolId)));
