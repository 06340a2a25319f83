import type {
  AdminResetUserPasswordCommandInput,
  AdminResetUserPasswordCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import type { SQL } from "drizzle-orm";
import { putCode } from "../../directory/codes.ts";
import { endSessions } from "../../directory/sessions.ts";
import { checkSenders } from "../../flows/custom-sender.ts";
import { deliverCode, drawCode } from "../../flows/deliver-code.ts";
import { checkLimit, countTry } from "../../flows/hourly-limits.ts";
import { recoveryDestination } from "../../flows/recovery/destination.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";

/**
 * Amazon Cognito API: AdminResetUserPassword. The password stops working with the change of status, and all that the user
 * was signed in by ends, before the code leaves; ConfirmForgotPassword answers the code.
 */
export const AdminResetUserPassword = signed<AdminResetUserPasswordCommandInput, AdminResetUserPasswordCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    await checkSenders(call, pool);
    const { user, decision } = await reviseUser(call, pool, input.Username, async (before) => {
      if (before.status !== "CONFIRMED" && before.status !== "RESET_REQUIRED") {
        throw new Refusal("NotAuthorizedException", "User password cannot be reset in the current state.");
      }
      const destination = recoveryDestination(pool, before);
      const counted = { poolId: pool.id, subject: before.sub, kind: "send-reset" as const };
      checkLimit(await countTry(call, counted));
      const { code, row } = await drawCode(call, before, "reset", destination);
      const change = { status: "RESET_REQUIRED" as const };
      const along = (only: SQL) => [
        putCode(call.db, row, only),
        ...endSessions(call.db, pool.id, before.sub, { only }),
      ];
      return { change, along, code, destination };
    });
    const { code, destination } = decision;
    const source = "CustomMessage_ForgotPassword";
    await deliverCode(call, { pool, user, source, code, destination, clientMetadata: input.ClientMetadata });
    return {};
  },
);
