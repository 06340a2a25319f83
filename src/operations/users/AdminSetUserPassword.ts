import type {
  AdminSetUserPasswordCommandInput,
  AdminSetUserPasswordCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import type { SQL } from "drizzle-orm";
import { endSessions } from "../../directory/sessions.ts";
import { checkNewPassword, makeCredentials } from "../../flows/passwords.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminSetUserPassword. Sends nothing. All that the user was signed in by ends. */
export const AdminSetUserPassword = signed<AdminSetUserPasswordCommandInput, AdminSetUserPasswordCommandOutput>(
  async (call, input) => {
    const { Password: password, Permanent: permanent = false } = input;
    const pool = await resolvePool(call, input.UserPoolId);
    await reviseUser(call, pool, input.Username, async (user) => {
      await checkNewPassword(call, pool, password, user.credentials);
      const options = { temporary: !permanent, before: user.credentials };
      const credentials = await makeCredentials(call, pool, user, password, options);
      return {
        change: { credentials, status: permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD" },
        along: (only: SQL) => [...endSessions(call.db, pool.id, user.sub, { only })],
      };
    });
    return {};
  },
);
