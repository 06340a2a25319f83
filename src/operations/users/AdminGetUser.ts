import type { AdminGetUserCommandInput, AdminGetUserCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { resolvePool, resolveUser } from "../../flows/resolve.ts";
import { toMfaOptions, toMfaSettings } from "../mfa-shape.ts";
import { signed } from "../operation.ts";
import { toAttributes } from "../user-shape.ts";

/** Amazon Cognito API: AdminGetUser. */
export const AdminGetUser = signed<AdminGetUserCommandInput, AdminGetUserCommandOutput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const user = await resolveUser(call, pool, input.Username);
  return {
    Username: user.username,
    UserAttributes: toAttributes(user),
    UserCreateDate: new Date(user.createdAt),
    UserLastModifiedDate: new Date(user.updatedAt),
    Enabled: user.enabled,
    UserStatus: user.status,
    ...toMfaSettings(user),
    ...toMfaOptions(user.factors),
  };
});
