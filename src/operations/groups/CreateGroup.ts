import type { CreateGroupCommandInput, CreateGroupCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { type Group, insertGroup } from "../../directory/groups.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { toGroupType } from "./group-shape.ts";

/** Amazon Cognito API: CreateGroup. */
export const CreateGroup = signed<CreateGroupCommandInput, CreateGroupCommandOutput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const group: Group = {
    poolId: pool.id,
    name: input.GroupName,
    description: input.Description ?? null,
    precedence: input.Precedence ?? null,
    roleArn: input.RoleArn ?? null,
    createdAt: call.now,
    updatedAt: call.now,
  };
  switch (await insertGroup(call.db, group)) {
    case "inserted":
      return { Group: toGroupType(group) };
    case "taken":
      throw new Refusal("GroupExistsException", "A group with the name already exists");
    case "full":
      throw new Refusal("LimitExceededException", "The user pool has the most groups that it may have.");
  }
});
