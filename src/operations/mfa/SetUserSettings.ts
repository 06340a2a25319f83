import type {
  SetUserSettingsCommandInput,
  SetUserSettingsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changeFactors } from "../../flows/change-factors.ts";
import { withAccessToken } from "../operation.ts";
import { readMfaOptions } from "./mfa-options.ts";
import { prefer } from "./preferences.ts";

/** Amazon Cognito API: SetUserSettings, the predecessor of SetUserMFAPreference. */
export const SetUserSettings = withAccessToken<SetUserSettingsCommandInput, SetUserSettingsCommandOutput>(
  async (call, { MFAOptions }, { pool, user }) => {
    const preferences = readMfaOptions(MFAOptions);
    await changeFactors(call, pool, user, (now) => prefer(pool, now, preferences));
    return {};
  },
);
