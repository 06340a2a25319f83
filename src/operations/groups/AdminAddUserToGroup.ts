import type { AdminAddUserToGroupCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { addMember } from "../../directory/groups.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { groupNotFound } from "./group-shape.ts";

/** Amazon Cognito API: AdminAddUserToGroup. Who is in the group already stays in it. */
export const AdminAddUserToGroup = signed<AdminAddUserToGroupCommandInput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  switch (await addMember(call.db, pool, input.GroupName, input.Username)) {
    case "member":
      return;
    case "no user":
      throw userNotFound();
    case "no group":
      throw groupNotFound();
    case "full":
      throw new Refusal("LimitExceededException", "The user is in the most groups that a user may be in.");
  }
});
