import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { poolIdOfArn } from "../pool-arn.ts";
import { poolNow } from "../revise-pool.ts";

/** Amazon Cognito API: ListTagsForResource. */
export const ListTagsForResource = signed<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
  async (call, { ResourceArn }) => ({ Tags: (await poolNow(call, poolIdOfArn(call, ResourceArn))).tags }),
);
