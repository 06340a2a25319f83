import type { DeviceRememberedStatusType } from "@aws-sdk/client-cognito-identity-provider";
import { Refusal } from "../../lib/refusal.ts";

/**
 * Whether a device is to be remembered.
 * @throws Refusal InvalidParameterException where nothing is said, which the service model allows
 */
export function isToBeRemembered(status: DeviceRememberedStatusType | undefined): boolean {
  if (status === undefined) {
    throw new Refusal("InvalidParameterException", "Missing required parameter DeviceRememberedStatus");
  }
  return status === "remembered";
}
