import type {
  GetTokensFromRefreshTokenCommandInput,
  GetTokensFromRefreshTokenCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { checkClientSecret } from "../../flows/client-secrets.ts";
import { refresh } from "../../flows/refresh.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { Refusal } from "../../lib/refusal.ts";
import { toAuthenticationResult } from "../auth-output.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: GetTokensFromRefreshToken. */
export const GetTokensFromRefreshToken = open<
  GetTokensFromRefreshTokenCommandInput,
  GetTokensFromRefreshTokenCommandOutput
>(async (call, { RefreshToken, ClientId, ClientSecret, ClientMetadata, DeviceKey }) => {
  const found = await resolveClient(call, ClientId);
  if (!(await checkClientSecret(call, found.client, ClientSecret))) {
    throw new Refusal("NotAuthorizedException", `Unable to verify secret for client ${ClientId}`);
  }
  const tokens = await refresh(call, found, RefreshToken, { clientMetadata: ClientMetadata, deviceKey: DeviceKey });
  return { AuthenticationResult: toAuthenticationResult(tokens) };
});
