import type {
  ChangePasswordCommandInput,
  ChangePasswordCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { changePassword } from "../../flows/change-password.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: ChangePassword. */
export const ChangePassword = withAccessToken<ChangePasswordCommandInput, ChangePasswordCommandOutput>(
  async (call, { PreviousPassword, ProposedPassword }, self) => {
    await changePassword(call, self, { previous: PreviousPassword, proposed: ProposedPassword });
    return {};
  },
);
