import type {
  UpdateUserAttributesCommandInput,
  UpdateUserAttributesCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changeAttributes } from "../../flows/change-attributes.ts";
import { checkWritable } from "../../mechanisms/attributes/permissions.ts";
import { readAttributes } from "../../mechanisms/attributes/schema.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: UpdateUserAttributes. */
export const UpdateUserAttributes = withAccessToken<
  UpdateUserAttributesCommandInput,
  UpdateUserAttributesCommandOutput
>(async (call, { UserAttributes, ClientMetadata: clientMetadata }, { pool, client, user }) => {
  const submitted = readAttributes(pool, UserAttributes, { at: "update", by: "user" });
  checkWritable(pool, client, Object.keys(submitted));
  const change = { submitted, by: "user", clientId: client.id, clientMetadata } as const;
  return { CodeDeliveryDetailsList: await changeAttributes(call, pool, user, change) };
});
