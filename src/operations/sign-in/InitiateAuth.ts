import type { InitiateAuthCommandInput, InitiateAuthCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { resolveClient } from "../../flows/resolve.ts";
import { startSignIn } from "../../flows/sign-in/start.ts";
import { toAuthOutput } from "../auth-output.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: InitiateAuth. */
export const InitiateAuth = open<InitiateAuthCommandInput, InitiateAuthCommandOutput>(
  async (call, { AuthFlow, AuthParameters = {}, ClientId, ClientMetadata, Session }) => {
    const found = await resolveClient(call, ClientId);
    const turn = {
      ...found,
      goal: "tokens" as const,
      admin: false,
      given: AuthParameters,
      validationData: ClientMetadata,
    };
    return toAuthOutput(await startSignIn(call, AuthFlow, turn, Session));
  },
);
