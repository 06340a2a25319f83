import type {
  RevokeUserSessionCommandInput,
  RevokeUserSessionCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { Refusal } from "../../lib/refusal.ts";
import { withAccessToken } from "../operation.ts";
import { revokeSession } from "../../flows/authorization/logout/revoke-session.ts";
import { readSessionId, sessionNotFound } from "./session-shape.ts";

/**
 * Amazon Cognito API: RevokeUserSession. "You can't revoke the session that the calling access token belongs to": it goes
 * on even where the browser session ends that it came from, with all else that came from that.
 */
export const RevokeUserSession = withAccessToken<RevokeUserSessionCommandInput, RevokeUserSessionCommandOutput>(
  async (call, input, { pool, user, session: current }) => {
    const session = readSessionId(input.SessionId);
    if (!session) throw sessionNotFound();
    if (session.type === "TOKEN" && session.id === current) {
      throw new Refusal("InvalidParameterException", "The current session cannot be revoked.");
    }
    const linked = input.RevokeAssociatedSessions === "LINKED";
    const revocation = { poolId: pool.id, sub: user.sub, session, linked, except: current };
    if (!(await revokeSession(call, revocation))) throw sessionNotFound();
    return {};
  },
);
