import type { TagResourceCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { poolIdOfArn } from "../pool-arn.ts";
import { checkTags } from "../pool-tags.ts";
import { revisePool } from "../revise-pool.ts";

/** Amazon Cognito API: TagResource. Tags of the pool with other keys stay. */
export const TagResource = signed<TagResourceCommandInput>(async (call, { ResourceArn, Tags }) => {
  await revisePool(call, poolIdOfArn(call, ResourceArn), (pool) => {
    const tags = { ...pool.tags, ...Tags };
    checkTags(tags, "InvalidParameterException");
    return { tags };
  });
});
