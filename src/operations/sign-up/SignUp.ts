import type { SignUpCommandInput, SignUpCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { checkSecretHash } from "../../flows/client-secrets.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { sealSignUp } from "../../flows/sign-in/begin/after-sign-up.ts";
import { register } from "../../flows/sign-up/register.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: SignUp. */
export const SignUp = open<SignUpCommandInput, SignUpCommandOutput>(async (call, input) => {
  const found = await resolveClient(call, input.ClientId);
  await checkSecretHash(call, found.client, input.SecretHash, input.Username);
  const { user, delivery } = await register(call, found, {
    name: input.Username,
    password: input.Password,
    attributes: input.UserAttributes,
    validationData: input.ValidationData,
    clientMetadata: input.ClientMetadata,
  });
  const session = await sealSignUp(call, found, user);
  return {
    UserConfirmed: user.status === "CONFIRMED",
    UserSub: user.sub,
    CodeDeliveryDetails: delivery,
    ...(session !== undefined && { Session: session }),
  };
});
