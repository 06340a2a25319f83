import type { DeleteUserPoolClientSecretCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { reviseSecrets } from "./client-now.ts";

/** Amazon Cognito API: DeleteUserPoolClientSecret. The last one stays: a confidential client never becomes a public one. */
export const DeleteUserPoolClientSecret = signed<DeleteUserPoolClientSecretCommandInput>(async (call, input) => {
  const { UserPoolId, ClientId, ClientSecretId } = input;
  await reviseSecrets(call, UserPoolId, ClientId, async (secrets) => {
    const rest = secrets.filter(({ id }) => id !== ClientSecretId);
    if (rest.length === secrets.length) {
      throw new Refusal("ResourceNotFoundException", `Client secret ${ClientSecretId} does not exist.`);
    }
    if (rest.length === 0) {
      throw new Refusal("InvalidParameterException", "The last client secret of a client cannot be deleted.");
    }
    return rest;
  });
});
