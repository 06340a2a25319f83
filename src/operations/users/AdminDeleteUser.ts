import type { AdminDeleteUserCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { deleteUser } from "../../directory/user-writes.ts";
import { decideOn } from "../../flows/decide-on.ts";
import { resolvePool, resolveUser } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminDeleteUser. */
export const AdminDeleteUser = signed<AdminDeleteUserCommandInput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const read = () => resolveUser(call, pool, input.Username);
  // Names are deleted as they were read, so the user must not have been written since.
  await decideOn(await read(), read, async (user) => (await deleteUser(call.db, pool, user)) || "stale");
});
