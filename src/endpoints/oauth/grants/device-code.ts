import { deviceGrant } from "../../../flows/authorization/device/device-grant.ts";
import { required } from "../form-endpoint.ts";
import type { Grant } from "./grant.ts";
import { tokensOfUser } from "./tokens-of-user.ts";

/** RFC 8628 §3.4 */
export const deviceCodeGrant: Grant = async (call, client, form, possession) => {
  const tokens = await deviceGrant(call, client, {
    deviceCode: required(form, "device_code"),
    resource: form.get("resource"),
    possession,
  });
  return { ...tokensOfUser(tokens, possession), scope: tokens.scope };
};
