import type {
  CompleteWebAuthnRegistrationCommandInput,
  CompleteWebAuthnRegistrationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { completeRegistration } from "../../flows/passkeys/register-passkey.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: CompleteWebAuthnRegistration. */
export const CompleteWebAuthnRegistration = withAccessToken<
  CompleteWebAuthnRegistrationCommandInput,
  CompleteWebAuthnRegistrationCommandOutput
>(async (call, { Credential }, self) => {
  await completeRegistration(call, self, Credential);
  return {};
});
