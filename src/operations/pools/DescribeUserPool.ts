import type {
  DescribeUserPoolCommandInput,
  DescribeUserPoolCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { poolNow } from "../revise-pool.ts";
import { toUserPoolType } from "./pool-shape.ts";

/** Amazon Cognito API: DescribeUserPool. */
export const DescribeUserPool = signed<DescribeUserPoolCommandInput, DescribeUserPoolCommandOutput>(
  async (call, { UserPoolId }) => ({ UserPool: toUserPoolType(call, await poolNow(call, UserPoolId)) }),
);
