import type { DeleteUserCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { deleteUser } from "../../directory/user-writes.ts";
import { type User, userBySub } from "../../directory/users.ts";
import { decideOn } from "../../flows/decide-on.ts";
import { userNotFound } from "../../flows/resolve.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: DeleteUser. */
export const DeleteUser = withAccessToken<DeleteUserCommandInput>(async (call, _input, { pool, user: self }) => {
  const readAgain = async () => (await userBySub(call.db, pool.id, self.sub))[0];
  await decideOn<User | undefined, "deleted">(self, readAgain, async (user) => {
    if (!user) throw userNotFound();
    return (await deleteUser(call.db, pool, user)) ? "deleted" : "stale";
  });
});
