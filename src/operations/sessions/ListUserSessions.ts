import type {
  ListUserSessionsCommandInput,
  ListUserSessionsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { withAccessToken } from "../operation.ts";
import { openPageToken } from "../page-token.ts";
import { pageOfSessions, type Position, sessionsFrom } from "./page-of-sessions.ts";

/** Amazon Cognito API: ListUserSessions. Token sessions, then those of browsers; of each kind the newest first. */
export const ListUserSessions = withAccessToken<ListUserSessionsCommandInput, ListUserSessionsCommandOutput>(
  async (call, input, { pool, user, session }) => {
    const question = ["ListUserSessions", pool.id, user.sub];
    const position = await openPageToken<Position>(call, question, input.NextToken);
    const [tokens, browsers] = await call.db.batch(sessionsFrom(call, pool.id, user.sub, position));
    return pageOfSessions(call, pool, question, tokens, browsers, session);
  },
);
