import type { UntagResourceCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { poolIdOfArn } from "../pool-arn.ts";
import { revisePool } from "../revise-pool.ts";

/** Amazon Cognito API: UntagResource. Keys that the pool does not have are passed over. */
export const UntagResource = signed<UntagResourceCommandInput>(async (call, { ResourceArn, TagKeys }) => {
  const dropped = new Set(TagKeys);
  await revisePool(call, poolIdOfArn(call, ResourceArn), ({ tags }) => ({
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !dropped.has(key))),
  }));
});
