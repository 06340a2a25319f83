import type { AdminRemoveUserFromGroupCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { removeMember } from "../../directory/groups.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { groupNotFound } from "./group-shape.ts";

/** Amazon Cognito API: AdminRemoveUserFromGroup. Who is not in the group stays out of it. */
export const AdminRemoveUserFromGroup = signed<AdminRemoveUserFromGroupCommandInput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const outcome = await removeMember(call.db, pool, input.GroupName, input.Username);
  if (outcome === "no user") throw userNotFound();
  if (outcome === "no group") throw groupNotFound();
});
