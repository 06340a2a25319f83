import type {
  AddUserPoolClientSecretCommandInput,
  AddUserPoolClientSecretCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { type ClientSecret, sealClientSecret } from "../../flows/client-secrets.ts";
import { randomClientSecret } from "../../lib/random.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { reviseSecrets } from "./client-now.ts";
import { toClientSecretDescriptor } from "./client-shape.ts";

const MOST_SECRETS = 2;

/**
 * Amazon Cognito API: AddUserPoolClientSecret. Both secrets work until one is deleted. A value that was generated is shown
 * in this answer; a public client stays public.
 */
export const AddUserPoolClientSecret = signed<
  AddUserPoolClientSecretCommandInput,
  AddUserPoolClientSecretCommandOutput
>(async (call, input) => {
  const value = input.ClientSecret ?? randomClientSecret();
  let added: ClientSecret | undefined;
  await reviseSecrets(call, input.UserPoolId, input.ClientId, async (secrets) => {
    const newest = secrets.at(-1);
    if (!newest) {
      throw new Refusal("InvalidParameterException", "A client without client secret cannot be given one.");
    }
    if (secrets.length >= MOST_SECRETS) {
      throw new Refusal("LimitExceededException", `Client secrets cannot exceed limit of ${MOST_SECRETS} secrets.`);
    }
    // Ids hold the time: two of one client must differ, whatever the clocks of two machines say.
    const now = Math.max(call.now, newest.createdAt + 1);
    added = await sealClientSecret({ ...call, now }, input.ClientId, value);
    return [...secrets, added];
  });
  return {
    ClientSecretDescriptor: {
      ...(added && toClientSecretDescriptor(added)),
      ...(input.ClientSecret === undefined && { ClientSecretValue: value }),
    },
  };
});
