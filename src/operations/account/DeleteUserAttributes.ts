import type {
  DeleteUserAttributesCommandInput,
  DeleteUserAttributesCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changeAttributes } from "../../flows/change-attributes.ts";
import { checkWritable } from "../../mechanisms/attributes/permissions.ts";
import { readAttributes } from "../../mechanisms/attributes/schema.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: DeleteUserAttributes. */
export const DeleteUserAttributes = withAccessToken<
  DeleteUserAttributesCommandInput,
  DeleteUserAttributesCommandOutput
>(async (call, { UserAttributeNames }, { pool, client, user }) => {
  const emptied = UserAttributeNames.map((Name) => ({ Name, Value: "" }));
  const submitted = readAttributes(pool, emptied, { at: "update", by: "user" });
  checkWritable(pool, client, Object.keys(submitted));
  await changeAttributes(call, pool, user, { submitted, by: "user", clientId: client.id });
  return {};
});
