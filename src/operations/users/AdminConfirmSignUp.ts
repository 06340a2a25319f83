import type {
  AdminConfirmSignUpCommandInput,
  AdminConfirmSignUpCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { postConfirmation } from "../../flows/post-confirmation.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { reviseUser } from "../../flows/revise-user.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminConfirmSignUp. Verifies nothing. */
export const AdminConfirmSignUp = signed<AdminConfirmSignUpCommandInput, AdminConfirmSignUpCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const { user } = await reviseUser(call, pool, input.Username, ({ status }) => {
      if (status === "UNCONFIRMED") return { change: { status: "CONFIRMED" } };
      throw new Refusal("NotAuthorizedException", `User cannot be confirmed. Current status is ${status}`);
    });
    const { ClientMetadata: clientMetadata } = input;
    await postConfirmation(call, pool, user, "PostConfirmation_ConfirmSignUp", { clientMetadata });
    return {};
  },
);
