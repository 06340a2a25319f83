import type { AddCustomAttributesCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import { signed } from "../operation.ts";
import { revisePool } from "../revise-pool.ts";
import { addCustomAttributes } from "./schema.ts";

/** Amazon Cognito API: AddCustomAttributes. All of them are added, or none. */
export const AddCustomAttributes = signed<AddCustomAttributesCommandInput>(async (call, input) => {
  await revisePool(call, input.UserPoolId, ({ attributes }) => ({
    attributes: addCustomAttributes(attributes, input.CustomAttributes),
  }));
});
