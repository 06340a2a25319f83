import type {
  AdminInitiateAuthCommandInput,
  AdminInitiateAuthCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resolveClient } from "../../flows/resolve.ts";
import { startSignIn } from "../../flows/sign-in/start.ts";
import { toAuthOutput } from "../auth-output.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminInitiateAuth. */
export const AdminInitiateAuth = signed<AdminInitiateAuthCommandInput, AdminInitiateAuthCommandOutput>(
  async (call, { AuthFlow, AuthParameters = {}, ClientId, ClientMetadata, Session, UserPoolId }) => {
    const found = await resolveClient(call, ClientId, UserPoolId);
    const turn = {
      ...found,
      goal: "tokens" as const,
      admin: true,
      given: AuthParameters,
      validationData: ClientMetadata,
    };
    return toAuthOutput(await startSignIn(call, AuthFlow, turn, Session));
  },
);
