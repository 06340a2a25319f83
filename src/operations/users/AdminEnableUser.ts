import type {
  AdminEnableUserCommandInput,
  AdminEnableUserCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { setEnabled } from "../../directory/user-writes.ts";
import { subOf } from "../../directory/users.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminEnableUser. */
export const AdminEnableUser = signed<AdminEnableUserCommandInput, AdminEnableUserCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const sub = subOf(pool, input.Username);
    const [[user]] = await call.db.batch([setEnabled(call.db, pool.id, sub, true, call.now)]);
    if (!user) throw userNotFound();
    return {};
  },
);
