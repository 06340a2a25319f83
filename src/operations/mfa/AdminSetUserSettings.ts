import type {
  AdminSetUserSettingsCommandInput,
  AdminSetUserSettingsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { signed } from "../operation.ts";
import { readMfaOptions } from "./mfa-options.ts";
import { prefer } from "./preferences.ts";

/** Amazon Cognito API: AdminSetUserSettings, the predecessor of AdminSetUserMFAPreference. */
export const AdminSetUserSettings = signed<AdminSetUserSettingsCommandInput, AdminSetUserSettingsCommandOutput>(
  async (call, { UserPoolId, Username, MFAOptions }) => {
    const preferences = readMfaOptions(MFAOptions);
    const pool = await resolvePool(call, UserPoolId);
    await reviseUser(call, pool, Username, (user) => ({ change: { factors: prefer(pool, user, preferences) } }));
    return {};
  },
);
