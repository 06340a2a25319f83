import type { GetUserResponse } from "@aws-sdk/client-cognito-identity-provider";
import type { Factors, User } from "../directory/users.ts";

/** A user's choice of second factors as GetUser and its kin show it; members without anything to show are absent. */
export function toMfaSettings({
  factors: { mfa = [], preferred },
}: Pick<User, "factors">): Pick<GetUserResponse, "UserMFASettingList" | "PreferredMfaSetting"> {
  return {
    ...(mfa.length > 0 && { UserMFASettingList: mfa }),
    ...(preferred && { PreferredMfaSetting: preferred }),
  };
}

/** The same in the words of before there were other factors than SMS. */
export const toMfaOptions = ({ mfa }: Pick<Factors, "mfa">): Pick<GetUserResponse, "MFAOptions"> =>
  mfa?.includes("SMS_MFA") ? { MFAOptions: [{ DeliveryMedium: "SMS", AttributeName: "phone_number" }] } : {};
