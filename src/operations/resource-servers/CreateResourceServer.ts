import type {
  CreateResourceServerCommandInput,
  CreateResourceServerCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { insertResourceServer, type ResourceServer } from "../../directory/resource-servers.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { readScopeList, toResourceServerType } from "./resource-server-shape.ts";

/** Amazon Cognito API: CreateResourceServer. */
export const CreateResourceServer = signed<CreateResourceServerCommandInput, CreateResourceServerCommandOutput>(
  async (call, { UserPoolId, Identifier, Name, Scopes }) => {
    const server: ResourceServer = {
      poolId: UserPoolId,
      identifier: Identifier,
      name: Name,
      scopes: readScopeList(Scopes),
      createdAt: call.now,
      updatedAt: call.now,
    };
    switch (await insertResourceServer(call.db, server)) {
      case "inserted":
        return { ResourceServer: toResourceServerType(server) };
      case "taken":
        throw new Refusal("InvalidParameterException", `${Identifier} already exists in user pool ${UserPoolId}.`);
      case "full":
        throw new Refusal("LimitExceededException", "The user pool has the most resource servers that it may have.");
      case "no pool":
        throw new Refusal("ResourceNotFoundException", `User pool ${UserPoolId} does not exist.`);
    }
  },
);
