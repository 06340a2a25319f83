import type {
  DeleteWebAuthnCredentialCommandInput,
  DeleteWebAuthnCredentialCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { deletePasskey } from "../../directory/passkeys.ts";
import { Refusal } from "../../lib/refusal.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: DeleteWebAuthnCredential. */
export const DeleteWebAuthnCredential = withAccessToken<
  DeleteWebAuthnCredentialCommandInput,
  DeleteWebAuthnCredentialCommandOutput
>(async (call, { CredentialId }, { pool, user }) => {
  if (!(await deletePasskey(call.db, pool.id, user.sub, CredentialId))) {
    throw new Refusal("ResourceNotFoundException", "Passkey does not exist.");
  }
  return {};
});
