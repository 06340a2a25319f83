import type {
  GetUserAuthFactorsCommandInput,
  GetUserAuthFactorsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { passkeysOf } from "../../directory/passkeys.ts";
import { allowsPasskeys } from "../../flows/passkey-rules.ts";
import { withAccessToken } from "../operation.ts";
import { toAuthFactors } from "./auth-factors.ts";

/** Amazon Cognito API: GetUserAuthFactors. */
export const GetUserAuthFactors = withAccessToken<GetUserAuthFactorsCommandInput, GetUserAuthFactorsCommandOutput>(
  async (call, _input, { pool, user }) => {
    const passkeys = allowsPasskeys(pool) ? await passkeysOf(call.db, pool.id, user.sub) : [];
    return toAuthFactors(pool, user, passkeys.length > 0);
  },
);
