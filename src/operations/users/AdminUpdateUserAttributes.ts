import type {
  AdminUpdateUserAttributesCommandInput,
  AdminUpdateUserAttributesCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changeAttributes } from "../../flows/change-attributes.ts";
import { resolvePool, resolveUser } from "../../flows/resolve.ts";
import { readAttributes } from "../../mechanisms/attributes/schema.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminUpdateUserAttributes. */
export const AdminUpdateUserAttributes = signed<
  AdminUpdateUserAttributesCommandInput,
  AdminUpdateUserAttributesCommandOutput
>(async (call, { UserPoolId, Username, UserAttributes, ClientMetadata: clientMetadata }) => {
  const pool = await resolvePool(call, UserPoolId);
  const submitted = readAttributes(pool, UserAttributes, { at: "update", by: "administrator" });
  const user = await resolveUser(call, pool, Username);
  await changeAttributes(call, pool, user, { submitted, by: "administrator", clientMetadata });
  return {};
});
