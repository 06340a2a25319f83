import type {
  AdminDeleteUserAttributesCommandInput,
  AdminDeleteUserAttributesCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changeAttributes } from "../../flows/change-attributes.ts";
import { resolvePool, resolveUser } from "../../flows/resolve.ts";
import { readAttributes } from "../../mechanisms/attributes/schema.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminDeleteUserAttributes. */
export const AdminDeleteUserAttributes = signed<
  AdminDeleteUserAttributesCommandInput,
  AdminDeleteUserAttributesCommandOutput
>(async (call, { UserPoolId, Username, UserAttributeNames }) => {
  const pool = await resolvePool(call, UserPoolId);
  const emptied = UserAttributeNames.map((Name) => ({ Name, Value: "" }));
  const submitted = readAttributes(pool, emptied, { at: "update", by: "administrator" });
  await changeAttributes(call, pool, await resolveUser(call, pool, Username), { submitted, by: "administrator" });
  return {};
});
