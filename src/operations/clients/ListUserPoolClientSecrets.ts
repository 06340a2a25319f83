import type {
  ListUserPoolClientSecretsCommandInput,
  ListUserPoolClientSecretsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { openPageToken } from "../page-token.ts";
import { clientNow } from "./client-now.ts";
import { toClientSecretDescriptor } from "./client-shape.ts";

/** Amazon Cognito API: ListUserPoolClientSecrets. Never their values, and never a second page: there are two at most. */
export const ListUserPoolClientSecrets = signed<
  ListUserPoolClientSecretsCommandInput,
  ListUserPoolClientSecretsCommandOutput
>(async (call, { UserPoolId, ClientId, NextToken }) => {
  await openPageToken(call, ["ListUserPoolClientSecrets", UserPoolId, ClientId], NextToken);
  const { client } = await clientNow(call, UserPoolId, ClientId);
  return { ClientSecrets: client.secrets.map(toClientSecretDescriptor) };
});
