import type { DeleteGroupCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { deleteGroup } from "../../directory/groups.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { groupNotFound } from "./group-shape.ts";

/** Amazon Cognito API: DeleteGroup. Its memberships vanish with it; its users stay. */
export const DeleteGroup = signed<DeleteGroupCommandInput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  if (!(await deleteGroup(call.db, pool.id, input.GroupName))) throw groupNotFound();
});
