import type {
  DescribeUserPoolClientCommandInput,
  DescribeUserPoolClientCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { clientNow } from "./client-now.ts";
import { toUserPoolClientType } from "./client-shape.ts";

/** Amazon Cognito API: DescribeUserPoolClient. */
export const DescribeUserPoolClient = signed<DescribeUserPoolClientCommandInput, DescribeUserPoolClientCommandOutput>(
  async (call, { UserPoolId, ClientId }) => {
    const { client } = await clientNow(call, UserPoolId, ClientId);
    return { UserPoolClient: await toUserPoolClientType(call, client) };
  },
);
