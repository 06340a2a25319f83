import type {
  AdminUserGlobalSignOutCommandInput,
  AdminUserGlobalSignOutCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { endSessions, markSignedOut } from "../../directory/sessions.ts";
import { subOf } from "../../directory/users.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminUserGlobalSignOut. */
export const AdminUserGlobalSignOut = signed<AdminUserGlobalSignOutCommandInput, AdminUserGlobalSignOutCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const sub = subOf(pool, input.Username);
    const [[user]] = await call.db.batch([
      markSignedOut(call.db, pool.id, sub, call.now),
      ...endSessions(call.db, pool.id, sub),
    ]);
    if (!user) throw userNotFound();
    return {};
  },
);
