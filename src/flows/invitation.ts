import type { DeliveryMediumType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { deliverCode, type Destination } from "./deliver-code.ts";

const ATTRIBUTE = { EMAIL: "email", SMS: "phone_number" } as const;

/**
 * Where an invitation is to go (Amazon Cognito API: AdminCreateUser, DesiredDeliveryMediums). Without a wish it goes to
 * the phone, else by e-mail, and nowhere for a user who has neither: Terraform's plainest `aws_cognito_user` is one.
 * @param wished media that must all have an address
 * @throws Refusal InvalidParameterException when an address is missing
 */
export function invitationDestinations(
  attributes: User["attributes"],
  wished: readonly DeliveryMediumType[] = [],
): Destination[] {
  const usual = (["SMS", "EMAIL"] as const).filter((medium) => attributes[ATTRIBUTE[medium]]).slice(0, 1);
  return [...new Set(wished.length > 0 ? wished : usual)].map((medium) => {
    const attribute = ATTRIBUTE[medium];
    const value = attributes[attribute];
    if (value) return { attribute, value };
    throw new Refusal("InvalidParameterException", `An invitation by ${medium} needs the attribute ${attribute}.`);
  });
}

/**
 * Sends a new user the temporary password.
 * @throws Refusal CodeDeliveryFailureException, UserLambdaValidationException, UnexpectedLambdaException,
 *   InvalidLambdaResponseException
 */
export async function invite(
  call: Call,
  pool: Pool,
  user: User,
  password: string,
  destinations: readonly Destination[],
  clientMetadata: Record<string, string> | undefined,
): Promise<void> {
  for (const destination of destinations) {
    const source = "CustomMessage_AdminCreateUser";
    await deliverCode(call, { pool, user, source, code: password, destination, clientMetadata });
  }
}
