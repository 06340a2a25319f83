import type { DeleteUserPoolClientCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { deleteClient } from "../../directory/clients.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { clientNotFound } from "./client-now.ts";

/** Amazon Cognito API: DeleteUserPoolClient. Without it, nobody can refresh the tokens that it was given. */
export const DeleteUserPoolClient = signed<DeleteUserPoolClientCommandInput>(async (call, { UserPoolId, ClientId }) => {
  if (await deleteClient(call.db, UserPoolId, ClientId)) return;
  await resolvePool(call, UserPoolId);
  throw clientNotFound(ClientId);
});
