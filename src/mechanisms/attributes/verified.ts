import { Refusal } from "../../lib/refusal.ts";

/** @throws Refusal InvalidParameterException for an address said to be verified that is not there */
export function checkVerified(attributes: Record<string, string>): void {
  for (const attribute of ["email", "phone_number"]) {
    if (attributes[`${attribute}_verified`] === "true" && !attributes[attribute]) {
      throw new Refusal("InvalidParameterException", `${attribute} is required to set ${attribute}_verified to true.`);
    }
  }
}
