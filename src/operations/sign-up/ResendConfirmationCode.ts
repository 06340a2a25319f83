import type {
  ResendConfirmationCodeCommandInput,
  ResendConfirmationCodeCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { checkSecretHash } from "../../flows/client-secrets.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { resendCode } from "../../flows/sign-up/resend.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: ResendConfirmationCode. */
export const ResendConfirmationCode = open<ResendConfirmationCodeCommandInput, ResendConfirmationCodeCommandOutput>(
  async (call, input) => {
    const found = await resolveClient(call, input.ClientId);
    await checkSecretHash(call, found.client, input.SecretHash, input.Username);
    const request = { name: input.Username, clientMetadata: input.ClientMetadata };
    return { CodeDeliveryDetails: await resendCode(call, found, request) };
  },
);
