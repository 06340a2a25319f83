import type {
  GetUserPoolClientSessionConfigurationCommandInput,
  GetUserPoolClientSessionConfigurationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { browserMinutes } from "../../directory/session-settings.ts";
import { signed } from "../operation.ts";
import { clientNow } from "./client-now.ts";

/** Amazon Cognito API: GetUserPoolClientSessionConfiguration. Also shows what lies dormant. */
export const GetUserPoolClientSessionConfiguration = signed<
  GetUserPoolClientSessionConfigurationCommandInput,
  GetUserPoolClientSessionConfigurationCommandOutput
>(async (call, { UserPoolId, ClientId }) => {
  const { client } = await clientNow(call, UserPoolId, ClientId);
  return { UserPoolId, ClientId, SSOSession: { MaxValidityMinutes: browserMinutes(client.settings) } };
});
