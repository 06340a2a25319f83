import type { DeleteUserPoolCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { deletePool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { overtaken, poolNow } from "../revise-pool.ts";

const MOST_TRIES = 3;

/** Amazon Cognito API: DeleteUserPool. Everything in the pool goes with it, unless deletion protection is on at that moment. */
export const DeleteUserPool = signed<DeleteUserPoolCommandInput>(async (call, { UserPoolId }) => {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const pool = await poolNow(call, UserPoolId);
    if (pool.settings.DeletionProtection === "ACTIVE") {
      throw new Refusal(
        "InvalidParameterException",
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
      );
    }
    if (await deletePool(call.db, pool)) return;
  }
  throw overtaken();
});
