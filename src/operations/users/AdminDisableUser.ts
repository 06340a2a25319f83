import type {
  AdminDisableUserCommandInput,
  AdminDisableUserCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { endSessions, markSignedOut } from "../../directory/sessions.ts";
import { setEnabled } from "../../directory/user-writes.ts";
import { subOf } from "../../directory/users.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminDisableUser. Tokens end with it; a sign-in under way finds the user changed and ends, too. */
export const AdminDisableUser = signed<AdminDisableUserCommandInput, AdminDisableUserCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const sub = subOf(pool, input.Username);
    const [[user]] = await call.db.batch([
      setEnabled(call.db, pool.id, sub, false, call.now),
      markSignedOut(call.db, pool.id, sub, call.now),
      ...endSessions(call.db, pool.id, sub),
    ]);
    if (!user) throw userNotFound();
    return {};
  },
);
