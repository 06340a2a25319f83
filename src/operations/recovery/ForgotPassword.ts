import type {
  ForgotPasswordCommandInput,
  ForgotPasswordCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { checkSecretHash } from "../../flows/client-secrets.ts";
import { requestRecovery } from "../../flows/recovery/request.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: ForgotPassword. */
export const ForgotPassword = open<ForgotPasswordCommandInput, ForgotPasswordCommandOutput>(async (call, input) => {
  const found = await resolveClient(call, input.ClientId);
  await checkSecretHash(call, found.client, input.SecretHash, input.Username);
  const request = { name: input.Username, clientMetadata: input.ClientMetadata };
  return { CodeDeliveryDetails: await requestRecovery(call, found, request) };
});
