import type {
  SetUserMFAPreferenceCommandInput,
  SetUserMFAPreferenceCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changeFactors } from "../../flows/change-factors.ts";
import { withAccessToken } from "../operation.ts";
import { prefer } from "./preferences.ts";

/** Amazon Cognito API: SetUserMFAPreference. */
export const SetUserMFAPreference = withAccessToken<
  SetUserMFAPreferenceCommandInput,
  SetUserMFAPreferenceCommandOutput
>(async (call, input, { pool, user }) => {
  await changeFactors(call, pool, user, (now) => prefer(pool, now, input));
  return {};
});
