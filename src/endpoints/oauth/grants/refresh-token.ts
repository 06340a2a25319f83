import { refreshGrant } from "../../../flows/authorization/refresh-grant.ts";
import { required } from "../form-endpoint.ts";
import type { Grant } from "./grant.ts";

/** RFC 6749 §6. A `scope` parameter is ignored, as Cognito does: what was granted stays. */
export const refreshTokenGrant: Grant = async (call, client, form) => {
  const { accessToken, idToken, refreshToken, expiresIn } = await refreshGrant(
    call,
    client,
    required(form, "refresh_token"),
  );
  return {
    ...(idToken !== undefined && { id_token: idToken }),
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    expires_in: expiresIn,
    token_type: "Bearer",
  };
};
