import type { MFAOptionType } from "@aws-sdk/client-cognito-identity-provider";
import { Refusal } from "../../lib/refusal.ts";
import type { Preferences } from "./preferences.ts";

/**
 * What a list of MFAOptions says (Amazon Cognito API: MFAOptionType): codes by SMS to the phone number where it is
 * named, none where the list is empty. Other factors stay as they are.
 * @throws Refusal InvalidParameterException for anything but SMS to phone_number
 */
export function readMfaOptions(options: readonly MFAOptionType[]): Preferences {
  const known = options.every(
    ({ DeliveryMedium, AttributeName }) => DeliveryMedium === "SMS" && AttributeName === "phone_number",
  );
  if (!known) {
    throw new Refusal("InvalidParameterException", "MFAOptions can hold only SMS with the attribute phone_number.");
  }
  return { SMSMfaSettings: { Enabled: options.length > 0 } };
}
