import type { GroupType } from "@aws-sdk/client-cognito-identity-provider";
import type { Group } from "../../directory/groups.ts";
import { Refusal } from "../../lib/refusal.ts";

/** A group as every operation shows it. */
export function toGroupType(group: Group): GroupType {
  return {
    GroupName: group.name,
    UserPoolId: group.poolId,
    ...(group.description !== null && { Description: group.description }),
    ...(group.roleArn !== null && { RoleArn: group.roleArn }),
    ...(group.precedence !== null && { Precedence: group.precedence }),
    LastModifiedDate: new Date(group.updatedAt),
    CreationDate: new Date(group.createdAt),
  };
}

export const groupNotFound = () => new Refusal("ResourceNotFoundException", "Group not found.");
