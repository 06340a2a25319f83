import type { GetGroupCommandInput, GetGroupCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { groupByName } from "../../directory/groups.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { groupNotFound, toGroupType } from "./group-shape.ts";

/** Amazon Cognito API: GetGroup. */
export const GetGroup = signed<GetGroupCommandInput, GetGroupCommandOutput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const [[group]] = await call.db.batch([groupByName(call.db, pool.id, input.GroupName)]);
  if (!group) throw groupNotFound();
  return { Group: toGroupType(group) };
});
