import type { AuthFlowType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import { isNameOf } from "../../directory/names.ts";
import type { User } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkSecretHash } from "../client-secrets.ts";
import { allowsAny, CHOICE_FLOWS, REFRESH_FLOWS } from "../explicit-auth-flows.ts";
import { refresh, rotates } from "../refresh.ts";
import { byCustom } from "./begin/by-custom.ts";
import { byChoice } from "./begin/by-choice.ts";
import { byPassword } from "./begin/by-password.ts";
import { bySrp } from "./begin/by-srp.ts";
import { required } from "./refusals.ts";
import type { Outcome, Turn } from "./sign-in.ts";

/** A way to begin. */
interface Way {
  /** The values of ExplicitAuthFlows that open it, new and legacy. */
  allowedBy: readonly string[];
  /** What is said where the client does not allow it. */
  closed: string;
  /** Only AdminInitiateAuth offers it. */
  adminOnly?: true;
  /** @param session of a sign-up that came before */
  begin(call: Call, turn: Turn, session?: string): Promise<Outcome>;
}

const byAdminPassword: Way = {
  allowedBy: ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
  closed: "Auth flow not enabled for this client",
  adminOnly: true,
  begin: byPassword,
};

const byRefreshToken: Way = {
  allowedBy: REFRESH_FLOWS,
  closed: "REFRESH_TOKEN_AUTH is not enabled for the client.",
  async begin(call, turn) {
    const token = required(turn.given, "REFRESH_TOKEN");
    const { SECRET_HASH, USERNAME, DEVICE_KEY } = turn.given;
    const check = async (user: User) => {
      // Only a name of this very user: a hash made for somebody else would prove nothing about the token.
      const names = USERNAME && isNameOf(turn.pool, user, USERNAME) ? [user.username, USERNAME] : [user.username];
      await checkSecretHash(call, turn.client, SECRET_HASH, ...names);
    };
    return { tokens: await refresh(call, turn, token, { check, deviceKey: DEVICE_KEY }) };
  },
};

/** By their wire names, of which the service model lets no others in. */
const ways: Record<AuthFlowType, Way> = {
  USER_PASSWORD_AUTH: {
    allowedBy: ["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"],
    closed: "USER_PASSWORD_AUTH flow not enabled for this client",
    begin: byPassword,
  },
  USER_SRP_AUTH: {
    allowedBy: ["ALLOW_USER_SRP_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"],
    closed: "USER_SRP_AUTH is not enabled for the client.",
    begin: bySrp,
  },
  CUSTOM_AUTH: {
    allowedBy: ["ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"],
    closed: "CUSTOM_AUTH is not enabled for the client.",
    begin: byCustom,
  },
  USER_AUTH: {
    allowedBy: CHOICE_FLOWS,
    closed: "USER_AUTH is not enabled for the client.",
    begin: byChoice,
  },
  ADMIN_USER_PASSWORD_AUTH: byAdminPassword,
  ADMIN_NO_SRP_AUTH: byAdminPassword,
  REFRESH_TOKEN_AUTH: byRefreshToken,
  REFRESH_TOKEN: byRefreshToken,
};

/**
 * Begins a sign-in (Amazon Cognito API: InitiateAuth, AdminInitiateAuth).
 * @param session of SignUp or ConfirmSignUp; flows other than USER_AUTH know none
 * @throws Refusal InvalidParameterException for a flow that the client does not allow, and whatever the flow refuses with
 */
export async function startSignIn(call: Call, flow: AuthFlowType, turn: Turn, session?: string): Promise<Outcome> {
  const way = ways[flow];
  if (way.adminOnly && !turn.admin)
    throw new Refusal("InvalidParameterException", "Initiate Auth method not supported.");
  // RefreshTokenRotationType: with rotation, only GetTokensFromRefreshToken and the token endpoint refresh.
  const closed = way === byRefreshToken && rotates(turn.client);
  if (closed || !allowsAny(turn.client.settings, way.allowedBy))
    throw new Refusal("InvalidParameterException", way.closed);
  return way.begin(call, turn, session);
}
