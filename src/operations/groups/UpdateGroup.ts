import type { UpdateGroupCommandInput, UpdateGroupCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { updateGroup } from "../../directory/groups.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { groupNotFound, toGroupType } from "./group-shape.ts";

/** Amazon Cognito API: UpdateGroup. Members that are left out keep their value. */
export const UpdateGroup = signed<UpdateGroupCommandInput, UpdateGroupCommandOutput>(async (call, input) => {
  const { UserPoolId, GroupName: name, Description: description, Precedence: precedence, RoleArn: roleArn } = input;
  const pool = await resolvePool(call, UserPoolId);
  const change = {
    ...(description !== undefined && { description }),
    ...(precedence !== undefined && { precedence }),
    ...(roleArn !== undefined && { roleArn }),
  };
  const group = await updateGroup(call.db, pool.id, name, change, call.now);
  if (!group) throw groupNotFound();
  return { Group: toGroupType(group) };
});
