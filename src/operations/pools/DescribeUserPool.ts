import type {
  DescribeUserPoolCommandInput,
  DescribeUserPoolCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { domainsOf } from "../../directory/domains.ts";
import { signed } from "../operation.ts";
import { poolNow } from "../revise-pool.ts";
import { toUserPoolType } from "./pool-shape.ts";

/** Amazon Cognito API: DescribeUserPool. */
export const DescribeUserPool = signed<DescribeUserPoolCommandInput, DescribeUserPoolCommandOutput>(
  async (call, { UserPoolId }) => {
    const [pool, domains] = await Promise.all([poolNow(call, UserPoolId), domainsOf(call.db, UserPoolId)]);
    return { UserPool: toUserPoolType(call, pool, domains) };
  },
);
