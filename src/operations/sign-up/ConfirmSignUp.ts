import type { ConfirmSignUpCommandInput, ConfirmSignUpCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { checkSecretHash } from "../../flows/client-secrets.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { sealConfirmation } from "../../flows/sign-in/begin/after-sign-up.ts";
import { confirmSignUp } from "../../flows/sign-up/confirm.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: ConfirmSignUp. */
export const ConfirmSignUp = open<ConfirmSignUpCommandInput, ConfirmSignUpCommandOutput>(async (call, input) => {
  const found = await resolveClient(call, input.ClientId);
  await checkSecretHash(call, found.client, input.SecretHash, input.Username);
  const confirmed = await confirmSignUp(call, found, {
    name: input.Username,
    answer: input.ConfirmationCode,
    force: input.ForceAliasCreation ?? false,
    clientMetadata: input.ClientMetadata,
  });
  const session = await sealConfirmation(call, found, confirmed, input.Session);
  return session === undefined ? {} : { Session: session };
});
