import type {
  AdminGetUserAuthFactorsCommandInput,
  AdminGetUserAuthFactorsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { passkeysOf } from "../../directory/passkeys.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { toAuthFactors } from "./auth-factors.ts";

/** Amazon Cognito API: AdminGetUserAuthFactors. */
export const AdminGetUserAuthFactors = signed<
  AdminGetUserAuthFactorsCommandInput,
  AdminGetUserAuthFactorsCommandOutput
>(async (call, { UserPoolId, Username }) => {
  const pool = await resolvePool(call, UserPoolId);
  const [[user], passkeys] = await call.db.batch([
    userByName(call.db, pool, Username),
    passkeysOf(call.db, pool.id, subOf(pool, Username)),
  ]);
  if (!user) throw userNotFound();
  return toAuthFactors(pool, user, passkeys.length > 0);
});
