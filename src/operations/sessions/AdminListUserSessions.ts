import type {
  AdminListUserSessionsCommandInput,
  AdminListUserSessionsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { subOf, userBySub } from "../../directory/users.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { openPageToken } from "../page-token.ts";
import { pageOfSessions, type Position, sessionsFrom } from "./page-of-sessions.ts";

/** Amazon Cognito API: AdminListUserSessions. Token sessions, then those of browsers; of each kind the newest first. */
export const AdminListUserSessions = signed<AdminListUserSessionsCommandInput, AdminListUserSessionsCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const question = ["AdminListUserSessions", pool.id, input.Username];
    const position = await openPageToken<Position>(call, question, input.NextToken);
    const sub = subOf(pool, input.Username);
    const [[user], tokens, browsers] = await call.db.batch([
      userBySub(call.db, pool.id, sub),
      ...sessionsFrom(call, pool.id, sub, position),
    ]);
    if (!user) throw userNotFound();
    return pageOfSessions(call, pool, question, tokens, browsers);
  },
);
