import type {
  ConfirmForgotPasswordCommandInput,
  ConfirmForgotPasswordCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { checkSecretHash } from "../../flows/client-secrets.ts";
import { confirmRecovery } from "../../flows/recovery/confirm.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: ConfirmForgotPassword. */
export const ConfirmForgotPassword = open<ConfirmForgotPasswordCommandInput, ConfirmForgotPasswordCommandOutput>(
  async (call, input) => {
    const found = await resolveClient(call, input.ClientId);
    await checkSecretHash(call, found.client, input.SecretHash, input.Username);
    await confirmRecovery(call, found, {
      name: input.Username,
      answer: input.ConfirmationCode,
      password: input.Password,
      clientMetadata: input.ClientMetadata,
    });
    return {};
  },
);
