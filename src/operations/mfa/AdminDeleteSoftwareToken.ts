import type {
  AdminDeleteSoftwareTokenCommandInput,
  AdminDeleteSoftwareTokenCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { signed } from "../operation.ts";
import { withMfa } from "./preferences.ts";

/**
 * Amazon Cognito API: AdminDeleteSoftwareToken. The app is asked for no more, and a seed that waits for its proof is
 * void; a user without app stays as they are.
 */
export const AdminDeleteSoftwareToken = signed<
  AdminDeleteSoftwareTokenCommandInput,
  AdminDeleteSoftwareTokenCommandOutput
>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  await reviseUser(call, pool, input.Username, ({ factors }) => {
    const { softwareToken: _, pendingToken: __, mfa = [], ...others } = factors;
    return {
      change: {
        factors: withMfa(
          others,
          mfa.filter((factor) => factor !== "SOFTWARE_TOKEN_MFA"),
        ),
      },
    };
  });
  return {};
});
