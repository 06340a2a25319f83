import type {
  DescribeResourceServerCommandInput,
  DescribeResourceServerCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resourceServerNamed } from "../../directory/resource-servers.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { resourceServerNotFound, toResourceServerType } from "./resource-server-shape.ts";

/** Amazon Cognito API: DescribeResourceServer. */
export const DescribeResourceServer = signed<DescribeResourceServerCommandInput, DescribeResourceServerCommandOutput>(
  async (call, { UserPoolId, Identifier }) => {
    const [, [server]] = await Promise.all([
      resolvePool(call, UserPoolId),
      resourceServerNamed(call.db, UserPoolId, Identifier),
    ]);
    if (!server) throw resourceServerNotFound(Identifier);
    return { ResourceServer: toResourceServerType(server) };
  },
);
