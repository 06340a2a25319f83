import type { DeleteUserPoolCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { domainsOf } from "../../directory/domains.ts";
import { deletePool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { overtaken, poolNow } from "../revise-pool.ts";

const MOST_TRIES = 3;

/**
 * Amazon Cognito API: DeleteUserPool. Everything in the pool goes with it, unless deletion protection is on, or the pool has
 * a domain, at that moment.
 */
export const DeleteUserPool = signed<DeleteUserPoolCommandInput>(async (call, { UserPoolId }) => {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const [pool, domains] = await Promise.all([poolNow(call, UserPoolId), domainsOf(call.db, UserPoolId)]);
    if (pool.settings.DeletionProtection === "ACTIVE") {
      throw new Refusal(
        "InvalidParameterException",
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
      );
    }
    if (domains.length > 0) {
      throw new Refusal(
        "InvalidParameterException",
        "User pool cannot be deleted. It has a domain configured that should be deleted first.",
      );
    }
    if (await deletePool(call.db, pool)) return;
  }
  throw overtaken();
});
