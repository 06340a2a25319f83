import type { DeleteResourceServerCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { deleteResourceServer } from "../../directory/resource-servers.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { resourceServerNotFound } from "./resource-server-shape.ts";

/** Amazon Cognito API: DeleteResourceServer. Clients keep its scopes, inactive until they come back. */
export const DeleteResourceServer = signed<DeleteResourceServerCommandInput>(
  async (call, { UserPoolId, Identifier }) => {
    const pool = await resolvePool(call, UserPoolId);
    if (!(await deleteResourceServer(call.db, pool.id, Identifier))) throw resourceServerNotFound(Identifier);
  },
);
