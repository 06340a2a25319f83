import type {
  AdminRevokeUserSessionCommandInput,
  AdminRevokeUserSessionCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { subOf } from "../../directory/users.ts";
import { resolvePool, resolveUser } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { revokeSession } from "../../flows/authorization/logout/revoke-session.ts";
import { readSessionId, sessionNotFound } from "./session-shape.ts";

/** Amazon Cognito API: AdminRevokeUserSession. */
export const AdminRevokeUserSession = signed<AdminRevokeUserSessionCommandInput, AdminRevokeUserSessionCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const session = readSessionId(input.SessionId);
    const sub = subOf(pool, input.Username);
    const linked = input.RevokeAssociatedSessions === "LINKED";
    if (session && (await revokeSession(call, { poolId: pool.id, sub, session, linked }))) return {};
    // Whose session it is does not matter where there is no such user.
    await resolveUser(call, pool, input.Username);
    throw sessionNotFound();
  },
);
