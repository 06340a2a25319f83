import type { GlobalSignOutCommandInput, GlobalSignOutCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { endSessions, markSignedOut } from "../../directory/sessions.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: GlobalSignOut. */
export const GlobalSignOut = withAccessToken<GlobalSignOutCommandInput, GlobalSignOutCommandOutput>(
  async (call, _, { pool, user }) => {
    await call.db.batch([
      ...endSessions(call.db, pool.id, user.sub),
      markSignedOut(call.db, pool.id, user.sub, call.now),
    ]);
    return {};
  },
);
