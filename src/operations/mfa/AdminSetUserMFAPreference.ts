import type {
  AdminSetUserMFAPreferenceCommandInput,
  AdminSetUserMFAPreferenceCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { signed } from "../operation.ts";
import { prefer } from "./preferences.ts";

/** Amazon Cognito API: AdminSetUserMFAPreference. */
export const AdminSetUserMFAPreference = signed<
  AdminSetUserMFAPreferenceCommandInput,
  AdminSetUserMFAPreferenceCommandOutput
>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  await reviseUser(call, pool, input.Username, (user) => ({ change: { factors: prefer(pool, user, input) } }));
  return {};
});
