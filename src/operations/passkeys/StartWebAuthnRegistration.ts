import type {
  StartWebAuthnRegistrationCommandInput,
  StartWebAuthnRegistrationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { startRegistration } from "../../flows/passkeys/register-passkey.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: StartWebAuthnRegistration. */
export const StartWebAuthnRegistration = withAccessToken<
  StartWebAuthnRegistrationCommandInput,
  StartWebAuthnRegistrationCommandOutput
>(async (call, _, self) => {
  const options: object = await startRegistration(call, self);
  return { CredentialCreationOptions: { ...options } };
});
