import type {
  UpdateResourceServerCommandInput,
  UpdateResourceServerCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { updateResourceServer } from "../../directory/resource-servers.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { readScopeList, resourceServerNotFound, toResourceServerType } from "./resource-server-shape.ts";

/**
 * Amazon Cognito API: UpdateResourceServer. Scopes are replaced; left out, there are none. Clients keep a scope that goes,
 * inactive until it comes back.
 */
export const UpdateResourceServer = signed<UpdateResourceServerCommandInput, UpdateResourceServerCommandOutput>(
  async (call, { UserPoolId, Identifier, Name, Scopes }) => {
    const pool = await resolvePool(call, UserPoolId);
    const change = { name: Name, scopes: readScopeList(Scopes) };
    const server = await updateResourceServer(call.db, pool.id, Identifier, change, call.now);
    if (!server) throw resourceServerNotFound(Identifier);
    return { ResourceServer: toResourceServerType(server) };
  },
);
