import type { DeleteUserPoolCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { domainsOf } from "../../directory/domains.ts";
import { deletePool } from "../../directory/pools.ts";
import { decideOn } from "../../flows/decide-on.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { poolNow } from "../revise-pool.ts";

/**
 * Amazon Cognito API: DeleteUserPool. Everything in the pool goes with it, unless deletion protection is on, or the pool has
 * a domain, at that moment.
 */
export const DeleteUserPool = signed<DeleteUserPoolCommandInput>(async (call, { UserPoolId }) => {
  const read = () => Promise.all([poolNow(call, UserPoolId), domainsOf(call.db, UserPoolId)]);
  await decideOn(await read(), read, async ([pool, domains]) => {
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
    return (await deletePool(call.db, pool)) ? "deleted" : "stale";
  });
});
