import type { Call } from "../call.ts";
import { Refusal } from "../lib/refusal.ts";

const prefix = ({ settings }: Pick<Call, "settings">): string =>
  `arn:aws:cognito-idp:${settings.region}:${settings.accountId}:userpool/`;

/** The Amazon Resource Name of a user pool: `arn:aws:cognito-idp:<region>:<account>:userpool/<id>`. */
export const poolArn = (call: Pick<Call, "settings">, poolId: string): string => prefix(call) + poolId;

/**
 * The id of the user pool that an ARN names.
 * @throws Refusal InvalidParameterException for the ARN of something else, ResourceNotFoundException for another region or account
 */
export function poolIdOfArn(call: Pick<Call, "settings">, arn: string): string {
  const id = /^arn:aws[\w-]*:cognito-idp:[\w-]+:\d+:userpool\/([\w-]+_[0-9a-zA-Z]+)$/.exec(arn)?.[1];
  if (id === undefined) throw new Refusal("InvalidParameterException", "The resource is not the ARN of a user pool.");
  if (arn !== poolArn(call, id)) throw new Refusal("ResourceNotFoundException", `User pool ${id} does not exist.`);
  return id;
}
