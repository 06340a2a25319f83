import type { GetUserCommandInput, GetUserCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { readable } from "../../mechanisms/attributes/permissions.ts";
import { toMfaOptions, toMfaSettings } from "../mfa-shape.ts";
import { withAccessToken } from "../operation.ts";
import { toAttributes } from "../user-shape.ts";

/** Amazon Cognito API: GetUser. Shows what the client of the token may read. */
export const GetUser = withAccessToken<GetUserCommandInput, GetUserCommandOutput>(async (_call, _input, self) => {
  const { pool, client, user } = self;
  const attributes = readable(pool, client, user);
  return {
    Username: user.username,
    UserAttributes: toAttributes({ sub: user.sub, attributes }),
    ...toMfaSettings(user),
    ...toMfaOptions(user.factors),
  };
});
